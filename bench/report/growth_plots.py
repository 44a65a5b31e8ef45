"""How costs grow: training time with the tokens trained on, and peak memory with the size of the model.

Every dot is one training of this run; costs that came from the store or from another machine are left out, for they
were not measured under the same load (as psf/pyperf refuses to compare unlike machines).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bench.case import short_name
from bench.record import RunRecord
from bench.report.cells import MIB, count, memory, seconds
from bench.report.escaping import one_line
from bench.report.svg import BAD, GOOD, LINE, MUTED, SETTINGS, TEXT, TUNED, plot, quiet
from bench.report.tables import machine_of

LEAST = 3
"""Dots from which a picture says more than the table."""
SPREAD = 1.5
"""How much the horizontal axis must span for anything to grow."""
STYLES = [(color, mark) for mark in ("o", "s") for color in (TUNED, BAD, GOOD, MUTED)]
"""Colour and shape, so that colour alone never tells."""

Dot = tuple[float, float]


@dataclass(frozen=True)
class Axes:
    """One panel."""

    caption: str
    of: Callable[[RunRecord], tuple[float | None, float | None]]
    """A record's place: what grows it, and the cost."""
    across: Callable[[float], str]
    up: Callable[[float], str]
    label: str
    series: Callable[[RunRecord], str]
    unit: float = 1.0
    """What the cost is counted in."""


def by_tokens(record: RunRecord) -> tuple[float | None, float | None]:
    train = record.cost.train
    return (train.useful_tokens, train.seconds) if train else (None, None)


def by_size(record: RunRecord) -> tuple[float | None, float | None]:
    train = record.cost.train
    return record.cost.total_params, train.peak_memory_bytes if train else None


def method(record: RunRecord) -> str:
    return record.case.method.partition(":")[0]


def model_and_method(record: RunRecord) -> str:
    return f"{short_name(record.case.model)} {method(record)}"


PANELS = (
    Axes("Training time against tokens", by_tokens, count, seconds, "useful tokens trained on", model_and_method),
    Axes("Peak memory against model size", by_size, count, memory, "parameters of the model", method, MIB),
)


def growth_plots(records: Sequence[RunRecord], name: str) -> list[tuple[str, Markup]]:
    """(caption, SVG) of each cost that this run measured at different sizes on one machine."""
    trained = [record for record in records if record.cost.train and "train" not in record.reused]
    machine = Counter(map(machine_of, trained)).most_common(1)
    here = [record for record in trained if machine_of(record) == machine[0][0]]
    found = []
    for place, axes in enumerate(PANELS):
        series = dots(here, axes)
        if says_something(series):
            found.append((axes.caption, plot(draw(series, axes), f"{name}-{place}", title(series, axes))))
    return found


def dots(records: Sequence[RunRecord], axes: Axes) -> dict[str, list[Dot]]:
    """Name of a series -> its dots in order; at most as many series as can be told apart."""
    found: dict[str, list[Dot]] = {}
    for record in records:
        x, y = axes.of(record)
        if x and y:
            found.setdefault(axes.series(record), []).append((float(x), float(y)))
    largest = sorted(found, key=lambda each: -len(found[each]))[: len(STYLES)]
    return {name: sorted(found[name]) for name in found if name in largest}


def says_something(series: dict[str, list[Dot]]) -> bool:
    across = [x for each in series.values() for x, _ in each]
    return len(across) >= LEAST and max(across) >= SPREAD * min(across)


def title(series: dict[str, list[Dot]], axes: Axes) -> str:
    ends = {
        name: [f"{axes.up(y)} at {axes.across(x)}" for x, y in (each[0], each[-1])] for name, each in series.items()
    }
    said = (f"{name}: {' to '.join(two)}" for name, two in ends.items())
    return one_line(f"{axes.caption}. {'; '.join(said)}")


def draw(series: dict[str, list[Dot]], axes: Axes) -> Any:
    import matplotlib
    from matplotlib.figure import Figure

    key = 0.24 * -(-len(series) // 2)
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(6.0, 3.3 + key))
        height = figure.get_figheight()
        panel = figure.add_axes((0.13, (0.6 + key) / height, 0.84, 2.6 / height))
        for (color, mark), each in zip(STYLES, series.values(), strict=False):
            panel.plot(*zip(*each, strict=True), mark, color=color, markersize=6, alpha=0.75)
        dress(panel, axes)
        draw_key(figure, list(series), key / height)
    return figure


def dress(panel: Any, axes: Axes) -> None:
    from matplotlib.ticker import FixedLocator, NullLocator

    for scale, axis, show, unit in (("x", panel.xaxis, axes.across, 1.0), ("y", panel.yaxis, axes.up, axes.unit)):
        getattr(panel, f"set_{scale}scale")("log")
        low, high = axis.get_view_interval()
        axis.set_major_locator(FixedLocator(ticks(low, high, unit)))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(lambda value, _, show=show: show(value))
    panel.set_xlabel(axes.label + ", log scales", color=TEXT, fontsize=10)
    panel.grid(color=LINE, linewidth=1)
    quiet(panel)


def ticks(low: float, high: float, unit: float) -> list[float]:
    """Round numbers of the unit that the table shows: 1, 2 and 5 of each decade, or even steps of a short span."""
    from matplotlib.ticker import LogLocator, MaxNLocator

    locator = LogLocator(subs=(1.0, 2.0, 5.0)) if high > 4 * low else MaxNLocator(4)
    found = [float(value) * unit for value in locator.tick_values(low / unit, high / unit)]
    return [value for value in found if low <= value <= high]


def draw_key(figure: Any, names: list[str], height: float) -> None:
    """Two columns of names under the panel, each with its mark."""
    from matplotlib.lines import Line2D

    rows = -(-len(names) // 2)
    for place, (name, (color, mark)) in enumerate(zip(names, STYLES, strict=False)):
        x, y = 0.13 + 0.43 * (place // rows), height * (1 - (place % rows + 0.5) / rows)
        figure.add_artist(Line2D([x], [y], marker=mark, color=color, markersize=6, linestyle=""))
        figure.text(x + 0.025, y, one_line(name, 30), color=TEXT, va="center", fontsize=10)
