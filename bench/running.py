"""What a suite's test may ask of `run`: a case's record, and what its variant costs over all of the suite's seeds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pytest

from bench.case import Case
from bench.record import RunRecord, read_outputs


class Cost(NamedTuple):
    """A paired difference, in the column's own unit."""

    mean: float
    low: float | None
    """95 % interval; None where nothing can be said."""
    high: float | None

    @property
    def is_shown(self) -> bool:
        """The interval excludes 0."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


@dataclass(frozen=True)
class Run:
    """The fixture `run`."""

    make: Callable[[Case], RunRecord]
    cases: Sequence[Case]
    """All of the suite's cases under the user's options."""
    clear: Callable[[], None] = lambda: None
    """Takes the progress line off the terminal."""
    folder: Path | None = None
    """Where the outputs lie, which name the source of each test item; None takes items for independent."""

    def __call__(self, case: Case) -> RunRecord:
        """The case's record; a case that failed fails the test, one that cannot run here skips it."""
        record = self.make(case)
        self.clear()
        if record.status == "skipped":
            pytest.skip(record.reason)
        if record.status not in ("ok", "failed_claim"):
            pytest.fail(f"{case.id}: {record.status}: {record.reason}", pytrace=False)
        if record.scores and all(score.value is None for score in record.scores.values()):
            pytest.skip(f"no quality columns: {next(iter(record.scores.values())).why}")
        return record

    def reference(self, case: Case) -> Case:
        """The case that this one's variant is against: the same model, data and seed."""
        own = self.alike(case)
        return next(each for each in self.cases if each.variant == case.against and self.alike(each) == own)

    def cost(self, case: Case, column: str) -> Cost:
        """What the case's variant changes in a column, over all of the suite's seeds and its test items.

        The interval is that of the report. A single seed has none: another one may turn the difference round.
        """
        from bench.report.differences import by_items
        from bench.stats.intervals import t_interval

        seeds = [each for each in self.cases if replace(each, seed=case.seed) == case]
        pairs = [(self(each), self(self.reference(each))) for each in seeds]
        changes = [change(variant, right, column) for variant, right in pairs]
        if found := by_items(pairs, column, self.sources(pairs[0][0])):
            return Cost(found.change, found.low, found.high)
        examples = min(variant.scores[column].n for variant, _ in pairs)
        return Cost(sum(changes) / len(changes), *t_interval(changes, 1 / max(1, examples)))

    def gain(self, case: Case, reference: Case, column: str) -> Cost:
        """What this one training run has more than the reference, with an interval over the items both answered."""
        from bench.stats.paired import paired

        record, other = self(case), self(reference)
        ours, theirs = record.scores[column], other.scores[column]
        found = paired([(ours.per_example, theirs.per_example)], self.sources(record))
        if found is None:
            pytest.fail(f"{case.id}: no item with {column} in common with {reference.id}", pytrace=False)
        return Cost(found.change, found.low, found.high)

    def sources(self, record: RunRecord) -> Mapping[str, str]:
        """Test item -> its passage or dialogue, as the report takes them."""
        from bench.report.compare_methods import sources_of

        return sources_of(read_outputs(self.folder / record.outputs_file)) if self.folder else {}

    @staticmethod
    def alike(case: Case) -> tuple[str, str, int, int]:
        return case.model, case.dataset, case.shots, case.seed


def change(variant: RunRecord, reference: RunRecord, column: str) -> float:
    """Variant minus reference; a missing number fails the test with its reason."""
    for record in (variant, reference):
        if record[column] is None:
            pytest.fail(f"{record.case.id}: no {column}: {record.scores[column].why}", pytrace=False)
    return float(variant[column] or 0.0) - float(reference[column] or 0.0)
