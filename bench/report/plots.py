"""Quality per method with 95 % intervals, as inline SVG in the page's own colours, light or dark."""

from typing import Any

from markupsafe import Markup

from bench.record import RunRecord, Score
from bench.report.cells import shown
from bench.report.columns import Column
from bench.report.comparison import status_words
from bench.report.escaping import one_line
from bench.report.groups import BASE, Group
from bench.report.svg import LINE, MUTED, SETTINGS, TEXT, TUNED, plot

ROWS = 24
"""Methods (or seeds) per panel; the table has them all."""
LONGEST = 28
"""Characters of a row's name."""


def quality_plot(group: Group, name: str) -> Markup | None:
    """One panel: a hollow dot for base, a filled one for each tuned model, and a line for the interval.

    `name` prefixes every id, so that several panels can stand in one page. None when nothing was measured.
    """
    if group.main is None:
        return None
    return plot(draw(group, group.main), name, title(group, group.main))


def draw(group: Group, main: Column) -> Any:
    import matplotlib
    from matplotlib.figure import Figure

    records = group.records[:ROWS]
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(6.0, 0.8 + 0.36 * len(records)))
        left = left_of([group.row_name(record) for record in records])
        axes = figure.add_axes((left, 0.55 / figure.get_figheight(), 0.88 - left, 1 - 0.65 / figure.get_figheight()))
        for place, record in enumerate(records):
            draw_row(axes, place, record, group.row_name(record), main)
        dress(axes, main, len(records))
    return figure


def left_of(names: list[str]) -> float:
    """Where the panel begins, as a share of its width: as many characters as the longest name has, or LONGEST."""
    return max(0.2, 0.05 + 0.0145 * max(min(len(name), LONGEST) for name in names))


def draw_row(axes: Any, place: int, record: RunRecord, name: str, main: Column) -> None:
    at_left = axes.get_yaxis_transform()
    axes.text(-0.03, place, one_line(name, LONGEST), ha="right", va="center", color=TEXT, transform=at_left)
    score = record.scores.get(main.name)
    if score is None or score.value is None:
        words = f"no number: {status_words(record.status)}"
        axes.text(0.02, place, words, va="center", color=MUTED, transform=at_left, fontsize=10)
        return
    draw_score(axes, place, score, score.value, record.case.method == BASE)
    axes.text(1.03, place, shown(score.value, main.unit), va="center", color=TEXT, transform=at_left)


def draw_score(axes: Any, place: int, score: Score, value: float, is_base: bool) -> None:
    color = MUTED if is_base else TUNED
    if score.low is not None and score.high is not None:
        axes.plot([score.low, score.high], [place, place], color=color, linewidth=2.4, solid_capstyle="round")
    fill = "white" if is_base else color
    axes.plot([value], [place], "o", markersize=8, color=color, markerfacecolor=fill, markeredgewidth=2)


def dress(axes: Any, main: Column, rows: int) -> None:
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_yticks([])
    if main.unit in ("rate", "score"):
        axes.set_xlim(-0.02, 1.02)
    if main.unit == "rate":
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel(one_line(main.label, 60), color=TEXT)
    axes.grid(axis="x", color=LINE, linewidth=1)
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
    axes.tick_params(axis="x", colors=TEXT, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def title(group: Group, main: Column) -> str:
    rows = (f"{group.row_name(r)} {described(r, main)}" for r in group.records[:ROWS])
    return one_line(f"{main.label} with 95 % intervals, {group.title}: {', '.join(rows)}")


def described(record: RunRecord, main: Column) -> str:
    value = record[main.name]
    return status_words(record.status) if value is None else shown(value, main.unit)
