"""What an instructor gets of a pile of submissions: one page, a grade sheet, and Gradescope's results.json for each.

Every page is made anew from the records; no page that a student made is linked or trusted.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bench.assignments.copies import copy_warnings
from bench.assignments.filling import Filled, points
from bench.assignments.form import Assignment
from bench.assignments.gradescope import results
from bench.assignments.numbers import key_numbers
from bench.assignments.page import ASSETS, assignment_html, digest, style
from bench.assignments.reading import open_assignment
from bench.assignments.submission import Submission, open_submission
from bench.errors import UserError
from bench.record import dump_json, write_atomic
from bench.report.escaping import one_line
from bench.report.run_folder import UNREADABLE, brief
from bench.report.tables import csv_line
from bench.report.templating import templates

PAGE = "submissions.html"
GRADES = "grades.csv"
AUTHOR = 120
"""Characters of a name."""


@dataclass(frozen=True)
class Row:
    """One submission on the instructor's page."""

    name: str
    filled: Filled | None
    """None for a folder that is no submission; the warnings say why."""
    warnings: tuple[str, ...]
    file: str = ""
    """Name of its files, safe on every file system."""

    @property
    def numbers(self) -> list[str]:
        return key_numbers(self.filled) if self.filled else []


def merge_submissions(name: str, folders: Sequence[Path], out: Path) -> list[Path]:
    """Write the instructor's page, the grade sheet and a results.json for each; returns them, the page first.

    Raises UserError for an unknown assignment, or when none of the folders is a submission.
    """
    assignment = open_assignment(name)
    rows = opened(assignment, [Path(folder) for folder in folders], out)
    if not any(row.filled for row in rows):
        first = rows[0].warnings[0] if rows else "no folder was given"
        raise UserError(f"no submission found: {first}; expected folders with runs, such as submissions/*")
    pages = [write_page(row, out) for row in rows if row.filled]
    grades = [write_results(row, out) for row in rows if row.filled]
    write_atomic(out / PAGE, page(assignment, rows))
    write_atomic(out / GRADES, grade_sheet(assignment, rows))
    return [out / PAGE, out / GRADES, *grades, *pages]


def opened(assignment: Assignment, folders: Sequence[Path], out: Path) -> list[Row]:
    """In the order given; what an earlier merge wrote is no submission."""
    kept = [folder for folder in folders if folder.resolve() != out.resolve()]
    found = [open_or_say(folder, name) for folder, name in zip(kept, short_names(kept), strict=True)]
    copies = copy_warnings([each for each in found if isinstance(each, Submission)])
    files = file_names([each.name for each in found])
    return [row(assignment, each, copies, files[each.name]) for each in found]


def open_or_say(folder: Path, name: str) -> Submission | Row:
    try:
        submission = open_submission(folder, name)
    except UserError as error:
        return Row(name, None, (str(error),))
    except UNREADABLE as error:
        return foreign(name, error)
    if submission.run is None and not submission.files:
        return Row(name, None, (f"{folder}: empty",))
    return submission


def row(assignment: Assignment, submission: Submission | Row, copies: dict[str, list[str]], file: str) -> Row:
    if isinstance(submission, Row):
        return submission
    filled = Filled(assignment, submission.name, submission, one_line(submission.author, AUTHOR))
    try:
        _ = filled.ticks, filled.tables, filled.verdict, key_numbers(filled)
    except UNREADABLE as error:
        return foreign(submission.name, error)
    warnings = (*copies.get(submission.name, ()), *submission.warnings, *lacks(submission))
    return Row(submission.name, filled, warnings, file)


def foreign(name: str, error: BaseException) -> Row:
    """A folder whose JSON has the right keys and something else behind them: one such must not hide the others."""
    return Row(name, None, (f"its files are none that tunebench wrote ({brief(error)})",))


def lacks(submission: Submission) -> list[str]:
    return [] if submission.run else ["no run: no plan.json and no cases/*.json in the folder"]


def short_names(folders: Sequence[Path]) -> list[str]:
    """The folders' own names, with as much of the path in front as tells them apart."""
    paths = [folder.resolve() for folder in folders]
    for depth in range(1, max((len(path.parts) for path in paths), default=0) + 1):
        names = ["/".join(path.parts[-depth:]) for path in paths]
        if len(set(names)) == len(names):
            return names
    return [f"{path.name} ({place})" for place, path in enumerate(paths, start=1)]


def file_names(names: Sequence[str]) -> dict[str, str]:
    """A file name for each, numbered where two would be the same to a file system that ignores case."""
    found: dict[str, str] = {}
    taken: dict[str, int] = {}
    for name in names:
        plain = file_name(name)
        count = taken[plain.casefold()] = taken.get(plain.casefold(), 0) + 1
        found[name] = plain if count == 1 else f"{plain}-{count}"
    return found


def file_name(name: str) -> str:
    """Safe on every file system and in a link; letters of all scripts stay."""
    kept = "".join(c if c.isalnum() or c in "-_" else "-" for c in name)
    return kept[:80].strip("-") or "submission"


def write_page(row: Row, out: Path) -> Path:
    """The student's page as the instructor's own machine makes it."""
    assert row.filled is not None  # noqa: S101  (asked by the caller)
    path = out / "pages" / f"{row.file}.html"
    prefix = os.path.relpath(row.filled.submission.folder.resolve(), path.parent.resolve())
    write_atomic(path, assignment_html(row.filled, prefix=quote(Path(prefix).as_posix()) + "/", report=False))
    return path


def write_results(row: Row, out: Path) -> Path:
    assert row.filled is not None  # noqa: S101  (asked by the caller)
    path = out / "gradescope" / row.file / "results.json"
    write_atomic(path, dump_json(results(row.filled, list(row.warnings))) + "\n")
    return path


def page(assignment: Assignment, rows: Sequence[Row]) -> str:
    template = templates(ASSETS).get_template("submissions.html.j2")
    filled = [row.filled for row in rows if row.filled]
    return template.render(
        assignment=assignment,
        rows=rows,
        points=points,
        complete=sum(each.met == each.required for each in filled),
        warned=sum(bool(row.warnings) for row in rows),
        css=style(),
        css_hash=digest(style()),
    )


def grade_sheet(assignment: Assignment, rows: Sequence[Row]) -> str:
    """grades.csv: a row for a submission; no cell of it runs as a formula."""
    ids = [each.id for each in assignment.deliverable]
    head = ["submission", "author", "points", "max_points", *ids, "warnings", "numbers"]
    return csv_line(head) + "".join(csv_line(graded(assignment, row)) for row in rows)


def graded(assignment: Assignment, row: Row) -> list[str | float | None]:
    ticks = row.filled.ticks if row.filled else ()
    given: list[str | float | None] = [tick.points for tick in ticks] or [0.0] * len(assignment.deliverable)
    total = sum(tick.points for tick in ticks)
    author = row.filled.author if row.filled else ""
    told = [" | ".join(row.warnings), " | ".join(row.numbers)]
    return [row.name, author, total, assignment.points, *given, *told]
