"""Records that may be compared: one suite, base model and dataset; method, template, variant and seed differ."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from bench.case import Case, short_name
from bench.record import RunRecord
from bench.report.columns import DETAILS, MAIN, Column, column, ordered

BASE = "base"
"""The method of the untuned model; suites ask for it by this name."""


@dataclass(frozen=True)
class Group:
    """One table of the report."""

    suite: str
    model: str
    dataset: str
    records: tuple[RunRecord, ...]
    """Base first, then in plan order."""

    @property
    def title(self) -> str:
        return " · ".join((self.suite, short_name(self.model), short_name(self.dataset)))

    @cached_property
    def tuned(self) -> tuple[RunRecord, ...]:
        return tuple(record for record in self.records if record.case.method != BASE)

    @cached_property
    def seeds(self) -> tuple[int, ...]:
        return tuple(sorted({record.case.seed for record in self.records}))

    @cached_property
    def templates(self) -> tuple[str, ...]:
        return tuple(sorted({record.case.template for record in self.records}))

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The own-form columns of the group, main one first, less those that explain others."""
        main = self.main
        names = [name for name in ordered(self.own_names - set(DETAILS)) if main is None or name != main.name]
        rest = [self.column(name) for name in names]
        return tuple(rest if main is None else [main, *rest])

    @cached_property
    def details(self) -> tuple[Column, ...]:
        """The columns that explain others, and those of sampled answers."""
        sampled = {name for record in self.records for name in record.scores if name.endswith("@samples")}
        main = {self.main.name} if self.main else set()
        return tuple(self.column(name) for name in ordered((self.own_names & set(DETAILS) | sampled) - main))

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """Metric names that any of the cases asked for."""
        return tuple(dict.fromkeys(metric for record in self.records for metric in record.case.metrics))

    @cached_property
    def own_names(self) -> set[str]:
        """Column names read in each case's own prompt form."""
        return {name for record in self.records for name in record.scores if "@" not in name}

    @cached_property
    def main(self) -> Column | None:
        """The column that answers "is it better?"; None when nothing was measured."""
        candidates = self.own_names | set(MAIN)
        measured = {name for name in candidates if any(record[name] is not None for record in self.records)}
        names = [name for name in MAIN if name in measured] or ordered(measured)
        return self.column(names[0]) if names else None

    @cached_property
    def shots(self) -> tuple[int, ...]:
        return tuple(sorted({record.case.shots for record in self.records}))

    @cached_property
    def compares_variants(self) -> bool:
        """Whether the rows are deliberate differences; variants that stand for machines are compared with none."""
        return any(record.case.against for record in self.records)

    def methods_of(self, variant: str) -> int:
        """How many methods a variant has, so that its name alone may or may not do; 0 for none."""
        return len({record.case.method for record in self.records if variant and record.case.variant == variant})

    def column(self, name: str) -> Column:
        return column(name, self.metrics)

    def base_of(self, record: RunRecord) -> RunRecord | None:
        """What a row is compared with: the variant that it is against, else the untuned model asked in the same way.

        The seed is the same; None for the base itself or when that row is absent.
        """
        if record.case.against:
            return self.reference_of(record)
        return None if record.case.method == BASE else self.bases.get(asked(record))

    def reference_of(self, record: RunRecord) -> RunRecord | None:
        """The record of the variant `against`; None when it is absent, or when several are equally like this one."""
        alike = [(likeness(each.case, record.case), each) for each in self.records if is_reference(each, record)]
        best = max((score for score, _ in alike), default=None)
        found = [each for score, each in alike if score == best]
        return found[0] if len(found) == 1 else None

    @cached_property
    def bases(self) -> dict[tuple[str, int, int, str], RunRecord]:
        return {asked(record): record for record in self.records if record.case.method == BASE}

    def row_name(self, record: RunRecord) -> str:
        """The method, with what else tells this row from its neighbours."""
        seed = [f"seed {record.case.seed}"] if len(self.seeds) > 1 else []
        return " · ".join([self.seedless_name(record), *seed])

    def seedless_name(self, record: RunRecord) -> str:
        """The same for all seeds together."""
        named = self.compares_variants and self.methods_of(record.case.variant) == 1
        parts = [] if named else [record.case.method]
        parts += [record.case.variant] if record.case.variant else []
        parts += [record.case.template] if len(self.templates) > 1 else []
        parts += [f"{record.case.shots} shots"] if len(self.shots) > 1 else []
        return " · ".join(parts)


def asked(record: RunRecord) -> tuple[str, int, int, str]:
    """Template, demonstrations, seed and variant: what must be equal where a tuned model is compared with its base."""
    return record.case.template, record.case.shots, record.case.seed, record.case.variant


def is_reference(other: RunRecord, record: RunRecord) -> bool:
    """Whether it is of the variant `against`, with the same seed and shots; tuned stands against tuned only."""
    ours, theirs = record.case, other.case
    untuned = (ours.method == BASE) == (theirs.method == BASE)
    return untuned and (theirs.variant, theirs.seed, theirs.shots) == (ours.against, ours.seed, ours.shots)


def likeness(other: Case, case: Case) -> tuple[bool, bool, bool]:
    """Which of several references is meant where a variant changes its method or template."""
    stems = {each.method.partition(":")[0] for each in (other, case)}
    return other.method == case.method, other.template == case.template, len(stems) == 1


def groups(records: Iterable[RunRecord]) -> list[Group]:
    """In the order in which the plan first names them."""
    found: dict[tuple[str, str, str], list[RunRecord]] = {}
    for record in records:
        found.setdefault((record.case.suite, record.case.model, record.case.dataset), []).append(record)
    return [Group(*names, tuple(base_first(members))) for names, members in found.items()]


def base_first(records: list[RunRecord]) -> list[RunRecord]:
    return sorted(records, key=lambda record: record.case.method != BASE)
