"""A group of records as a table of cells, the same for the page, the Markdown and the terminal."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bench.record import RunRecord
from bench.report.by_source import may_differ
from bench.report.cells import COST_LABELS, EMPTY, Cell, cost_cells, score_cell, shown
from bench.report.columns import Column
from bench.report.compare_methods import Sources
from bench.report.groups import BASE, Group
from bench.report.tables import examples, machine_of

STATUS_WORDS = {
    "ok": "ok",
    "failed_claim": "claim failed",
    "out_of_memory": "out of memory",
    "nan_loss": "loss became NaN",
    "planned": "never ran",
}


LONG = 12
"""Rows from which a table of variants is folded: what each difference costs has been said above it."""


@dataclass(frozen=True)
class Row:
    """One case of the table."""

    name: str
    """Method, and template or seed where they differ inside the group."""
    record: RunRecord
    n: str
    """Test examples scored."""
    scores: tuple[Cell, ...]
    details: tuple[Cell, ...]
    """Cells of the columns that explain others."""
    costs: tuple[Cell, ...]
    notes: tuple[int, ...]
    """For each score cell its footnote number, 0 for none; a row without any score has its reason instead."""

    @property
    def is_base(self) -> bool:
        return self.record.case.method == BASE

    @property
    def is_measured(self) -> bool:
        return any(cell.text != EMPTY for cell in (*self.scores, *self.costs))

    @property
    def status(self) -> str:
        return status_words(self.record.status)


@dataclass(frozen=True)
class Comparison:
    """One table: columns, rows and the footnotes that say why cells are empty."""

    title: str
    columns: tuple[Column, ...]
    details: tuple[Column, ...]
    """Columns that explain others, for a second table."""
    rows: tuple[Row, ...]
    floors: tuple[Cell, ...]
    """For each column its best null model, empty where there is none."""
    footnotes: tuple[str, ...]
    cost_labels: tuple[tuple[str, str], ...] = COST_LABELS
    unlike: str = ""
    """Why times, speeds and memory cannot be sorted; "" where all rows were measured on one machine."""

    def about(self, column: Column) -> str:
        """What a column counts, and how it was computed, for its head."""
        scores = (row.record.scores.get(column.name) for row in self.rows)
        signature = next((score.signature for score in scores if score and score.signature), "")
        return "; ".join(part for part in (column.about, signature) if part)

    @property
    def has_floors(self) -> bool:
        return any(cell.text for cell in self.floors)

    @property
    def lacks_base(self) -> bool:
        """True when something was measured, but nothing to compare it with."""
        apart = {row.is_base or bool(row.record.case.against) for row in self.rows if row.is_measured}
        return apart == {False}

    @property
    def is_long(self) -> bool:
        return len(self.rows) > LONG


def compare(group: Group, sources: Sources | None = None) -> Comparison:
    """`sources` keep a cell from being coloured by examples that are not independent."""
    footnotes: dict[str, int] = {}
    rows = tuple(row_of(group, record, footnotes, sources or {}) for record in group.records)
    floors = tuple(floor_cell(group, column) for column in group.columns)
    return Comparison(
        group.title, group.columns, group.details, rows, floors, tuple(footnotes), unlike=unlike(group.records)
    )


def unlike(records: Iterable[RunRecord]) -> str:
    machines = {machine_of(record) for record in records if record.cost.train or record.cost.generate}
    if len(machines) < 2:
        return ""
    return f"Measured on {len(machines)} machines: times, speeds and memory are not sorted or ranked together."


def floor_cell(group: Group, column: Column) -> Cell:
    """What the best null model reaches on the same items, the same for every row."""
    scores = (record.scores.get(column.name) for record in group.records)
    score = next((score for score in scores if score and score.floor is not None), None)
    if score is None or score.floor is None:
        return Cell("")
    best = next((name for name, value in score.floors.items() if value == score.floor), "")
    others = "; ".join(f"{name} {shown(value, column.unit)}" for name, value in score.floors.items())
    return Cell(shown(score.floor, column.unit), interval=best, title=others, number=score.floor)


def row_of(group: Group, record: RunRecord, footnotes: dict[str, int], sources: Sources) -> Row:
    base = group.base_of(record)
    cells = tuple(cell_of(record, base, column, sources) for column in group.columns)
    asked = any(cell.text != EMPTY for cell in cells)
    notes = tuple(footnotes.setdefault(c.why, len(footnotes) + 1) if asked and c.why else 0 for c in cells)
    n = examples(record)
    details = tuple(cell_of(record, base, column, sources) for column in group.details)
    return Row(group.row_name(record), record, str(n or EMPTY), cells, details, tuple(cost_cells(record)), notes)


def cell_of(record: RunRecord, base: RunRecord | None, column: Column, sources: Sources) -> Cell:
    """Colourless where the examples, taken by source, do not bear out what the intervals say."""
    cell, before = score_cell(record, base, column), base and base.scores.get(column.name)
    if cell.tone and before and not may_differ(record.scores[column.name], before, sources):
        return replace(cell, tone="")
    return cell


def status_words(status: str) -> str:
    return STATUS_WORDS.get(status, status)
