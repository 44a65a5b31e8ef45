"""What the answers of each model are, base beside tuned: shares that answer, refuse, mimic or do neither.

Read from the labels that the completion metric gave to every single answer (definitions 5.3).
"""

from collections import Counter
from typing import Any

from markupsafe import Markup

from bench.record import RunRecord
from bench.report.cells import tenths
from bench.report.escaping import one_line
from bench.report.groups import Group
from bench.report.plots import LONGEST, ROWS, left_of
from bench.report.svg import BAD, GOOD, LINE, MUTED, SETTINGS, TEXT, TUNED, plot, quiet

COLUMN = "completion"
KINDS = (
    ("answers", ("answer",), GOOD),
    ("refuses", ("refusal", "partial"), TUNED),
    ("mimics", ("mimic",), BAD),
    ("neither", ("empty", "degenerate", "other"), MUTED),
)
"""(word, labels of bench/behaviour.py, colour), in the order of the bar."""
ROOM = 0.09
"""Share of a bar that has room for its number."""

Shares = dict[str, float]


def behaviour_plot(group: Group, name: str) -> Markup | None:
    """A bar per row, cut into what its answers are; None where no answer was labelled."""
    rows = [(group.row_name(record), shares(record)) for record in group.records if labels(record)][:ROWS]
    return plot(draw(rows), name, title(group, rows)) if rows else None


def labels(record: RunRecord) -> list[str]:
    score = record.scores.get(COLUMN)
    found = (each.get("label") for each in score.details.values()) if score else ()
    return [label for label in found if isinstance(label, str)]


def shares(record: RunRecord) -> Shares:
    counted, known = Counter(labels(record)), labels(record)
    return {word: sum(counted[label] for label in kinds) / len(known) for word, kinds, _ in KINDS}


def title(group: Group, rows: list[tuple[str, Shares]]) -> str:
    said = (f"{name}: " + ", ".join(f"{word} {percent(share)}" for word, share in each.items()) for name, each in rows)
    return one_line(f"What the answers are, {group.title}. {'; '.join(said)}")


def percent(share: float) -> str:
    return f"{tenths(100 * share)} %"


def draw(rows: list[tuple[str, Shares]]) -> Any:
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(6.0, 0.75 + 0.36 * len(rows)))
        left, height = left_of([name for name, _ in rows]), figure.get_figheight()
        axes = figure.add_axes((left, 0.65 / height, 0.97 - left, 1 - 0.75 / height))
        for place, (name, each) in enumerate(rows):
            draw_bar(axes, place, name, each)
        dress(axes, len(rows))
        draw_key(figure, left, 0.16 / height)
    return figure


def draw_bar(axes: Any, place: int, name: str, each: Shares) -> None:
    at_left = axes.get_yaxis_transform()
    axes.text(-0.03, place, one_line(name, LONGEST), ha="right", va="center", color=TEXT, transform=at_left)
    begin = 0.0
    for word, _, color in KINDS:
        share = each[word]
        if share:
            axes.barh(place, share, left=begin, height=0.62, color=color, alpha=0.4, linewidth=0)
        if share >= ROOM:
            axes.text(begin + share / 2, place, f"{100 * share:.0f} %", ha="center", va="center", color=TEXT, size=9)
        begin += share


def dress(axes: Any, rows: int) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_yticks([])
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.grid(axis="x", color=LINE, linewidth=1)
    quiet(axes)


def draw_key(figure: Any, left: float, height: float) -> None:
    from matplotlib.patches import Rectangle

    step = (0.97 - left) / len(KINDS)
    for place, (word, _, color) in enumerate(KINDS):
        x, size = left + place * step, 0.02
        box = Rectangle((x, height - 0.4 * size), size, 1.4 * size, color=color, alpha=0.4, linewidth=0)
        figure.add_artist(box)
        figure.text(x + 0.03, height, word, color=TEXT, va="center", fontsize=10)
