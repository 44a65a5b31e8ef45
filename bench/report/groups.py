"""Records that may be compared: one suite, base model and dataset; method, template and seed differ."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from bench.case import short_name
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
        return tuple(self.column(name) for name in ordered(self.own_names & set(DETAILS) | sampled))

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
        measured = {name for name in self.own_names if any(record[name] is not None for record in self.records)}
        names = [name for name in MAIN if name in measured] or ordered(measured)
        return self.column(names[0]) if names else None

    @cached_property
    def shots(self) -> tuple[int, ...]:
        return tuple(sorted({record.case.shots for record in self.records}))

    def column(self, name: str) -> Column:
        return column(name, self.metrics)

    def base_of(self, record: RunRecord) -> RunRecord | None:
        """The untuned model asked in the same way, with the same seed; None for the base itself or when absent."""
        return None if record.case.method == BASE else self.bases.get(asked(record))

    @cached_property
    def bases(self) -> dict[tuple[str, int, int], RunRecord]:
        return {asked(record): record for record in self.records if record.case.method == BASE}

    def row_name(self, record: RunRecord) -> str:
        """The method, with what else tells this row from its neighbours."""
        parts = [record.case.method]
        parts += [record.case.template] if len(self.templates) > 1 else []
        parts += [f"{record.case.shots} shots"] if len(self.shots) > 1 else []
        parts += [f"seed {record.case.seed}"] if len(self.seeds) > 1 else []
        return " · ".join(parts)


def asked(record: RunRecord) -> tuple[str, int, int]:
    """Template, demonstrations and seed: what must be equal where a tuned model is compared with its base."""
    return record.case.template, record.case.shots, record.case.seed


def groups(records: Iterable[RunRecord]) -> list[Group]:
    """In the order in which the plan first names them."""
    found: dict[tuple[str, str, str], list[RunRecord]] = {}
    for record in records:
        found.setdefault((record.case.suite, record.case.model, record.case.dataset), []).append(record)
    return [Group(*names, tuple(base_first(members))) for names, members in found.items()]


def base_first(records: list[RunRecord]) -> list[RunRecord]:
    return sorted(records, key=lambda record: record.case.method != BASE)
