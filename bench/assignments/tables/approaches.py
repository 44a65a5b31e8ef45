"""Fine-tuning approaches beside each other: what each trained, cost and reached, against the base model (S1.23)."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from bench.assignments.evidence.need import Strict
from bench.assignments.pairing import Row, paired_rows, probability
from bench.assignments.submission import Submission
from bench.assignments.tables.table import Cell, Table
from bench.record import RunRecord
from bench.report.cells import EMPTY, cost_cells, interval, shown
from bench.report.columns import Column
from bench.report.groups import Group

HEADS = ("Approach", "Lecture", "Trainable", "Training time", "Peak memory")
PLACES = (0, 1, 4)
"""Of these three in the report's cost cells."""


class Wanted(Strict):
    kind: Literal["approaches"]
    title: str = "Fine-tuning approaches"
    advice: Mapping[str, str] = Field(default_factory=dict)
    """Method -> when the lecture advises it."""
    metrics: tuple[str, ...] = ("",)
    """Columns of quality, where a run measured them; "" is each table's main one."""


def fill(wanted: Wanted, submission: Submission) -> list[Table]:
    tables = [of_group(wanted, submission, group, anchor) for group, anchor in submission.groups if is_told(group)]
    return tables or [Table(wanted.title, (), (), why="no run has tuned models to compare")]


def is_told(group: Group) -> bool:
    """Variants of one recipe are no approaches."""
    return group.main is not None and any(not record.case.against for record in group.tuned)


def of_group(wanted: Wanted, submission: Submission, group: Group, anchor: str) -> Table:
    columns = columns_of(wanted, group)
    rows = tuple(
        (
            *start(wanted, group, record),
            *(cell for each in columns for cell in quality(submission, group, anchor, record, each)),
        )
        for record in group.records
        if not record.case.against
    )
    heads = (*HEADS, *(head for each in columns for head in (each.label, "Change against base")))
    note = "Intervals of 95 %; p corrected for the number of rows (Holm). Memory: peak of training, for base of asking."
    return Table(f"{wanted.title}: {group.title}", heads, rows, note)


def columns_of(wanted: Wanted, group: Group) -> list[Column]:
    """Each once, those that were measured."""
    named = [group.column(name) if name else group.main for name in wanted.metrics]
    found = {column.name: column for column in named if column is not None}
    return [each for name, each in found.items() if any(record[name] is not None for record in group.records)]


def start(wanted: Wanted, group: Group, record: RunRecord) -> list[Cell]:
    costs = cost_cells(record)
    advice = wanted.advice.get(record.case.method.partition(":")[0], "")
    return [Cell(group.row_name(record)), Cell(advice)] + [Cell(costs[i].text, costs[i].interval) for i in PLACES]


def quality(submission: Submission, group: Group, anchor: str, record: RunRecord, column: Column) -> list[Cell]:
    """The number, and its change against base."""
    name = group.seedless_name(record)
    rows = paired_rows(submission, column.name)
    row = next((each for each in rows if (each.name, each.anchor) == (name, anchor)), None)
    return [number(record, column), change(row)]


def number(record: RunRecord, column: Column) -> Cell:
    score = record.scores.get(column.name)
    if score is None or score.value is None:
        return Cell(EMPTY, score.why if score else "not measured")
    parts = [interval(score, column.unit), f"n {score.n}"]
    return Cell(shown(score.value, column.unit), " · ".join(part for part in parts if part))


def change(row: Row | None) -> Cell:
    if row is None:
        return Cell("")
    tone = "" if not row.is_shown else "good" if row.is_better else "bad"
    seeds = f", {row.found.seeds} seeds" if row.found.seeds > 1 else ""
    return Cell(row.change, f"{row.interval}, {probability(row.p)}{seeds}", tone)
