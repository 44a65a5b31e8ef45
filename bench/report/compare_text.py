"""The comparison of two runs as lines for a terminal and as Markdown, from the same rows."""

import io
from collections.abc import Iterable, Sequence
from itertools import groupby

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from bench.report.compare_runs import CellChange, ExampleChange, RunComparison
from bench.report.differences import signed
from bench.report.escaping import markdown_text, one_line

HEADS = ("case", "column", "before → after", "95 % of the change", "items", "p (Holm)")
WIDTHS = (21, 24, 16, 8, 7)
"""Columns of a terminal for all heads but the case, so that the tables of two cases stand in line."""
ROWS = 60
"""Cells listed in a terminal; --markdown has them all."""
LONG = 240
"""Characters of an answer that are shown."""


def view(found: RunComparison, drops: Sequence[str], examples: int) -> list[RenderableType]:
    """From top to bottom: verdict, changed cells, changed answers, notes, drops."""
    parts: list[RenderableType] = [Text(one_line(f"{found.before} → {found.after}"), style="bold")]
    parts += [Text(one_line(found.sentence), style="italic")]
    parts += [part for name, cells in by_case(found.changed[:ROWS]) for part in (Text(one_line(name)), table(cells))]
    parts += [Text(f"{len(found.changed) - ROWS} more cells; --markdown lists all")] if more(found) else []
    parts += [line for each in found.examples[:examples] for line in example_lines(each)]
    parts += [Text(one_line(f"note: {note}", 400), style="dim") for note in found.notes]
    return parts + [Text(one_line(f"dropped: {drop}"), style="bold red") for drop in drops]


def more(found: RunComparison) -> bool:
    return len(found.changed) > ROWS


def by_case(cells: Sequence[CellChange]) -> list[tuple[str, list[CellChange]]]:
    return [(name, list(same)) for name, same in groupby(cells, lambda cell: cell.case)]


def table(cells: Sequence[CellChange]) -> Table:
    """Shown changes bold, with a colour where a direction is better; a sign stands in every change."""
    grid = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
    for head, width in zip(HEADS[1:], WIDTHS, strict=True):
        grid.add_column(head, overflow="fold", min_width=width, justify="left" if head == HEADS[1] else "right")
    for cell in cells:
        tone = "" if cell.drop is None else "red" if cell.drop > 0 else "green"
        grid.add_row(
            *(Text(one_line(part, 300)) for part in parts(cell)[1:]), style=f"bold {tone}" if cell.is_shown else ""
        )
    return grid


def parts(cell: CellChange) -> list[str]:
    """The row of a cell."""
    found = cell.found
    return [
        cell.case,
        cell.column.name,
        cell.words + (f" {cell.why}" if cell.why else ""),
        within(cell),
        f"+{found.up} −{found.down} of {found.n}" if found else "–",
        "–" if cell.adjusted is None else p_words(cell.adjusted),
    ]


def within(cell: CellChange) -> str:
    if cell.found is None or cell.found.low is None or cell.found.high is None:
        return "–"
    return " to ".join(signed(end, cell.column.unit) for end in (cell.found.low, cell.found.high))


def p_words(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def example_lines(each: ExampleChange) -> list[Text]:
    values = [value for value in (each.value_before, each.value_after) if value is not None]
    marks = f" ({values[0]:g} → {values[1]:g})" if len(values) == 2 else ""
    return [
        Text(one_line(f"{each.case} {each.example}{marks}: {each.instruction}", LONG), style="bold"),
        Text(one_line(f"  before: {each.before}", LONG), style="dim"),
        Text(one_line(f"  after:  {each.after}", LONG)),
    ]


def plain(found: RunComparison, drops: Sequence[str], examples: int, width: int = 100) -> str:
    """The same without colours, for pytest's terminal section."""
    stream = io.StringIO()
    console = Console(file=stream, width=max(40, width), color_system=None, force_terminal=False, legacy_windows=False)
    for part in view(found, drops, examples):
        console.print(part)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())


def markdown(found: RunComparison, drops: Sequence[str], examples: int) -> str:
    """All changed cells and the first changed answers; nothing in them opens a link, tag or cell."""
    lines = [f"## {markdown_text(f'{found.before} → {found.after}')}", "", markdown_text(found.sentence), ""]
    if found.changed:
        lines += [row(HEADS), row("---" for _ in HEADS)]
        lines += [row(emphasised(cell)) for cell in found.changed] + [""]
    for each in found.examples[:examples]:
        lines += [f"- {' '.join(markdown_text(line.plain) for line in example_lines(each))}"]
    lines += [f"- note: {markdown_text(note)}" for note in found.notes]
    lines += [f"- **dropped**: {markdown_text(drop)}" for drop in drops]
    return "\n".join(lines).rstrip() + "\n"


def emphasised(cell: CellChange) -> list[str]:
    texts = [markdown_text(part) for part in parts(cell)]
    return [f"**{text}**" for text in texts] if cell.is_shown else texts


def row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
