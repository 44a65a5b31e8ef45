"""The lecture's training settings beside those that were really used (S0.9, S1.6, S4.5)."""

from typing import Any, Literal

from pydantic import Field

from bench.assignments.evidence.need import Strict
from bench.assignments.submission import Submission
from bench.assignments.tables.table import Cell, Table
from bench.case import short_name
from bench.record import RunRecord

SHOWN = 4
"""Trained methods in the table."""


class Wanted(Strict):
    kind: Literal["recipe"]
    title: str = "Training settings"
    settings: dict[str, str | int | float] = Field(min_length=1)
    """Knob of training -> the lecture's value; a text where it is a range or an advice."""


def fill(wanted: Wanted, submission: Submission) -> list[Table]:
    trained = list({record.case.method: record for record in reversed(submission.trained)}.values())[::-1][:SHOWN]
    if not trained:
        return [Table(wanted.title, (), (), why="nothing was trained")]
    heads = ("Setting", "Lecture", *(f"{record.case.method} on {short_name(record.case.model)}" for record in trained))
    rows = tuple(row(name, value, trained) for name, value in wanted.settings.items())
    return [Table(wanted.title, heads, rows, "As they were used; a setting that differs is a decision to explain.")]


def row(name: str, value: str | int | float, trained: list[RunRecord]) -> tuple[Cell, ...]:
    return (Cell(name.replace("_", " ")), Cell(shown(value)), *(Cell(shown(used(record, name))) for record in trained))


def used(record: RunRecord, name: str) -> Any:
    settings = record.resolved.get("train")
    resolved = settings.get(name) if isinstance(settings, dict) else None
    return resolved if resolved is not None else getattr(record.case.train, name, None)


def shown(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)
