"""The table at the end of a run: one per suite, model and dataset, base first, narrow enough anywhere."""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from rich import box
from rich.console import Console, RenderableType
from rich.console import Group as Stack
from rich.table import Table
from rich.text import Text

from bench.report.by_source import key, records_by_source, sources_by_group
from bench.report.cells import Cell
from bench.report.columns import KNOWN, Column
from bench.report.compare_methods import Sources, standing
from bench.report.comparison import LONG, Comparison, Row, compare
from bench.report.differences import Difference, Differences, Effect, differences
from bench.report.escaping import one_line
from bench.report.groups import Group, groups
from bench.report.run_folder import Run
from bench.report.tradeoff import tradeoff
from bench.report.verdict import group_verdict

WIDEST = 100
"""Columns that fit a terminal beside an editor, and an e-mail."""
TABLES, ROWS, NOTES = 24, 40, 2
"""More would scroll the verdict off the screen; the report has them all."""
TELLING = (
    "self_prompting",
    "stop_rate",
    "refusal",
    "f1_macro",
    "accuracy",
    "exact_match",
    "token_f1",
    "rougeL",
    "length_ratio",
)
"""Which columns come after the main one while there is room, the behaviour that tuning is about first."""
LAYOUTS = ((4, (0, 1, 4)), (3, (0, 1, 4)), (3, (1, 4)), (2, (1, 4)), (1, (1, 4)), (1, (4,)), (0, ()))
"""How many further columns, and which cost cells; the first layout that fits is taken."""
COST_HEADS = ("trained", "time", "train tok/s", "gen tok/s", "peak")
TONES = {"good": "green", "bad": "red"}


def terminal_table(run: Run, width: int = WIDEST, color: bool = False) -> str:
    """The whole summary, at most `width` and never more than 100 columns wide, without control characters.

    With `color` the only escape sequences are the SGR ones of this table's own styles.
    """
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=min(max(width, 40), WIDEST),
        force_terminal=color,
        color_system="standard" if color else None,
        legacy_windows=False,
        highlight=False,
    )
    console.print(summary(run, console))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def summary(run: Run, console: Console) -> RenderableType:
    known = sources_by_group(run)
    found = groups(records_by_source(run.records, known))
    parts = [part for group in found[:TABLES] for part in group_parts(group, console, known[key(group)])]
    parts += left_out(len(found) - TABLES, "tables")
    parts += [Text(one_line(f"note: {line}"), style="dim", overflow="fold") for line in run.plan.notes[:NOTES]]
    parts += left_out(len(run.plan.notes) - NOTES, "notes")
    parts += [Text(one_line(f"damaged: {line}"), style="red") for line in run.damaged]
    return Stack(*parts, Text(f"report: {one_line(str(run.folder / 'report.html'))}", overflow="fold"))


def group_parts(group: Group, console: Console, sources: Sources) -> list[RenderableType]:
    comparison = compare(replace(group, records=group.records[:ROWS]), sources)
    compared = differences(group, sources)
    folded = compared is not None and len(group.records) > LONG
    return [
        Text(one_line(group.title), style="bold"),
        *([] if folded else tables(comparison, console)),
        *(costs(compared, console) if compared else []),
        *reasons(comparison),
        *(left_out(len(group.records) - ROWS, "rows") if not folded else []),
        Text(one_line(group_verdict(group, lambda each: standing(each, sources), sources)), style="italic"),
        *(Text(one_line(line)) for line in front_lines(group)),
        Text(""),
    ]


def left_out(number: int, things: str) -> list[Text]:
    return [Text(f"{number} more {things} in the report")] if number > 0 else []


def tables(comparison: Comparison, console: Console) -> list[Table]:
    """The table; none where every cell would be empty, for the reasons below say it all."""
    measured = any(row.is_measured for row in comparison.rows)
    return [widest_table(comparison, console)] if measured else []


def widest_table(comparison: Comparison, console: Console) -> Table:
    return widest([partial(table, comparison, *layout) for layout in LAYOUTS], console)


def widest(grids: Sequence[Callable[[], Table]], console: Console) -> Table:
    """The first layout whose natural width fits; the last one is left to rich to squeeze."""
    roomy = console.options.update(width=10 * WIDEST)
    fitting = (grid for make in grids if console.measure(grid := make(), options=roomy).maximum <= console.width)
    return next(fitting, grids[-1]())


