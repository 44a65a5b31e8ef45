"""Which method of one table is best, and is that real: paired tests of all its pairs, tied groups in place of ranks.

All pairs of a table are one family (Holm). One training run on each side is judged over test items and says only what
these two models do; "better" is said of methods that were trained with several seeds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.errors import UserError
from bench.floors import lift
from bench.record import Output, RunRecord
from bench.report.cells import shown, tenths
from bench.report.columns import Column
from bench.report.differences import SCALES, is_item_mean, signed
from bench.report.groups import BASE, Group
from bench.report.run_folder import Run
from bench.stats.clusters import mean_interval
from bench.stats.families import ALPHA, holm, pairs_of, tied_groups
from bench.stats.intervals import Interval
from bench.stats.paired import Paired, Values, paired
from bench.stats.power import POWER, detectable

MOST = 24
"""Methods tested against each other; more would take seconds, and Holm's correction would leave nothing to see."""
ONE_RUN = "on this one training run"
NAMED = 7
"""Methods of a tied group that the sentence names; the table marks them all."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"

Sources = Mapping[str, str]
"""Example id -> its passage, dialogue or subject."""


@dataclass(frozen=True)
class Place:
    """One method, its seeds averaged."""

    name: str
    """As Group.seedless_name says it."""
    value: float
    low: float | None
    """95 % interval, by source where the sources are known, over seeds and sources where there are several seeds."""
    high: float | None
    lift: float | None
    """Share of what there was to gain above the best null model."""
    letters: str
    """Methods that share a letter are not told apart; "" where nothing was tested."""
    is_best: bool
    """In the tied group at the top, and not alone in the table."""
    is_base: bool


@dataclass(frozen=True)
class Pair:
    """Two methods, the better-looking one first."""

    name: str
    other: str
    found: Paired
    adjusted: float
    """p after Holm's correction over the table."""
    column: Column
    is_mean: bool = True
    """Whether the column is the mean of its items, so that `found.change` is the column's own; F1 is not."""

    @property
    def is_shown(self) -> bool:
        """On these training runs, or of the methods where there were several."""
        return self.adjusted <= ALPHA

    @property
    def is_better(self) -> bool:
        """Shown, and not of one training run alone."""
        return self.is_shown and self.found.seeds > 1

    @property
    def amount(self) -> str:
        """ "8.3 points [3.1 to 13.6]", without a sign."""
        sign = -1 if self.found.change < 0 else 1
        ends = sorted(sign * end for end in (self.found.low, self.found.high) if end is not None)
        unit = " points" if self.column.unit in SCALES else ""
        size = signed(abs(self.found.change), self.column.unit).lstrip("+")
        within = " to ".join(signed(end, self.column.unit).lstrip("+") for end in ends)
        return f"{size}{unit}" + (f" [{within}]" if within else "")


@dataclass(frozen=True)
class Standing:
    """One table's answer to "which is best?"."""

    title: str
    column: Column
    rows: tuple[Place, ...]
    """Best mean first."""
    pairs: tuple[Pair, ...]
    """Each pair that could be tested."""
    untested: tuple[tuple[str, str], ...]
    """Pairs without items or seeds in common."""
    detectable: float | None
    """The smallest true difference of two methods that would be shown with probability 0.8; None without variation."""

    @property
    def best(self) -> tuple[str, ...]:
        """The tied group at the top."""
        return tuple(row.name for row in self.rows if row.is_best)

    @property
    def seeds(self) -> int:
        """Training runs behind the weakest pair; 0 where nothing was tested."""
        return min((pair.found.seeds for pair in self.pairs), default=0)

    def between(self, name: str, other: str) -> Pair | None:
        return next((pair for pair in self.pairs if {pair.name, pair.other} == {name, other}), None)

    @property
    def test(self) -> str:
        """ "exact McNemar on 60 test examples, Holm over 6 pairs"."""
        tests = " or ".join(dict.fromkeys(pair.found.test for pair in self.pairs))
        of = "" if all(pair.is_mean for pair in self.pairs) else " of right answers"
        return f"{tests}{of} on {items(self.pairs)}{family(len(self.pairs))}"

    @property
    def scope(self) -> str:
        """How far the finding reaches."""
        return ONE_RUN if self.seeds == 1 else f"over {self.seeds} training runs each"

    @property
    def finding(self) -> str:
        """ "full and lora are not told apart at the top of ... (exact McNemar on ...)"; "" where nothing was tested."""
        return f"{top(self)}{lower(self)} ({self.test})" if self.pairs else ""

    @property
    def sentence(self) -> str:
        """Without a full stop; "" where nothing was tested."""
        return f"{self.scope} {self.finding}" if self.pairs else ""

    @property
    def notes(self) -> list[str]:
        """What a reader must know before believing the letters."""
        notes = []
        if self.pairs:
            notes.append(f"Methods that share a letter are not told apart: {self.test}.")
        if self.seeds == 1:
            notes.append("One training run each: another seed may turn the order round; --bench-seeds 5 trains five.")
        if self.detectable is not None:
            notes.append(f"Smallest difference that this test set would show: {points(self)} "
                         f"(power {POWER:g} at alpha {ALPHA:g}, one pair, arXiv 2411.00640).")  # fmt: skip
        if self.untested:
            notes.append(f"{len(self.untested)} pairs not tested: no test examples or seeds in common.")
        return notes


