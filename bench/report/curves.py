"""Training loss and, where the run looked at it, validation loss over the steps, as inline SVG."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from bench.record import RunRecord
from bench.report.escaping import one_line
from bench.report.groups import Group
from bench.report.svg import BAD, GOOD, LINE, MUTED, SETTINGS, TEXT, TUNED, plot

LINES = 8
"""Rows drawn, those of the first seed first; more lines than that nobody tells apart."""
STYLES: list[tuple[str, Any]] = [(color, dashes) for dashes in ("-", "--") for color in (TUNED, BAD, GOOD, MUTED)]

Curve = list[tuple[float, float]]


def loss_plot(group: Group, name: str) -> Markup | None:
    """A panel of training losses, and one of validation losses where there are any; None without a curve."""
    records = chosen(group)
    if not records:
        return None
    return plot(draw(group, records), name, title(group, records))


def chosen(group: Group) -> list[RunRecord]:
    known = [record for record in group.tuned if len(training(record)) > 1]
    return sorted(known, key=lambda record: record.case.seed)[:LINES]


def training(record: RunRecord) -> Curve:
    return [point for each in record.loss_curve if (point := look(each))]


def validation(record: RunRecord) -> Curve:
    """(step, loss) of every look at the validation split; [] where there was none."""
    train = record.resolved.get("train")
    listed = train.get("validation_curve") if isinstance(train, Mapping) else None
    looks = [look(each) for each in listed] if isinstance(listed, list | tuple) else []
    return [point for point in looks if point]


def look(entry: Any) -> tuple[float, float] | None:
    if isinstance(entry, Mapping):
        entry = (entry.get("step"), entry.get("loss", entry.get("validation_loss")))
    if not isinstance(entry, Sequence) or len(entry) < 2:
        return None
    step, loss = entry[:2]
    return (
        (step, loss) if all(isinstance(value, int | float) and abs(value) < 1e300 for value in (step, loss)) else None
    )


def title(group: Group, records: list[RunRecord]) -> str:
    ends = (f"{group.row_name(record)} ends at {record.loss_curve[-1][1]:.3g}" for record in records)
    return one_line(f"Loss over the steps of training, {group.title}: {', '.join(ends)}")


def draw(group: Group, records: list[RunRecord]) -> Any:
    import matplotlib
    from matplotlib.figure import Figure

    panels = [("Training loss", [training(record) for record in records])]
    looks = [validation(record) for record in records]
    panels += [("Validation loss", looks)] if any(looks) else []
    key = 0.24 * -(-len(records) // 2)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(6.0, 2.9 + key))
        height, width, first = figure.get_figheight(), 0.92 / len(panels), None
        for place, (label, curves) in enumerate(panels):
            box = (0.08 + place * width, (0.6 + key) / height, width - 0.09, 2.0 / height)
            axes = first = figure.add_axes(box, sharex=first, sharey=first)
            dress(axes, label)
            draw_curves(axes, curves)
        draw_key(figure, key_names(group, records), key / height)
    return figure


def key_names(group: Group, records: list[RunRecord]) -> list[str]:
    """Without the seed where all lines have the same one."""
    one_seed = len({record.case.seed for record in records}) == 1
    return [group.seedless_name(record) if one_seed else group.row_name(record) for record in records]


def draw_curves(axes: Any, curves: list[Curve]) -> None:
    for (color, dashes), curve in zip(STYLES, curves, strict=False):
        if curve:
            steps, losses = zip(*curve, strict=True)
            mark = "o" if len(curve) <= LINES * 2 else ""
            axes.plot(steps, losses, dashes, color=color, linewidth=1.6, marker=mark, markersize=3)
    axes.set_ylim(bottom=0)


def draw_key(figure: Any, names: list[str], height: float) -> None:
    """Two columns of names under the panels, each with its line."""
    from matplotlib.lines import Line2D

    rows = -(-len(names) // 2)
    for place, (name, (color, dashes)) in enumerate(zip(names, STYLES, strict=False)):
        x, y = 0.08 + 0.46 * (place // rows), height * (1 - (place % rows + 0.5) / rows)
        figure.add_artist(Line2D([x, x + 0.05], [y, y], linestyle=dashes, color=color, linewidth=2))
        figure.text(x + 0.065, y, one_line(name, 30), color=TEXT, va="center", fontsize=10)


def dress(axes: Any, label: str) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_title(label, color=TEXT, fontsize=10, loc="left")
    axes.set_xlabel("step", color=TEXT, fontsize=10)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.grid(axis="y", color=LINE, linewidth=1)
    axes.patch.set_visible(False)
    axes.tick_params(colors=TEXT, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
