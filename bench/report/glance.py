"""The page's first answer, one line per table: which method is best, how far from base, and whether that is shown."""

from dataclasses import dataclass

from bench.report.cells import shown
from bench.report.columns import Column
from bench.report.compare_methods import Pair, Place, Standing
from bench.report.differences import SCALES, signed
from bench.report.groups import Group
from bench.report.verdict import joined

NAMED = 4
"""Methods of a tied group that are named; the table marks them all."""
CLOSE = 1e-6


@dataclass(frozen=True)
class Glance:
    """One line."""

    anchor: str
    suite: str
    title: str
    """Model and dataset."""
    why: str = ""
    """What there is to say in place of the numbers."""
    column: str = ""
    base: str = ""
    """The untuned model's value."""
    best: str = ""
    """The method at the top, or all that are tied with it."""
    value: str = ""
    """Its value, or the range of theirs."""
    change: str = ""
    """The first of them against base."""
    interval: str = ""
    tone: str = ""
    answer: str = ""
    """Whether that change is more than luck, in words."""


def glance(group: Group, anchor: str, standing: Standing | None, sentence: str) -> Glance:
    """`sentence` is the table's own verdict, shown where methods are not compared with each other."""
    base = next((row for row in standing.rows if row.is_base), None) if standing else None
    if standing is None or base is None or not standing.best:
        return Glance(anchor, *titles(group), why=sentence)
    best = [row for row in standing.rows if row.is_best]
    leader, pair = best[0], standing.between(best[0].name, base.name)
    return Glance(
        anchor,
        *titles(group),
        column=standing.column.label,
        base=shown(base.value, standing.column.unit),
        best=names(best),
        value=values(best, standing.column),
        change="–" if leader.is_base else change(leader, base, standing.column),
        interval=interval(leader, base, pair),
        tone="" if pair is None or leader.is_base or not pair.is_shown else "good",
        answer=answer(leader, base, pair),
    )


def titles(group: Group) -> tuple[str, str]:
    suite, _, rest = group.title.partition(" · ")
    return suite, rest


def names(best: list[Place]) -> str:
    listed = [row.name for row in best[:NAMED]]
    more = [f"{len(best) - NAMED} more"] if len(best) > NAMED else []
    return joined(listed + more) + (" (tied)" if len(best) > 1 else "")


def values(best: list[Place], column: Column) -> str:
    """One value, or the lowest and the highest of the tied ones."""
    ends = [shown(value, column.unit) for value in sorted(row.value for row in (best[0], best[-1]))]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def change(leader: Place, base: Place, column: Column) -> str:
    return signed(leader.value - base.value, column.unit) + (" points" if column.unit in SCALES else "")


def interval(leader: Place, base: Place, pair: Pair | None) -> str:
    """The paired 95 % interval; "" where the test judged another number than the one shown (F1 by right answers)."""
    if pair is None or leader.is_base or pair.found.low is None or pair.found.high is None:
        return ""
    sign = 1 if pair.name == leader.name else -1
    if abs(sign * pair.found.change - (leader.value - base.value)) > CLOSE:
        return ""
    low, high = sorted((sign * pair.found.low, sign * pair.found.high))
    return f"[{signed(low, pair.column.unit)} to {signed(high, pair.column.unit)}]"


def answer(leader: Place, base: Place, pair: Pair | None) -> str:
    if leader.is_base:
        return "no method is above base"
    if pair is None:
        return "not tested: no test examples in common"
    seeds = "on this one training run" if pair.found.seeds == 1 else f"over {pair.found.seeds} training runs"
    if not pair.is_shown:
        return f"not shown, {p_value(pair)}, {seeds}"
    return f"shown {seeds}, {p_value(pair)}"


def p_value(pair: Pair) -> str:
    return "p < 0.001" if pair.adjusted < 0.001 else f"p {pair.adjusted:.3f}".rstrip("0").rstrip(".")