def costs(compared: Differences, console: Console) -> list[RenderableType]:
    doubtful = any(effect and not effect.is_shown for row in compared.rows for effect in row.effects)
    note = [Text("change in points against the reference; ? is not shown to differ", style="dim")] if doubtful else []
    return [widest(difference_tables(compared), console), *note]


def front_lines(group: Group) -> list[str]:
    found = tradeoff(group)
    return [found.sentence] if found else []


def difference_tables(compared: Differences) -> list[Callable[[], Table]]:
    """As many columns as there is room for, the main one last to go; the narrowest is without its interval."""
    counts = range(min(4, len(compared.columns)), 0, -1)
    grids = [partial(difference_table, compared, count) for count in counts]
    return [*grids, partial(difference_table, compared, 1, interval=False)]


def difference_table(compared: Differences, columns: int, interval: bool = True) -> Table:
    """Changes; bold where shown, dim where not."""
    grid = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
    grid.add_column("what it costs", overflow="fold", max_width=34)
    grid.add_column("seeds", justify="right", no_wrap=True)
    for place, column in enumerate(compared.columns[:columns]):
        grid.add_column(Text(one_line(column.short, 16)), justify="right", no_wrap=True)
        if place == 0 and interval:
            grid.add_column("95 % over seeds", justify="center", no_wrap=True)
    for row in compared.rows[:ROWS]:
        grid.add_row(*difference_line(row, columns, interval))
    return grid


def difference_line(row: Difference, columns: int, interval: bool) -> list[Text]:
    first, *rest = row.effects[:columns]
    cells = [Text(one_line(row.name, 60)), Text(str(row.seeds)), effect_text(first)]
    cells += [interval_text(first)] if interval else []
    return cells + [effect_text(effect) for effect in rest]


def effect_text(effect: Effect | None) -> Text:
    if effect is None:
        return Text("–")
    style = f"bold {TONES.get(effect.tone, '')}".rstrip() if effect.is_shown else "dim"
    return Text(effect.points + ("" if effect.is_shown else "?"), style=style)


def interval_text(effect: Effect | None) -> Text:
    return Text((effect.interval or effect.words) if effect else "", style="dim")


def table(comparison: Comparison, more: int, costs: Sequence[int]) -> Table:
    positions = telling(comparison.columns)[: more + 1]
    grid = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
    grid.add_column("method", overflow="fold", max_width=28)
    grid.add_column("n", justify="right", no_wrap=True)
    change = "change" if any(row.record.case.against for row in comparison.rows) else "vs base"
    for place, position in enumerate(positions):
        grid.add_column(Text(one_line(comparison.columns[position].short, 16)), justify="right", no_wrap=True)
        if place == 0:
            grid.add_column("95 %", justify="center", no_wrap=True)
            grid.add_column(change, justify="right", no_wrap=True)
    for position in costs:
        grid.add_column(COST_HEADS[position], justify="right", no_wrap=True)
    for row in comparison.rows:
        grid.add_row(*line(row, positions, costs), style="" if row.is_measured else "dim")
    return grid


def line(row: Row, positions: Sequence[int], costs: Sequence[int]) -> list[Text]:
    cells = [Text(one_line(row.name, 60)), Text(row.n)]
    for place, position in enumerate(positions):
        cell = row.scores[position]
        cells.append(Text(cell.text, style=TONES.get(cell.tone, "")))
        cells += main_extras(cell) if place == 0 else []
    return cells + [Text(row.costs[position].text) for position in costs]


def main_extras(cell: Cell) -> list[Text]:
    return [Text(cell.interval, style="dim"), Text(cell.change, style=TONES.get(cell.tone, ""))]


def telling(columns: Sequence[Column]) -> list[int]:
    """Positions of the main column, then of the most telling others; metrics we do not know come last."""
    places = {column.name: place for place, column in enumerate(columns)}
    known = [places[name] for name in TELLING if places.get(name)]
    unknown = [place for name, place in places.items() if place and place not in known and name not in KNOWN]
    return [0, *known, *unknown] if columns else []


def reasons(comparison: Comparison) -> list[Text]:
    """One line per row that is not "ok", so that the reason is never squeezed into a narrow column."""
    rows = [row for row in comparison.rows if row.record.status != "ok"]
    return [
        Text(f"  {one_line(row.name, 40)}: {row.status}. {one_line(row.record.reason, 300)}".rstrip()) for row in rows
    ]
