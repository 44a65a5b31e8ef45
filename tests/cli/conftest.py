"""Runs commands as the user does, in this process."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bench.cli import main


class Said(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def tunebench(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """`tunebench("data", "show", path)`: exit code, stdout and stderr."""
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["tunebench", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return Said(left.value.code or 0, out, err)

    return run


@pytest.fixture
def rows(tmp_path: Path) -> Callable[..., Path]:
    """`rows("a.jsonl", {...}, {...})`: a file of these rows."""

    def write(name: str, *values: dict[str, Any]) -> Path:
        path = tmp_path / name
        path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
        return path

    return write


@pytest.fixture
def colours(rows: Callable[..., Path]) -> Path:
    """Three rows about colours, one of them without an answer."""
    return rows(
        "colours.jsonl",
        {
            "id": "sky",
            "instruction": "Name the colour of the sky.",
            "response": ["blue", "light blue"],
            "label": "cool",
        },
        {"id": "void", "instruction": "Name the colour of nothing.", "response": "", "label": "cool"},
        {"id": "fire", "instruction": "Name the colour of fire.", "response": "orange", "label": "warm"},
    )
