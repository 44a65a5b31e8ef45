"""How far the classifiers behind the rates can be trusted: their error on labelled outputs, and the corrected rates."""

from dataclasses import dataclass

from bench.record import RunRecord, Score
from bench.report.cells import EMPTY, shown, tenths
from bench.report.columns import column
from bench.report.groups import Group


@dataclass(frozen=True)
class Classifier:
    """One column's error on the outputs of fixtures/golden."""

    label: str
    n: int
    """Labelled outputs."""
    positives: int
    """Of them those that a person put into the class."""
    precision: str
    recall: str
    specificity: str


@dataclass(frozen=True)
class Corrected:
    """The rates of one group, measured and corrected for that error."""

    title: str
    labels: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """(row name, (measured, corrected) of each label)."""


def classifiers(records: tuple[RunRecord, ...]) -> list[Classifier]:
    """Each column with a known error once, in the order of the records."""
    found: dict[str, Classifier] = {}
    for record in records:
        for name, score in record.scores.items():
            if score.error and "@" not in name:
                found.setdefault(name, classifier(name, record.case.metrics, score))
    return list(found.values())


def classifier(name: str, metrics: tuple[str, ...], score: Score) -> Classifier:
    n, positives = (int(score.error.get(key) or 0) for key in ("n", "positives"))
    rates = [percent(score.error.get(key)) for key in ("precision", "recall", "specificity")]
    return Classifier(column(name, metrics).label, n, positives, *rates)


def percent(value: float | None) -> str:
    return EMPTY if value is None else f"{tenths(100 * value)} %"


def corrected(group: Group) -> Corrected | None:
    """The group's corrected rates; None where no column has one."""
    names = [each.name for each in (*group.columns, *group.details) if is_corrected(group, each.name)]
    if not names:
        return None
    rows = tuple(
        (group.row_name(record), tuple(pair(group, record.scores.get(name), name) for name in names))
        for record in group.records
        if any(record[name] is not None for name in names)
    )
    return Corrected(group.title, tuple(group.column(name).label for name in names), rows)


def is_corrected(group: Group, name: str) -> bool:
    return any((score := record.scores.get(name)) and score.corrected is not None for record in group.records)


def pair(group: Group, score: Score | None, name: str) -> tuple[str, str]:
    unit = group.column(name).unit
    values = (score.value, score.corrected) if score else (None, None)
    measured, mended = (EMPTY if value is None else shown(value, unit) for value in values)
    return measured, mended
