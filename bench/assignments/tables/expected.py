"""Project 14's training metrics: what the lecture expects of base and tuned model, beside what was measured."""

from typing import Literal

from bench.assignments.evidence.need import Strict
from bench.assignments.submission import Submission
from bench.assignments.tables.table import Cell, Table
from bench.report.expected import Expected, ExpectedRow, Measured
from bench.report.expected import expected as of_group

NOTE = (
    "✓ as the lecture expects, ✗ not. Base: follows at most 35 %, goes on asking in at least half of its answers, "
    "refuses nothing. Tuned: follows at least 90 %, goes on asking in at most 5 %, refuses 5 to 10 % of all prompts."
)


class Wanted(Strict):
    kind: Literal["expected"]
    title: str = "Training metrics"


def fill(wanted: Wanted, submission: Submission) -> list[Table]:
    found = [(group, table) for group, _ in submission.groups if (table := of_group(group))]
    if not found:
        why = "no run measured instruction following, self-prompting and refusal (suite base_vs_instruct does)"
        return [Table(wanted.title, (), (), why=why)]
    several = len(found) > 1
    return [laid_out(f"{wanted.title}: {group.title}" if several else wanted.title, table) for group, table in found]


def laid_out(title: str, table: Expected) -> Table:
    heads = ("Metric", "Lecture: base", "Lecture: tuned", *(f"Measured: {head}" for head in table.heads))
    return Table(title, heads, tuple(map(row, table.rows)), NOTE)


def row(each: ExpectedRow) -> tuple[Cell, ...]:
    return (Cell(each.label), Cell(each.base), Cell(each.tuned), *map(measured, each.cells))


def measured(cell: Measured) -> Cell:
    mark = {True: "✓ ", False: "✗ ", None: ""}[cell.met]
    tone = {True: "good", False: "bad", None: ""}[cell.met]
    return Cell(mark + cell.text, cell.detail, tone)