def standing(group: Group, sources: Sources | None = None) -> Standing | None:
    """None where fewer than two methods were measured, nothing is better or worse, or variants are compared."""
    main = group.main
    if main is None or main.higher_is_better is None or any(record.case.against for record in group.records):
        return None
    methods = ranked(group, main)
    if len(methods) < 2:
        return None
    tested = tuple(methods)[:MOST]
    pairs, untested = tests(methods, tested, main, sources)
    apart = {frozenset((pair.name, pair.other)) for pair in pairs if pair.is_shown} | {*map(frozenset, untested)}
    groups = tied_groups(tested, lambda a, b: frozenset((a, b)) in apart) if pairs else []
    rows = tuple(place(name, records, main, groups, sources or {}) for name, records in methods.items())
    return Standing(group.title, main, rows, pairs, untested, smallest(pairs, main))


def ranked(group: Group, main: Column) -> dict[str, list[RunRecord]]:
    """Method -> its records with a number, one for each seed, the best mean first."""
    found: dict[str, dict[int, RunRecord]] = {}
    for record in group.records:
        if record[main.name] is not None:
            found.setdefault(group.seedless_name(record), {}).setdefault(record.case.seed, record)
    sign = -1 if main.higher_is_better else 1
    by_mean = sorted(found.items(), key=lambda item: sign * mean(list(item[1].values()), main))
    return {name: list(records.values()) for name, records in by_mean}


def mean(records: Sequence[RunRecord], main: Column) -> float:
    values = [value for record in records if (value := record[main.name]) is not None]
    return sum(values) / len(values)


def tests(
    methods: Mapping[str, list[RunRecord]], names: Sequence[str], main: Column, sources: Sources | None
) -> tuple[tuple[Pair, ...], tuple[tuple[str, str], ...]]:
    """All pairs that can be tested, and those that cannot."""
    found = [((a, b), paired(sides(methods[a], methods[b], main), sources)) for a, b in pairs_of(names)]
    tested = [(pair, result) for pair, result in found if result]
    adjusted = holm([result.p for _, result in tested])
    is_mean = all(is_item_mean(record.scores[main.name]) for name in names for record in methods[name])
    rows = tuple(Pair(*pair, result, p, main, is_mean) for (pair, result), p in zip(tested, adjusted, strict=True))
    return rows, tuple(pair for pair, result in found if result is None)


def sides(ours: Sequence[RunRecord], theirs: Sequence[RunRecord], main: Column) -> list[tuple[Values, Values]]:
    """The values of each seed that both have, where they are known by test example."""
    others = {record.case.seed: record for record in theirs}
    pairs = [(record, others[record.case.seed]) for record in ours if record.case.seed in others]
    found = [(a.scores[main.name].per_example, b.scores[main.name].per_example) for a, b in pairs]
    return [(a, b) for a, b in found if a and b]


