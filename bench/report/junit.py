"""A case's numbers as JUnit properties, so that `--junitxml` shows them in any CI beside the test.

Each is (name, text), as pytest's `record_property` takes them.
"""

from collections.abc import Iterator
from pathlib import Path

from bench.record import RunRecord
from bench.report.by_source import record_in
from bench.report.escaping import one_line
from bench.report.tables import COST_COLUMNS, cost_cells

LONGEST = 300


def properties(record: RunRecord, folder: Path | None = None) -> list[tuple[str, str]]:
    """Case, status, each score with its interval and n, and what it cost; what is missing is left out.

    With the folder of its run the intervals are those of the report, by source.
    """
    record = record_in(folder, record) if folder else record
    told = [("case", record.case.id), ("status", record.status), ("reason", record.reason)]
    found = [*told, *scores(record), *costs(record)]
    return [(one_line(name, LONGEST), one_line(value, LONGEST)) for name, value in found if value]


def scores(record: RunRecord) -> Iterator[tuple[str, str]]:
    for name, score in record.scores.items():
        if score.value is not None and "@" not in name:
            parts = {"": score.value, "_low": score.low, "_high": score.high}
            yield from ((name + part, f"{value:.6g}") for part, value in parts.items() if value is not None)
            yield f"{name}_n", str(score.n)


def costs(record: RunRecord) -> Iterator[tuple[str, str]]:
    cells = cost_cells(record)
    for name in COST_COLUMNS:
        value = cells[name]
        if value is not None:
            yield name, f"{value:.6g}" if isinstance(value, float) else str(value)
