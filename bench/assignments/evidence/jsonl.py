"""Reads the JSON Lines, JSON and TOML files of a submission; a line that is no object is counted, never fatal."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.report.run_folder import UNREADABLE


@dataclass(frozen=True)
class Lines:
    """The objects of a file, and how many of its lines were none."""

    rows: tuple[dict[str, Any], ...]
    broken: int = 0

    @property
    def note(self) -> str:
        return f" ({self.broken} unreadable line(s) left out)" if self.broken else ""


def read(path: Path) -> Lines:
    """Objects of a .jsonl file, or of a .json list; a file that cannot be read has none."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return Lines((), 1)
    if path.suffix == ".json":
        return of_list(text)
    parsed = [one(line) for line in text.splitlines() if line.strip()]
    rows = tuple(row for row in parsed if row is not None)
    return Lines(rows, len(parsed) - len(rows))


def of_list(text: str) -> Lines:
    try:
        data = json.loads(text)
    except UNREADABLE:
        return Lines((), 1)
    items = data if isinstance(data, list) else [data]
    rows = tuple(item for item in items if isinstance(item, dict))
    return Lines(rows, len(items) - len(rows))


def one(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except UNREADABLE:
        return None
    return row if isinstance(row, dict) else None


def is_kept(row: dict[str, Any]) -> bool:
    """Whether a reviewed row was not rejected; rows that nobody reviewed are kept."""
    return row.get("status") != "rejected"


def filled(row: dict[str, Any], name: str) -> bool:
    """Whether the row says something under a key."""
    value = row.get(name)
    return bool(value.strip() if isinstance(value, str) else value)