def place(
    name: str, records: list[RunRecord], main: Column, groups: Sequence[tuple[str, ...]], sources: Sources
) -> Place:
    score = records[0].scores[main.name]
    is_one = len(records) == 1
    low, high = spread(records, main, sources)
    letters = "".join(LETTERS[number % len(LETTERS)] for number, group in enumerate(groups) if name in group)
    return Place(
        name=name,
        value=mean(records, main),
        low=low,
        high=high,
        lift=lift(score, main.unit, main.higher_is_better) if is_one else None,
        letters=letters,
        is_best=bool(groups) and name in groups[0],
        is_base=records[0].case.method == BASE,
    )


def spread(records: list[RunRecord], main: Column, sources: Sources) -> Interval:
    """That of the score itself where it is no mean of its items (F1), or they stand alone."""
    score = records[0].scores[main.name]
    items = [record.scores[main.name].per_example for record in records]
    is_mean = all(map(is_item_mean, (record.scores[main.name] for record in records)))
    if is_mean and (len(records) > 1 or any(name in sources for name in items[0])):
        return mean_interval(items, sources, main.ends)
    return (score.low, score.high) if len(records) == 1 else (None, None)


def smallest(pairs: Sequence[Pair], main: Column) -> float | None:
    """Of the pair in the middle: no pair's own luck decides."""
    errors = [pair.found.spread for pair in pairs]
    n = min((pair.found.n for pair in pairs), default=0)
    return detectable(median(errors), n, main.unit == "rate") if errors else None


def top(standing: Standing) -> str:
    best, what, rows = standing.best, standing.column.in_text, standing.rows
    if len(best) == len(rows):
        return f"no method is told apart from another on {what}"
    if len(best) > 1:
        more = [f"{len(best) - NAMED} more"] if len(best) > NAMED else []
        return f"{joined([*best[:NAMED], *more])} are not told apart at the top of {what}"
    word = "better" if standing.seeds > 1 else "higher" if standing.column.higher_is_better else "lower"
    return f"{best[0]} is {word} than {'every other' if len(rows) > 2 else rows[1].name} on {what}"


def lower(standing: Standing) -> str:
    """Tuned methods that are told apart from the one at the top, with the distance."""
    leader = standing.rows[0].name
    below = [row.name for row in standing.rows[1:] if not row.is_best and not row.is_base]
    pairs = [(name, pair) for name in below if (pair := standing.between(leader, name)) and pair.is_shown]
    word = "below" if standing.column.higher_is_better else "above"
    parts = [f"{name} is {f'{pair.amount} ' if pair.is_mean else ''}{word} {leader}" for name, pair in pairs[:3]]
    more = [f"{len(pairs) - 3} more are {word} it"] if len(pairs) > 3 else []
    return f"; {joined(parts + more)}" if parts else ""


def items(pairs: Sequence[Pair]) -> str:
    """ "60 test examples", "58 test examples from 12 sources"."""
    n, clusters = (min(getattr(pair.found, name) for pair in pairs) for name in ("n", "clusters"))
    counted = "1 test example" if n == 1 else f"{n} test examples"
    return counted if clusters == n else f"{counted} from {clusters} source{'s' if clusters > 1 else ''}"


def family(pairs: int) -> str:
    return f", Holm over {pairs} pairs" if pairs > 1 else ""


def points(standing: Standing) -> str:
    value, unit = standing.detectable or 0.0, standing.column.unit
    return f"{tenths(100 * value)} points" if unit in SCALES else shown(value, unit)


def joined(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def sources(run: Run, group: Group) -> dict[str, str]:
    """Example id -> source, from the first outputs of the group that can be read; all its records asked the same."""
    for record in group.records:
        try:
            if outputs := run.outputs(record):
                return sources_of(outputs)
        except UserError:
            continue
    return {}


def sources_of(outputs: Sequence[Output]) -> dict[str, str]:
    """Samples of a question belong to its source, or to the question where it has none."""
    found = {output.example_id: source(output) for output in outputs if output.form != "samples"}
    samples = {each.example_id: found.get(each.group) or each.group for each in outputs if each.form == "samples"}
    return {name: where for name, where in (found | samples).items() if where}


def source(output: Output) -> str:
    """What stands before the first reference in `group`, which is "source: answer"."""
    return output.group.removesuffix(f": {output.references[0]}") if output.references else output.group
