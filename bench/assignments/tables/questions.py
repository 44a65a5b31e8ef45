"""Test questions one by one, as the lecture evaluates: instruction, expected, generated, length ratio (S1.11)."""

from typing import Literal

from pydantic import Field

from bench.assignments.evidence.need import Strict
from bench.assignments.evidence.questions import answered
from bench.assignments.submission import Submission
from bench.assignments.tables.table import Cell, Table
from bench.record import Output, RunRecord
from bench.report.groups import BASE

LONGEST = 500
"""Characters of one text in the table."""


class Wanted(Strict):
    kind: Literal["questions"]
    title: str = "Test questions"
    most: int = Field(default=10, ge=1, le=100)


def fill(wanted: Wanted, submission: Submission) -> list[Table]:
    tuned = max(submission.trained, key=lambda record: answered(submission, record), default=None)
    if tuned is None:
        return [Table(wanted.title, (), (), why="no tuned model was asked anything")]
    said = {output.example_id: output for output in submission.outputs(tuned)}
    before = base_outputs(submission, tuned)
    rows = [row(said[name], before.get(name)) for name in list(said)[: wanted.most]]
    heads = ("Instruction", "Expected", "Base model", f"Tuned ({tuned.case.method})", "Length ratio")
    note = f"The first {len(rows)} of {len(said)} test questions. Length ratio: characters generated / expected."
    return [Table(wanted.title, heads, tuple(rows), note)]


def base_outputs(submission: Submission, tuned: RunRecord) -> dict[str, Output]:
    group = next((group for group, _ in submission.groups if tuned in group.records), None)
    base = group.base_of(tuned) if group else None
    if base is None or base.case.method != BASE:
        return {}
    return {output.example_id: output for output in submission.outputs(base)}


def row(said: Output, before: Output | None) -> tuple[Cell, ...]:
    expected = "".join(said.references[:1])
    question = "\n".join(part for part in (said.instruction, said.input) if part)
    base = before.text if before else "–"
    return (
        *(text(each) for each in (question, expected, base, said.text)),
        Cell(f"{length_ratio(said, expected):.2f}"),
    )


def text(words: str) -> Cell:
    words = words.strip()
    return Cell(words if len(words) <= LONGEST else words[: LONGEST - 1] + "…", is_model_text=True)


def length_ratio(said: Output, expected: str) -> float:
    """The lecture's: 0 where nothing was expected."""
    return len(said.text.strip()) / len(expected) if expected else 0.0
