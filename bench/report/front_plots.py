"""Quality against memory and against time, a dot per method, the front drawn as a line, as inline SVG."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bench.report.cells import memory, seconds
from bench.report.columns import Column
from bench.report.escaping import one_line
from bench.report.svg import LINE, MUTED, SETTINGS, TEXT, TUNED, plot
from bench.report.tradeoff import Point, Tradeoff, by_memory, by_seconds

SIZE = (6.0, 3.8)
BOX = (0.12, 0.16, 0.84, 0.8)
CHARACTER, LINE_HEIGHT = 6.2, 13.0
"""Points (1/72 inch) that a character of a label is wide and a line is high."""
PLACES = ((7, 8, "left"), (-7, 8, "right"), (7, -9, "left"), (-7, -9, "right"))
"""Where a label may stand beside its dot: shift in points, and its alignment."""


@dataclass(frozen=True)
class Axis:
    """What a panel's horizontal axis shows."""

    label: str
    cost: Callable[[Point], float | None]
    show: Callable[[float], str]
    log: bool = False


AXES = (
    Axis("Peak memory of training", by_memory, memory),
    Axis("Training time, log scale", by_seconds, seconds, log=True),
)


def front_plots(table: Tradeoff, name: str) -> list[tuple[str, Markup]]:
    """(caption, SVG) for each cost that three methods or more have."""
    panels = []
    for place, (axis, front) in enumerate(zip(AXES, (table.by_memory, table.by_seconds), strict=True)):
        points = [point for point in table.points if axis.cost(point) is not None]
        if len(points) >= 3:
            svg = plot(draw(table.column, points, front, axis), f"{name}-{place}", title(table, axis))
            panels.append((caption(table.column, axis), svg))
    return panels


def caption(column: Column, axis: Axis) -> str:
    return f"{column.label} against {axis.label.partition(',')[0].lower()}"


def title(table: Tradeoff, axis: Axis) -> str:
    said = [f"{each.name} {axis.show(cost)}" for each in table.points if (cost := axis.cost(each)) is not None]
    return one_line(f"{caption(table.column, axis)}, {table.title}: {', '.join(said)}. {table.sentence}")


def draw(column: Column, points: list[Point], front: tuple[Point, ...], axis: Axis) -> Any:
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=SIZE)
        axes = figure.add_axes(BOX)
        dress(axes, column, points, axis)
        draw_front(axes, front, axis)
        for point in points:
            draw_point(axes, point, axis, point in front)
        label_points(axes, points, axis)
    return figure


def dress(axes: Any, column: Column, points: list[Point], axis: Axis) -> None:
    costs = [cost for point in points if (cost := axis.cost(point)) is not None]
    set_scale(axes, costs, axis)
    ends = [end for point in points for end in (point.quality, point.low, point.high) if end is not None]
    room = 0.08 * (max(ends) - min(ends)) or 0.05
    axes.set_ylim(min(ends) - room, max(ends) + room)
    if column.unit == "rate":
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    axes.set_xlabel(axis.label, color=TEXT)
    axes.grid(color=LINE, linewidth=1)
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
    axes.tick_params(colors=TEXT, length=0, which="both")
    for spine in axes.spines.values():
        spine.set_visible(False)


def set_scale(axes: Any, costs: list[float], axis: Axis) -> None:
    """Limits with room for the dots; round numbers as ticks, read as the tables write them."""
    from matplotlib.ticker import FixedLocator, NullLocator

    low, high = min(costs), max(costs)
    if axis.log:
        axes.set_xscale("log")
        room = max(high / low, 1.2) ** 0.12
        axes.set_xlim(low / room, high * room)
    else:
        room = 0.12 * (high - low) or 0.1 * high or 1.0
        axes.set_xlim(low - room, high + room)
    axes.xaxis.set_major_locator(FixedLocator(ticks(axes.get_xlim(), axis)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: axis.show(value))


def ticks(limits: tuple[float, float], axis: Axis) -> list[float]:
    """Four to six values inside the limits: 1, 2, 5 per decade of seconds, whole MiB of memory."""
    from matplotlib.ticker import LogLocator, MaxNLocator

    low, high = limits
    if axis.log and high / low > 4:
        found = LogLocator(subs=(1.0, 2.0, 5.0)).tick_values(low, high)
        return [value for value in found if low <= value <= high]
    unit = 1.0 if axis.log else 2.0**20
    found = MaxNLocator(4).tick_values(low / unit, high / unit)
    return [value * unit for value in found if low <= value * unit <= high]


def draw_front(axes: Any, front: tuple[Point, ...], axis: Axis) -> None:
    """Steps: to the right of a method nothing better is bought until the next one."""
    corners = [(axis.cost(point), point.quality) for point in front]
    if corners:
        corners.append((axes.get_xlim()[1], corners[-1][1]))
        axes.step(*zip(*corners, strict=True), where="post", color=TUNED, linewidth=1.4, linestyle="--")


def draw_point(axes: Any, point: Point, axis: Axis, on_front: bool) -> None:
    color = TUNED if on_front else MUTED
    x = axis.cost(point)
    if point.low is not None and point.high is not None:
        axes.plot([x, x], [point.low, point.high], color=color, linewidth=1.6, solid_capstyle="round")
    fill = color if on_front else "white"
    axes.plot([x], [point.quality], "o", ms=8, color=color, markerfacecolor=fill, markeredgewidth=2)


Box = tuple[float, float, float, float]


def label_points(axes: Any, points: list[Point], axis: Axis) -> None:
    """Each name at the first place beside its dot that is free; to the right of it where none is."""
    spots = [spot(axes, axis.cost(point), point.quality) for point in points]
    taken: list[Box] = [(x - 5, y - 5, x + 5, y + 5) for x, y in spots]
    for point, (x, y) in zip(points, spots, strict=True):
        name = one_line(point.name, 22)
        boxes = [(place, box(x, y, place, len(name))) for place in PLACES]
        place, chosen = next((each for each in boxes if is_free(each[1], taken, (x, y))), boxes[0])
        taken.append(chosen)
        axes.annotate(
            name,
            (axis.cost(point), point.quality),
            xytext=place[:2],
            textcoords="offset points",
            ha=place[2],
            va="center",
            color=TEXT,
            fontsize=10,
        )


def spot(axes: Any, cost: float | None, quality: float) -> tuple[float, float]:
    """Where a value lies in the figure, in points; matplotlib draws SVG with 72 of them to the inch."""
    x, y = axes.transAxes.inverted().transform(axes.transData.transform((cost, quality)))
    width, height = (72 * size for size in SIZE)
    return width * (BOX[0] + BOX[2] * x), height * (BOX[1] + BOX[3] * y)


def box(x: float, y: float, place: tuple[float, float, str], length: int) -> Box:
    width = CHARACTER * length
    left = x + place[0] - (width if place[2] == "right" else 0.0)
    middle = y + place[1]
    return left, middle - LINE_HEIGHT / 2, left + width, middle + LINE_HEIGHT / 2


def is_free(place: Box, taken: list[Box], own: tuple[float, float]) -> bool:
    """Inside the figure, over no other label and over no dot but its own."""
    inside = place[0] > 0 and place[2] < 72 * SIZE[0]
    others = [each for each in taken if not (each[0] < own[0] < each[2] and each[1] < own[1] < each[3])]
    return inside and not any(overlap(place, each) for each in others)


def overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
