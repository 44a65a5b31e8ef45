"""The commands of docs/walkthrough.md run as they stand, from a text file to a report."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.catalog import ROOT

PAGE = ROOT / "docs" / "walkthrough.md"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The folder that the commands leave behind, and what they said."""
    if not PAGE.is_file():
        pytest.skip(f"{PAGE} is absent")
    folder = tmp_path_factory.mktemp("walkthrough") / "book"
    folder.mkdir()
    text = PAGE.read_text(encoding="utf-8")
    (folder / "test_my_book.py").write_text(re.search(r"```python\n(.*?)```", text, re.S)[1])
    commands = "".join(re.findall(r"```sh\n(.*?)```", text, re.S)).replace("BOOK=reports/book", f"BOOK={folder}")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [shutil.which("bash"), "-ex"], input=commands, capture_output=True, text=True, cwd=ROOT, env=environment
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return folder, done.stdout


def test_every_stage_leaves_its_file(book):
    for name in ("passages", "instructions", "pairs", "checked", "decisions", "reviewed", "dataset", "dropped"):
        assert (book[0] / f"{name}.jsonl").stat().st_size > 0, name


def test_the_review_counted_what_was_pressed(book):
    assert "11 of 20 reviewed: 10 accepted, 0 edited, 1 rejected" in book[1]


def test_page_card_and_report_are_there(book):
    for name in ("quality.html", "README.md", "run/report.html", "run/comparison.csv"):
        assert (book[0] / name).is_file(), name


def test_the_text_says_what_the_commands_did(book):
    assert "It ends before 500 pairs" in PAGE.read_text(encoding="utf-8")
    assert 100 < len((book[0] / "pairs.jsonl").read_text().splitlines()) < 500
