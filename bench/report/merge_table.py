"""One table of a merged run with a hardware column, and a noise row where several machines did the same case.

Time and memory stand in the row of the machine that took them and are neither averaged nor ranked: rows keep the
order of the plan, and the noise row leaves them empty.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from bench.case import Case
from bench.report.by_source import record_by_source
from bench.report.cells import EMPTY, interval, memory, seconds, shown
from bench.report.columns import Column
from bench.report.compare_methods import Sources, sources
from bench.report.comparison import status_words
from bench.report.differences import SCALES, signed
from bench.report.escaping import markdown_text, one_line
from bench.report.groups import Group, groups
from bench.report.merge_runs import Member, Merged
from bench.report.tables import peak_memory

HEADS = ("method", "hardware", "quality", "95 %", "training", "peak memory", "kind")
ROWS = 200
"""Rows that a terminal shows; the Markdown file has all."""


@dataclass(frozen=True)
class MachineRow:
    """One case on one machine, or what its machines differ by."""

    cells: tuple[str, ...]
    is_noise: bool = False


@dataclass(frozen=True)
class MachineTable:
    """The cases of one suite, model and dataset."""

    title: str
    column: Column | None
    rows: tuple[MachineRow, ...]

    @property
    def heads(self) -> tuple[str, ...]:
        quality = self.column.label if self.column else HEADS[2]
        return (*HEADS[:2], quality, *HEADS[3:])


def machine_tables(merged: Merged) -> list[MachineTable]:
    members = {id(member.record): member for member in merged.members}
    return [machine_table(group, members) for group in groups(member.record for member in merged.members)]


def machine_table(group: Group, members: dict[int, Member]) -> MachineTable:
    by_case: dict[Case, list[Member]] = {}
    known: dict[Path, Sources] = {}
    for record in group.records:
        member = members[id(record)]
        if member.run.folder not in known:
            known[member.run.folder] = sources(member.run, group)
        clustered = record_by_source(record, known[member.run.folder])
        by_case.setdefault(record.case, []).append(replace(member, record=clustered))
    rows = [row for same in by_case.values() for row in rows_of(group, same)]
    return MachineTable(group.title, group.main, tuple(rows))


def rows_of(group: Group, same: Sequence[Member]) -> Iterable[MachineRow]:
    yield from (member_row(group, member) for member in same)
    values = [value for member in same if group.main and (value := member.record[group.main.name]) is not None]
    if group.main and len(values) > 1:
        yield noise_row(group, group.main, same[0], values)


def member_row(group: Group, member: Member) -> MachineRow:
    record, main, train = member.record, group.main, member.record.cost.train
    score = record.scores.get(main.name) if main else None
    known = main is not None and score is not None and score.value is not None
    quality = shown(score.value, main.unit) if known else status_words(record.status)  # type: ignore[union-attr, arg-type]
    peak = peak_memory(record)
    cells = (
        group.row_name(record),
        member.machine,
        quality,
        interval(score, main.unit) if known else "",  # type: ignore[arg-type, union-attr]
        seconds(train.seconds) if train else EMPTY,
        memory(peak) if peak is not None else EMPTY,
        record.cost.memory_kind,
    )
    return MachineRow(cells)


def noise_row(group: Group, main: Column, member: Member, values: Sequence[float]) -> MachineRow:
    """The range of one case over its machines: what a difference must exceed to be more than the machine."""
    low, high = min(values), max(values)
    unit = " points" if main.unit in SCALES else ""
    spread = f"spread {signed(high - low, main.unit).lstrip('+±')}{unit}"
    name = f"noise: {group.row_name(member.record)}"
    ends = f"{shown(low, main.unit)} to {shown(high, main.unit)}"
    return MachineRow((name, f"{len(values)} times", ends, spread, EMPTY, EMPTY, ""), is_noise=True)


def grid(table: MachineTable, rows: int = ROWS) -> Table:
    """For a terminal, which has no room for the kind of memory; only names are folded."""
    found = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
    quality = table.column.short if table.column else HEADS[2]
    for place, head in enumerate((*HEADS[:2], quality, *HEADS[3:-1])):
        is_name = place < 2
        found.add_column(
            Text(one_line(head)), overflow="fold", no_wrap=not is_name, justify="left" if is_name else "right"
        )
    for row in table.rows[:rows]:
        found.add_row(*(Text(one_line(cell, 120)) for cell in row.cells[:-1]), style="bold" if row.is_noise else "")
    return found


def markdown(tables: Sequence[MachineTable], left_out: Sequence[str]) -> str:
    lines = ["# Machines", "", NOTE, ""]
    for table in tables:
        lines += [f"## {markdown_text(table.title)}", "", line(map(markdown_text, table.heads))]
        lines += [line("---" for _ in table.heads), *(line(emphasised(row)) for row in table.rows), ""]
    lines += [f"- left out: {markdown_text(each)}" for each in left_out]
    return "\n".join(lines).rstrip() + "\n"


NOTE = (
    "Quality may be compared between machines, with the noise rows in mind. Time and memory may not: they belong to "
    "the machine of their row."
)


def emphasised(row: MachineRow) -> list[str]:
    texts = [markdown_text(cell) for cell in row.cells]
    return [f"*{text}*" if text and row.is_noise else text for text in texts]


def line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def noise_notes(tables: Sequence[MachineTable]) -> list[str]:
    """For the report's notes: "suite · model · dataset: noise: lora, 88.0 % to 91.0 %, spread 3.0 points"."""
    return [
        f"{table.title}: {row.cells[0]}, {row.cells[2]}, {row.cells[3]} over {row.cells[1].partition(' ')[0]} runs"
        for table in tables
        for row in table.rows
        if row.is_noise
    ]
