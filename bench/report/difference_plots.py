"""What each difference costs as dots and intervals around zero, one panel per column, as inline SVG."""

from typing import Any

from markupsafe import Markup

from bench.report.columns import Column
from bench.report.differences import SCALES, Differences, Effect
from bench.report.escaping import one_line
from bench.report.plots import LONGEST, left_of
from bench.report.svg import BAD, GOOD, LINE, MUTED, SETTINGS, TEXT, plot

PANELS = 4
"""Columns drawn; the table has them all."""
ROWS = 24
TONES = {"good": GOOD, "bad": BAD}


def difference_plots(table: Differences, name: str) -> list[tuple[str, Markup]]:
    """(caption, SVG) of the main column and of each other one on which some difference is shown."""
    columns = [column for place, column in enumerate(table.columns) if not place or any_shown(table, column)]
    return [
        (caption(column), plot(draw(table, column), f"{name}-{place}", title(table, column)))
        for place, column in enumerate(columns[:PANELS])
    ]


def effects(table: Differences, column: Column) -> list[tuple[str, Effect | None]]:
    place = table.columns.index(column)
    return [(row.name, row.effects[place]) for row in table.rows[:ROWS]]


def any_shown(table: Differences, column: Column) -> bool:
    return any(effect.is_shown for _, effect in effects(table, column) if effect)


def caption(column: Column) -> str:
    return f"{column.label}, change{' in points' if column.unit in SCALES else ''}"


def title(table: Differences, column: Column) -> str:
    rows = [f"{name} {spoken(effect)}" for name, effect in effects(table, column)]
    return one_line(f"{caption(column)} with 95 % intervals over seeds, {table.title}: {', '.join(rows)}")


def spoken(effect: Effect | None) -> str:
    return " ".join(part for part in (effect.points, effect.words) if part) if effect else "no number"


def draw(table: Differences, column: Column) -> Any:
    import matplotlib
    from matplotlib.figure import Figure

    rows = effects(table, column)
    scale = 100 if column.unit in SCALES else 1
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(6.0, 0.55 + 0.36 * len(rows)))
        height = figure.get_figheight()
        left = left_of([name for name, _ in rows])
        axes = figure.add_axes((left, 0.35 / height, 0.87 - left, 1 - 0.45 / height))
        for place, (name, effect) in enumerate(rows):
            draw_row(axes, place, name, effect, scale)
        dress(axes, rows, scale)
    return figure


def draw_row(axes: Any, place: int, name: str, effect: Effect | None, scale: int) -> None:
    at_left = axes.get_yaxis_transform()
    axes.text(-0.03, place, one_line(name, LONGEST), ha="right", va="center", color=TEXT, transform=at_left)
    if effect is None:
        axes.text(0.02, place, "no number", va="center", color=MUTED, transform=at_left, fontsize=10)
        return
    color = TONES.get(effect.tone, TEXT if effect.is_shown else MUTED)
    if effect.low is not None and effect.high is not None:
        ends = (scale * effect.low, scale * effect.high)
        axes.plot(ends, (place, place), color=color, linewidth=2.4, solid_capstyle="round")
    fill = color if effect.is_shown else "white"
    axes.plot([scale * effect.change], [place], "o", ms=8, color=color, markerfacecolor=fill, markeredgewidth=2)
    axes.text(1.03, place, effect.points, va="center", color=color, transform=at_left)


def dress(axes: Any, rows: list[tuple[str, Effect | None]], scale: int) -> None:
    low, high = extent([effect for _, effect in rows if effect], scale)
    axes.set_xlim(low, high)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks([])
    axes.xaxis.set_major_locator(ticks())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:+g}".replace("-", "−") if value else "0")
    axes.grid(axis="x", color=LINE, linewidth=1)
    axes.axvline(0, color=MUTED, linewidth=1.4)
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
    axes.tick_params(axis="x", colors=TEXT, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(5, steps=[1, 2, 2.5, 5, 10])


def extent(found: list[Effect], scale: int) -> tuple[float, float]:
    """Every interval and zero, with room for the dots; a tenth of the scale at least, so that noise looks small."""
    ends = [scale * end for each in found for end in (each.change, each.low, each.high) if end is not None]
    least = scale / 20
    low, high = min([-least, *ends]), max([least, *ends])
    room = 0.05 * (high - low)
    return low - room, high + room
