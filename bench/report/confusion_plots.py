"""Which class was taken for which, a matrix per model, where the dataset has labels.

Rows are the labels of the data, columns what the answer was read as; an answer that names no label has its own column.
"""

from collections import Counter
from typing import Any

from markupsafe import Markup

from bench.record import RunRecord
from bench.report.escaping import one_line
from bench.report.groups import Group
from bench.report.svg import MUTED, SETTINGS, TEXT, TUNED, plot, quiet

COLUMN = "accuracy"
MATRICES = 6
"""Models drawn, those of the first seed first."""
CLASSES = 12
"""More than that nobody reads as a picture; comparison.csv has the scores."""
UNREAD = "no label"

Counts = Counter[tuple[str, str]]
"""(gold, said) -> answers."""


def confusion_plots(group: Group, name: str) -> list[tuple[str, Markup]]:
    """(row name, SVG) of each model whose answers were read as labels."""
    records = sorted(group.records, key=lambda record: record.case.seed)
    found = [(group.row_name(record), counts) for record in records if (counts := confusion(record))]
    labels = sorted({gold for _, counts in found for gold, _ in counts})
    if not 1 < len(labels) <= CLASSES:
        return []
    return [
        (each, plot(draw(counts, labels), f"{name}-{place}", title(each, counts, labels)))
        for place, (each, counts) in enumerate(found[:MATRICES])
    ]


def confusion(record: RunRecord) -> Counts:
    score = record.scores.get(COLUMN)
    pairs = ((each.get("gold"), each.get("label")) for each in score.details.values()) if score else ()
    return Counter((str(gold), str(said or UNREAD)) for gold, said in pairs if gold)


def columns_of(counts: Counts, labels: list[str]) -> list[str]:
    """The labels, and what else was said."""
    return [*labels, *sorted({said for _, said in counts} - set(labels))]


def title(name: str, counts: Counts, labels: list[str]) -> str:
    said = (f"{gold} read as {label} {n}" for (gold, label), n in sorted(counts.items()) if gold in labels)
    return one_line(f"Labels of the data against answers of {name}: {', '.join(said)}", 2000)


def draw(counts: Counts, labels: list[str]) -> Any:
    import matplotlib
    from matplotlib.figure import Figure

    columns = columns_of(counts, labels)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(6.0, 0.9 + 0.42 * len(labels)))
        height = figure.get_figheight()
        axes = figure.add_axes((0.2, 0.1 / height, 0.78, 1 - 0.65 / height))
        for row, gold in enumerate(labels):
            total = sum(counts[gold, said] for said in columns)
            for place, said in enumerate(columns):
                draw_cell(axes, place, row, counts[gold, said], total, gold == said)
        dress(axes, labels, columns)
    return figure


def draw_cell(axes: Any, x: int, y: int, n: int, total: int, is_right: bool) -> None:
    from matplotlib.patches import Rectangle

    share = n / total if total else 0.0
    color = TUNED if is_right else MUTED
    axes.add_patch(Rectangle((x - 0.47, y - 0.45), 0.94, 0.9, color=color, alpha=0.06 + 0.4 * share, linewidth=0))
    axes.text(x, y, str(n), ha="center", va="center", color=TEXT)


def dress(axes: Any, labels: list[str], columns: list[str]) -> None:
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    size = 10 if len(columns) <= 6 else 7
    axes.set_xticks(range(len(columns)), [one_line(label, 14) for label in columns], fontsize=size)
    axes.set_yticks(range(len(labels)), [one_line(label, 14) for label in labels], fontsize=10)
    axes.xaxis.tick_top()
    axes.set_ylabel("in the data", color=TEXT, fontsize=10)
    axes.set_title("read in the answer", color=TEXT, fontsize=10)
    quiet(axes)
