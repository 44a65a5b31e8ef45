"""Tuned models against their base on the same test examples: change, interval, paired test, corrected for their number.

All training seeds of a method stand in one row; examples made from one passage count as one cluster.
"""

from dataclasses import dataclass

from bench.assignments.submission import Submission
from bench.record import RunRecord, Score
from bench.report.cells import difference
from bench.report.columns import Column
from bench.report.groups import Group
from bench.stats.families import ALPHA, holm
from bench.stats.paired import Paired, Values, paired


@dataclass(frozen=True)
class Row:
    """One method against base in one column."""

    name: str
    method: str
    column: Column
    anchor: str
    """Of the group, in report.html."""
    base: float
    """Mean over the shared examples and seeds."""
    tuned: float
    found: Paired
    """The change is tuned minus base; its p is not yet corrected."""
    p: float
    """By Holm, over the rows of the table."""

    @property
    def change(self) -> str:
        """Signed, with its unit: "+96.1 points"."""
        return in_unit(self.found.change, self.column)

    @property
    def interval(self) -> str:
        low, high = (difference(end, self.column.unit) for end in self.ends)
        return f"95 % {low} to {high}"

    @property
    def ends(self) -> tuple[float, float]:
        """The 95 % interval of the change; the change itself where it has none."""
        low, high = self.found.low, self.found.high
        return (self.found.change if low is None else low), (self.found.change if high is None else high)

    @property
    def is_shown(self) -> bool:
        """By the test: of ten answers the interval may leave out 0 where the test shows nothing yet."""
        return self.found.p <= ALPHA

    @property
    def is_better(self) -> bool:
        """Shown, and in the direction that is better in this column."""
        up = self.column.higher_is_better is not False
        return self.is_shown and (self.found.change > 0) == up


def in_unit(change: float, column: Column) -> str:
    return difference(change, column.unit) + (" points" if column.unit == "rate" else "")


def probability(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p {p:.3f}"


def paired_rows(submission: Submission, metric: str = "") -> list[Row]:
    """Every method that shares scored examples with its base; `metric` "" is each group's main column."""
    known = submission.facts.setdefault("paired", {})
    if metric not in known:
        known[metric] = [
            row for group, anchor in submission.groups for row in of_group(submission, group, anchor, metric)
        ]
    rows: list[Row] = known[metric]
    return rows


def of_group(submission: Submission, group: Group, anchor: str, metric: str) -> list[Row]:
    column = group.column(metric) if metric else group.main
    if column is None:
        return []
    found = [
        (members, test)
        for members in by_method(group).values()
        if (test := tested(submission, group, members, column.name))
    ]
    corrected = holm([test.p for _, test in found])
    return [row(group, anchor, column, *each, p) for each, p in zip(found, corrected, strict=True)]


def by_method(group: Group) -> dict[str, list[RunRecord]]:
    """The seeds of each tuned row together; variants that are compared with each other are no methods."""
    found: dict[str, list[RunRecord]] = {}
    for record in group.tuned:
        if not record.case.against:
            found.setdefault(group.seedless_name(record), []).append(record)
    return found


def tested(submission: Submission, group: Group, members: list[RunRecord], name: str) -> Paired | None:
    pairs = [(values(record, name), values(base, name)) for record in members if (base := group.base_of(record))]
    pairs = [pair for pair in pairs if set(pair[0]) & set(pair[1])]
    sources = {each.example_id: each.source for each in submission.outputs(members[0]) if each.source}
    return paired(pairs, sources)


def values(record: RunRecord, name: str) -> Values:
    score: Score | None = record.scores.get(name)
    return score.per_example if score else {}


def row(group: Group, anchor: str, column: Column, members: list[RunRecord], test: Paired, p: float) -> Row:
    first = members[0]
    base = group.base_of(first)
    before = mean_of_shared(values(first, column.name), values(base, column.name) if base else {})
    method = first.case.method.partition(":")[0]
    name = group.seedless_name(first)
    return Row(name, method, column, anchor, before, before + test.change, test, p)


def mean_of_shared(tuned: Values, base: Values) -> float:
    shared = [base[key] for key in tuned if key in base]
    return sum(shared) / len(shared) if shared else 0.0
