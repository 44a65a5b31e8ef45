"""comparison.csv: one row per case in the column order of design.md, written and read back without loss."""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.golden import TRUTHS
from bench.record import RunRecord
from bench.report.columns import KNOWN, ordered
from bench.report.escaping import csv_text, csv_text_back

if TYPE_CHECKING:
    import pandas

CASE_COLUMNS = ("suite", "model", "dataset", "method", "template", "seed", "status", "reason", "n")
COST_COLUMNS = (
    "train_seconds",
    "train_tokens_per_second",
    "generate_tokens_per_second",
    "peak_memory_bytes",
    "memory_kind",
    "trainable_params",
    "total_params",
    "adapter_bytes",
    "hardware",
    "shots",
    "variant",
)


def rows(records: Iterable[RunRecord]) -> list[dict[str, Any]]:
    """One flat dict per record, every dict with the same keys in the order of the file; missing is None."""
    records = tuple(records)
    names = ordered({*KNOWN, *(name for record in records for name in record.scores)})
    return [{**case_cells(record), **score_cells(record, names), **cost_cells(record)} for record in records]


def frame(records: Iterable[RunRecord]) -> "pandas.DataFrame":
    """The same rows as a DataFrame."""
    import pandas

    return pandas.DataFrame(rows(records))


def case_cells(record: RunRecord) -> dict[str, Any]:
    case = record.case
    values = (case.suite, case.model, case.dataset, case.method, case.template, case.seed)
    return dict(zip(CASE_COLUMNS, (*values, record.status, record.reason or None, examples(record)), strict=True))


def examples(record: RunRecord) -> int | None:
    """Test examples that the case was scored on: the widest denominator of its own-form columns."""
    return max((score.n for name, score in record.scores.items() if "@" not in name and score.n), default=None)


def score_cells(record: RunRecord, names: Iterable[str]) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for name in names:
        score = record.scores.get(name)
        cells[name] = score and score.value
        cells |= {f"{name}_{part}": score and getattr(score, part) for part in parts_of(name)}
    return cells


def parts_of(name: str) -> tuple[str, ...]:
    """What stands beside a column: its interval and floor, and for a classifier's rate the corrected one."""
    return ("low", "high", "floor", *(("corrected",) if name.partition("@")[0] in TRUTHS else ()))


def cost_cells(record: RunRecord) -> dict[str, Any]:
    cost, train, generate = record.cost, record.cost.train, record.cost.generate
    values = (
        train and train.seconds,
        train and train.tokens_per_second,
        generate and generate.tokens_per_second,
        peak_memory(record),
        cost.memory_kind or None,
        cost.trainable_params,
        cost.total_params,
        cost.adapter_bytes,
        hardware(record.environment) or None,
        record.case.shots,
        record.case.variant or None,
    )
    return dict(zip(COST_COLUMNS, values, strict=True))


def peak_memory(record: RunRecord) -> int | None:
    """Peak of training; of generation when nothing was trained: the evaluation batch never sets it."""
    phase = record.cost.train or record.cost.generate
    return phase.peak_memory_bytes if phase else None


def hardware(environment: Mapping[str, Any]) -> str:
    """One line that tells machines apart, from whichever of these keys the environment has."""
    keys = ("hardware", "gpu", "device_name", "cpu", "processor", "machine")
    return next((str(environment[key]) for key in keys if environment.get(key)), "")


def machine_of(record: RunRecord) -> tuple[str, str, str]:
    """Hardware, device and, but for a GPU, its cores: what must be equal where costs are compared."""
    device = str(record.resolved.get("device") or record.environment.get("device") or "")
    cores = "" if device.startswith("cuda") else str(record.environment.get("cores") or "")
    return hardware(record.environment), device, cores


def comparison_csv(records: Iterable[RunRecord]) -> str:
    """The text of comparison.csv. No text cell can be run as a formula; numbers stay numbers."""
    table = rows(records)
    header = list(table[0]) if table else [*CASE_COLUMNS, *COST_COLUMNS]
    return csv_line(header) + "".join(csv_line(row.values()) for row in table)


def csv_cell(value: Any) -> Any:
    if isinstance(value, str):
        return csv_text(value)
    return "" if value is None else value


def csv_line(cells: Iterable[Any]) -> str:
    """The csv module quotes a bare CR only where it ends lines, so it is told so and the end is put right."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([csv_cell(cell) for cell in cells])
    return buffer.getvalue().removesuffix("\r\n") + "\n"


def read_comparison(path: Path) -> list[dict[str, str]]:
    """The rows of a comparison.csv as text, with the guards against formulas taken off again."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{key: csv_text_back(cell) for key, cell in row.items()} for row in csv.DictReader(file)]
