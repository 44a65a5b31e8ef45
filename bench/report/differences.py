"""What each deliberate difference of a suite costs: paired over training seeds and test items.

Both sides share seed, data and questions, so that a pair differs by the knob alone; the spread of the pairs over the
seeds is the luck of training, which no interval over test examples covers. The luck of the test set is added where
the values are known by item, and by source (stats.clusters.crossed); elsewhere the interval is Student's t over the
seeds alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from bench.record import RunRecord, Score
from bench.report.cells import shown, tenths
from bench.report.columns import Column
from bench.report.groups import Group
from bench.stats.families import ALPHA, holm
from bench.stats.intervals import Interval, t_interval
from bench.stats.paired import Paired, paired

COLUMNS = 6
"""Columns of the table; the comparison has them all."""
TELLING = ("stop_rate", "self_prompting", "completion", "rougeL", "accuracy", "exact_match", "refusal", "echo")
"""Which columns come after the main one, what classic mistakes break first."""
CLOSE = 1e-9
SCALES = {"rate": 1.0, "score": 1.0, "index": 2.0}
"""Units whose differences are told in points, hundredths of the scale; the largest that two values can differ."""
KNOBS = {("generate", "template"): "asked in template"}
"""Knobs whose names alone would mislead."""
ONE_SEED = "one seed says nothing about training's own variation"


@dataclass(frozen=True)
class Effect:
    """What one difference did to one column, in the column's own unit."""

    column: Column
    reference: float
    """Mean over the seeds of the variant compared with."""
    variant: float
    """Mean over the same seeds of the variant itself."""
    change: float
    """Mean paired difference."""
    low: float | None
    """95 % Student t interval over seeds and items; None for one seed."""
    high: float | None
    seeds: int
    """Seeds for which both sides have a number."""
    p: float | None = None
    """Of this difference alone, over seeds and items; None where the values are not known by item."""

    @property
    def is_shown(self) -> bool:
        """The interval excludes 0."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high

    @property
    def tone(self) -> str:
        """ "good", "bad", or "" where nothing is shown or neither direction is better."""
        if not self.is_shown or self.column.higher_is_better is None:
            return ""
        return "good" if (self.change > 0) == self.column.higher_is_better else "bad"

    @property
    def words(self) -> str:
        """What the number may be taken for; "" where the interval speaks for itself."""
        if self.seeds == 1:
            return "one seed"
        return "" if self.is_shown else f"not shown to differ over {self.seeds} seeds"

    @property
    def points(self) -> str:
        return signed(self.change, self.column.unit)

    @property
    def means(self) -> str:
        """ "97.5 % → 35.0 %", of the reference and of the variant."""
        return f"{shown(self.reference, self.column.unit)} → {shown(self.variant, self.column.unit)}"

    @property
    def interval(self) -> str:
        """Both ends; words where a unit without a scale has the same change in all seeds."""
        if self.low is None or self.high is None:
            return ""
        if self.low == self.high:
            return f"the same in all {self.seeds} seeds"
        return f"{signed(self.low, self.column.unit)} to {signed(self.high, self.column.unit)}"


@dataclass(frozen=True)
class Difference:
    """One row: a variant against its reference."""

    name: str
    against: str
    knobs: tuple[str, ...]
    """What differs, "stop_token masked instead of trained"."""
    effects: tuple[Effect | None, ...]
    """For each column; None where no seed has both numbers."""
    why: str = ""
    """Why there is no number at all."""

    @property
    def seeds(self) -> int:
        return max((effect.seeds for effect in self.effects if effect), default=0)


@dataclass(frozen=True)
class Differences:
    """The section of one group."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Difference, ...]

    @property
    def notes(self) -> list[str]:
        """What a reader must know before believing the numbers."""
        compared = sum(effect.seeds > 1 for row in self.rows for effect in row.effects if effect)
        notes = [f"{ONE_SEED}, so those differences have no interval"] if any(r.seeds == 1 for r in self.rows) else []
        if compared >= 20:
            notes.append(f"{compared} intervals of 95 %: about {compared / 20:.0f} would exclude 0 by luck alone"
                         f"{self.after_holm}")  # fmt: skip
        return [note[:1].upper() + note[1:] + "." for note in notes]

    @property
    def after_holm(self) -> str:
        """How many of the differences stand a correction for their number; "" where some have no p-value."""
        tested = [effect for row in self.rows for effect in row.effects if effect and effect.seeds > 1]
        ps = [effect.p for effect in tested if effect.p is not None]
        if not ps or len(ps) < len(tested):
            return ""
        left = sum(p <= ALPHA for p in holm(ps))
        return f"; of {sum(effect.is_shown for effect in tested)} shown, {left} stay so after Holm's correction"


Pairs = list[tuple[RunRecord, RunRecord]]
"""(variant, reference) of each seed."""


def differences(group: Group, sources: Mapping[str, str] | None = None) -> Differences | None:
    """The table; None for a group that compares no variants, or measured nothing.

    `sources` names the passage or dialogue of a test item, for items of one are no independent evidence.
    """
    rows, columns = grouped(group), telling(group)
    if not rows or not columns:
        return None
    return Differences(group.title, columns, tuple(row(group, members, columns, sources) for members in rows))


def grouped(group: Group) -> list[list[RunRecord]]:
    """The records of each difference, its seeds together, in plan order."""
    found: dict[tuple[Any, ...], list[RunRecord]] = {}
    for record in group.records:
        if record.case.against:
            found.setdefault((record.case.variant, *setting(record)), []).append(record)
    return list(found.values())


