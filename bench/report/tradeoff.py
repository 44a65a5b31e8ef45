"""Quality against what it costs: the methods of one group, and which of them no other one beats on both.

Only what was measured on one machine is set side by side (as psf/pyperf refuses to compare unlike machines).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from bench.record import RunRecord
from bench.report.cells import EMPTY, MIB, count, memory, seconds, shown
from bench.report.columns import Column
from bench.report.groups import Group
from bench.report.tables import machine_of
from bench.report.verdict import joined
from bench.stats.intervals import t_interval

LEAST = 3
"""Tuned methods from which a front says more than the table."""


@dataclass(frozen=True)
class Point:
    """One method, its seeds averaged."""

    name: str
    quality: float
    low: float | None
    """95 % interval: over test examples for one seed, over the seeds for several."""
    high: float | None
    memory: float | None
    """Peak bytes of training."""
    seconds: float | None
    """Wall time of training."""
    trainable: int | None
    total: int | None
    adapter_bytes: int | None
    reused: bool
    """Training came from the store: its costs were measured when it was made."""
    seeds: int = 1

    def cells(self, column: Column) -> tuple[tuple[str, str, float | None], ...]:
        """(text, small print, number to sort by): quality, parameters, adapter, time, memory."""
        share = f"{100 * self.trainable / self.total:.3g} %" if self.trainable is not None and self.total else ""
        mark = "from the store" if self.reused else ""
        return (
            (shown(self.quality, column.unit), interval(self, column), self.quality),
            (cell(self.trainable, count), share, self.trainable),
            (cell(self.adapter_bytes, mebibytes), "", self.adapter_bytes),
            (cell(self.seconds, seconds), mark, self.seconds),
            (cell(self.memory, memory), mark, self.memory),
        )


@dataclass(frozen=True)
class Tradeoff:
    """The section of one group."""

    title: str
    column: Column
    points: tuple[Point, ...]
    by_memory: tuple[Point, ...]
    """The front of quality and memory, cheapest first."""
    by_seconds: tuple[Point, ...]
    left_out: tuple[str, ...]
    """Methods measured on another machine."""

    def fronts_of(self, point: Point) -> str:
        found = [words for words, front in (("memory", self.by_memory), ("time", self.by_seconds)) if point in front]
        return " and ".join(found) or EMPTY

    @property
    def sentence(self) -> str:
        """Names both fronts."""
        fronts = (("memory", self.by_memory), ("training time", self.by_seconds))
        parts = [
            f"on the front of {self.column.in_text} and {cost}: {joined([p.name for p in front])}"
            for cost, front in fronts
            if front
        ]
        text = "; ".join(parts)
        return f"{text[:1].upper()}{text[1:]}." if text else ""

    @property
    def notes(self) -> list[str]:
        seeds = {point.seeds for point in self.points}
        luck = "one seed each" if seeds == {1} else "the mean of the seeds"
        notes = [f"A method is on the front when no other is at least as good and costs less. Judged by {luck}: where "
                 "intervals overlap, the order may be luck."]  # fmt: skip
        if stored := [point.name for point in self.points if point.reused]:
            notes.append(f"From the store: {', '.join(stored)}. Time and memory were measured when training was made, "
                         "maybe in an earlier run under another load.")  # fmt: skip
        if self.left_out:
            notes.append(f"Left out, measured on another machine: {', '.join(self.left_out)}.")
        return notes


def tradeoff(group: Group) -> Tradeoff | None:
    """None below three tuned methods, or where the group is about deliberate differences."""
    main = group.main
    if main is None:
        return None
    known = [r for r in group.tuned if not r.case.against and r[main.name] is not None and r.cost.train]
    machine = Counter(machine_of(record) for record in known).most_common(1)
    here = [record for record in known if machine_of(record) == machine[0][0]]
    points = tuple(point(name, members, main) for name, members in named(group, here).items())
    if len({record.case.method for record in here}) < LEAST:
        return None
    elsewhere = [name for name in named(group, known) if name not in {each.name for each in points}]
    fronts = front(points, main, by_memory), front(points, main, by_seconds)
    return Tradeoff(group.title, main, points, *fronts, tuple(elsewhere))


def named(group: Group, records: list[RunRecord]) -> dict[str, list[RunRecord]]:
    """Method, with template, shots and variant where they differ in the group -> its seeds."""
    found: dict[str, list[RunRecord]] = {}
    for record in records:
        found.setdefault(group.seedless_name(record), []).append(record)
    return found


def point(name: str, members: list[RunRecord], main: Column) -> Point:
    values = [value for record in members if (value := record[main.name]) is not None]
    score, cost = members[0].scores[main.name], members[0].cost
    low, high = (score.low, score.high) if len(values) == 1 else t_interval(values)
    trained = [record.cost.train for record in members if record.cost.train]
    return Point(
        name,
        sum(values) / len(values),
        low,
        high,
        average([phase.peak_memory_bytes for phase in trained]),
        average([phase.seconds for phase in trained]),
        cost.trainable_params,
        cost.total_params,
        cost.adapter_bytes,
        any("train" in record.reused for record in members),
        len(values),
    )


def average(values: list[float | None] | list[int | None] | list[float]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


Cost = Callable[[Point], float | None]


def by_memory(point: Point) -> float | None:
    return point.memory


def by_seconds(point: Point) -> float | None:
    """None for no time at all, too, which a logarithm has no place for."""
    return point.seconds or None


def front(points: tuple[Point, ...], main: Column, cost: Cost) -> tuple[Point, ...]:
    """The points that no other one beats, cheapest first (Pareto)."""
    sign = -1 if main.higher_is_better is False else 1
    known = [(value, sign * each.quality, each) for each in points if (value := cost(each)) is not None]
    best = [each for each in known if not any(beats(other, each) for other in known)]
    return tuple(each for *_, each in sorted(best, key=lambda item: item[:2]))


def beats(other: tuple[float, float, Point], each: tuple[float, float, Point]) -> bool:
    """At least as good on both, better on one."""
    cheaper, better = other[0] <= each[0], other[1] >= each[1]
    return cheaper and better and other[:2] != each[:2]


def cell(value: float | None, show: Callable[[float], str]) -> str:
    return EMPTY if value is None else show(value)


def mebibytes(value: float) -> str:
    """Adapters are small: two digits below ten."""
    return f"{value / MIB:.2g} MiB" if value < 10 * MIB else memory(value)


def interval(each: Point, column: Column) -> str:
    if each.low is None or each.high is None:
        return ""
    if column.unit == "rate":
        return f"{100 * max(each.low, 0):.0f}–{100 * min(each.high, 1):.0f}"
    return f"{each.low:.2f}–{each.high:.2f}".replace("-", "−")
