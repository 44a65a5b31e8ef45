"""Writes the assignment's page beside a run's reports, and keeps the author's name and notes with them."""

import json
import shutil
from pathlib import Path

from bench.assignments.filling import Filled
from bench.assignments.form import Assignment
from bench.assignments.markdown import assignment_markdown
from bench.assignments.notes import FILE
from bench.assignments.page import assignment_html
from bench.assignments.reading import open_assignment
from bench.assignments.submission import WHO, Submission, open_submission
from bench.errors import UserError
from bench.record import write_atomic
from bench.report.escaping import one_line
from bench.report.render import write_reports

AUTHOR = 120
"""Characters of a name."""


def write_assignment(folder: Path, name: str, author: str = "", notes: Path | None = None) -> tuple[Filled, list[Path]]:
    """Fill the assignment from the folder; returns what it says and the files written, the page last.

    Raises UserError for an unknown assignment, a folder that is none, or notes that would overwrite other notes.
    """
    assignment = open_assignment(name)
    if notes is not None:
        keep_notes(notes, folder)
    submission = open_submission(folder)
    if submission.run is None and not has_evidence(assignment, submission):
        raise UserError(f"{folder}: no run (plan.json, cases/) and no file that {name} asks for; expected a run folder")
    author = one_line(author, AUTHOR) or submission.author
    reports = write_reports(submission.run.folder) if submission.run else []
    remember(submission, name, author)
    filled = Filled(assignment, submission.name, submission, author)
    pages = {"assignment.md": assignment_markdown(filled), "assignment.html": assignment_html(filled)}
    for file, text in pages.items():
        write_atomic(folder / file, text)
    return filled, [*reports, *(folder / file for file in pages)]


def remember(submission: Submission, name: str, author: str) -> None:
    """The author's name stays with the run, so that the instructor's page has it."""
    text = json.dumps({"assignment": name, "author": author}, ensure_ascii=False)
    write_atomic(submission.run_folder / WHO, text + "\n")


def has_evidence(assignment: Assignment, submission: Submission) -> bool:
    """Whether a folder without a run holds any file that a deliverable asks for, or the author's notes."""
    wanted = [file for each in assignment.deliverable for need in each.needs for file in getattr(need, "files", ())]
    return submission.find(FILE, *wanted) is not None


def keep_notes(notes: Path, folder: Path) -> None:
    """The notes become the folder's own, so that whoever gets the folder gets them."""
    if not notes.is_file():
        raise UserError(f"{notes}: no such file; expected the author's notes as Markdown")
    target = folder / FILE
    if not folder.is_dir() or (target.exists() and target.samefile(notes)):
        return
    if target.exists() and target.read_bytes() != notes.read_bytes():
        raise UserError(f"{target}: other notes are there already; delete them, or leave --notes out to use them")
    shutil.copyfile(notes, target)