def setting(record: RunRecord) -> tuple[str, str, int]:
    return record.case.method, record.case.template, record.case.shots


def telling(group: Group) -> tuple[Column, ...]:
    """The main column first, then what mistakes break, then what else was measured."""
    listed = [column for column in group.columns if any(record[column.name] is not None for record in group.records)]
    return tuple(sorted(listed, key=lambda column: place(column, group))[:COLUMNS])


def place(column: Column, group: Group) -> tuple[bool, int]:
    is_main = group.main is not None and column.name == group.main.name
    return not is_main, TELLING.index(column.name) if column.name in TELLING else len(TELLING)


def row(
    group: Group, members: list[RunRecord], columns: tuple[Column, ...], sources: Mapping[str, str] | None
) -> Difference:
    pairs = [(record, reference) for record in members if (reference := group.base_of(record))]
    effects = tuple(effect(pairs, column, sources) for column in columns)
    first, why = members[0], ""
    if not any(effects):
        why = first.reason or (f"no number of {first.case.against} to compare with" if not pairs else "no number")
    return Difference(name(group, first), first.case.against, knobs(*pairs[0]) if pairs else (), effects, why)


def name(group: Group, record: RunRecord) -> str:
    """The variant, with what else tells it from the other rows."""
    several = len({setting(each) for each in group.records if each.case.variant == record.case.variant}) > 1
    return " · ".join((record.case.variant, *map(str, setting(record)[:2]))) if several else record.case.variant


def effect(pairs: Pairs, column: Column, sources: Mapping[str, str] | None) -> Effect | None:
    values = [
        (ours, theirs)
        for record, reference in pairs
        if (ours := record[column.name]) is not None and (theirs := reference[column.name]) is not None
    ]
    if not values:
        return None
    # Twelve digits: what floating point adds must not pass for a difference that every seed shows.
    changes = [round(ours - theirs, 12) for ours, theirs in values]
    ours, theirs = (sum(side) / len(values) for side in zip(*values, strict=True))
    found = by_items(pairs, column.name, sources)
    over_seeds = (found.low, found.high) if found else t_interval(changes, resolution(pairs, column))
    low, high = possible(over_seeds, column)
    p = found.p if found else None
    return Effect(column, theirs, ours, sum(changes) / len(changes), low, high, len(values), p)


def by_items(pairs: Pairs, column: str, sources: Mapping[str, str] | None = None) -> Paired | None:
    """Over seeds and items, by source; None for one seed, or where a value is no mean of items that both have."""
    scores = [
        (ours, theirs)
        for record, reference in pairs
        if (ours := record.scores.get(column)) and (theirs := reference.scores.get(column))
    ]
    alike = all(is_item_mean(a) and is_item_mean(b) and set(a.per_example) == set(b.per_example) for a, b in scores)
    if len(scores) < 2 or not alike:
        return None
    return paired([(a.per_example, b.per_example) for a, b in scores], sources)


def is_item_mean(score: Score) -> bool:
    """Whether the value is the mean of what stands beside each example: of F1 it is not."""
    values = score.per_example.values()
    return bool(values) and score.value is not None and abs(sum(values) / len(values) - score.value) < CLOSE


def possible(interval: Interval, column: Column) -> Interval:
    """Cut at the ends of the scale, beyond which no difference can lie."""
    low, high = interval
    end = SCALES.get(column.unit)
    return interval if low is None or high is None or end is None else (max(low, -end), min(high, end))


def resolution(pairs: Pairs, column: Column) -> float:
    """One test example: finer than that no seed can differ from another."""
    counts = [score.n for pair in pairs for each in pair if (score := each.scores.get(column.name)) and score.n]
    return 1 / min(counts) if counts and column.unit in SCALES else 0.0


def signed(change: float, unit: str) -> str:
    """In points where the scale has an end, else in the column's own unit."""
    if unit in SCALES:
        points = round(100 * change, 1)
        return "±0" if not points else whole_points(points) if abs(points) > 100 else tenths(points, "+")
    return f"{change:+.3g}".replace("-", "−") if change else "±0"


def whole_points(points: float) -> str:
    """Beyond a hundred no decimal is worth its place."""
    return f"{points:+.0f}".replace("-", "−")


def knobs(record: RunRecord, reference: RunRecord) -> tuple[str, ...]:
    """Every setting in which the two cases were declared to differ."""
    return tuple(
        f"{name} {ours} instead of {theirs}" for name, ours, theirs in unlike(record, reference) if ours != theirs
    )


def unlike(record: RunRecord, reference: RunRecord) -> Iterator[tuple[str, str, str]]:
    case, other = record.case, reference.case
    yield "method", case.method, other.method
    yield "template", case.template, other.template
    for part in ("train", "generate"):
        ours, theirs = getattr(case, part), getattr(other, part)
        for name in (field.name for field in fields(ours)):
            if getattr(ours, name) != getattr(theirs, name):
                yield KNOBS.get((part, name), name), knob(record, part, name), knob(reference, part, name)


def knob(record: RunRecord, part: str, name: str) -> str:
    """As the suite wrote it; what it left open as it was resolved."""
    value = getattr(getattr(record.case, part), name)
    resolved = record.resolved.get(part)
    if value is None and isinstance(resolved, Mapping):
        value = resolved.get(name)
    if (part, name) in KNOBS:
        return value or record.case.template
    if isinstance(value, float):
        return f"{value:.3g}"
    return "the default" if value is None else "none" if value == () else str(value)
