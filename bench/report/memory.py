"""Memory as it was predicted from the config, beside what was measured, and whether four bits helped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.measure.memory import MIB, PHASES, Estimate, in_words, kinds_of, qlora_verdict
from bench.record import RunRecord
from bench.report.cells import EMPTY, tenths
from bench.report.groups import Group

KEY = "estimate"
"""Where a record's resolved settings hold the prediction, as Estimate.as_dict makes it."""


@dataclass(frozen=True)
class MemoryRow:
    """One phase of one method."""

    name: str
    phase: str
    parts: tuple[str, ...]
    """Predicted, one cell for each of the table's kinds."""
    predicted: str
    measured: str
    """Above what the process or the device held before the model was loaded."""
    residual: str
    """Measured less predicted, and its share of what was measured."""


@dataclass(frozen=True)
class MemoryTable:
    """One group's phases."""

    title: str
    kinds: tuple[str, ...]
    rows: tuple[MemoryRow, ...]
    counted: str
    """What the measured bytes are of, "process RSS"."""
    remarks: tuple[str, ...]


def memory(group: Group) -> MemoryTable | None:
    """The group's predictions, one seed of each method; None where nothing was predicted."""
    found = predictions(group)
    if not found:
        return None
    kinds = kinds_of(getattr(estimate, phase) for _, estimate in found.values() for phase in PHASES)
    rows = [
        row(name, phase, record, estimate, kinds)
        for name, (record, estimate) in found.items()
        for phase in PHASES
        if estimate.peak(phase) is not None
    ]
    counted = next((record.cost.memory_kind for record, _ in found.values() if record.cost.memory_kind), "")
    return MemoryTable(group.title, tuple(kinds), tuple(rows), counted, tuple(remarks(found)))


Predictions = Mapping[str, tuple[RunRecord, Estimate]]
"""Row name without the seed -> the first record of that name and what was predicted for it."""


def predictions(group: Group) -> Predictions:
    found: dict[str, tuple[RunRecord, Estimate]] = {}
    for record in group.records:
        if isinstance(told := record.resolved.get(KEY), Mapping) and "why" not in told:
            found.setdefault(group.seedless_name(record), (record, Estimate.from_dict(told)))
    return found


def row(name: str, phase: str, record: RunRecord, estimate: Estimate, kinds: Sequence[str]) -> MemoryRow:
    parts, predicted = getattr(estimate, phase), estimate.peak(phase) or 0
    measured = above_libraries(record, phase)
    return MemoryRow(
        name,
        phase,
        tuple(mib(parts.get(kind)) for kind in kinds),
        mib(predicted),
        mib(measured),
        EMPTY if measured is None else residual(measured, predicted),
    )


def above_libraries(record: RunRecord, phase: str) -> int | None:
    """The phase's measured peak less what was held before the model came."""
    cost, measured = record.cost, getattr(record.cost, phase)
    if measured is None or measured.peak_memory_bytes is None:
        return None
    return max(measured.peak_memory_bytes - (cost.baseline_memory_bytes or 0), 0)


def residual(measured: int, predicted: int) -> str:
    """ "+48.1 (6.0 %)", in MiB."""
    rest = measured - predicted
    share = f" ({tenths(100 * rest / measured)} %)" if measured else ""
    return f"{rest / MIB:+.1f}".replace("-", "−") + share


def mib(size: int | None) -> str:
    return EMPTY if size is None else f"{size / MIB:.1f}"


def remarks(found: Predictions) -> list[str]:
    """For each qlora with a lora beside it: what was predicted that it saves, and what it did save and cost."""
    told = []
    for name, (record, estimate) in found.items():
        beside = found.get(name.replace("qlora", "lora", 1))
        if estimate.method == "qlora" and beside is not None:
            verdict = qlora_verdict(beside[1], estimate, record.cost.baseline_memory_bytes or 0)
            told.append(f"{name}: {verdict} {outcome(beside[0], record)}".strip())
    return told


def outcome(lora: RunRecord, qlora: RunRecord) -> str:
    """ "Measured: 12.3 MiB more, 3.1 times the training time."; "" where a phase was not measured."""
    before, after = above_libraries(lora, "train"), above_libraries(qlora, "train")
    if before is None or after is None or not lora.cost.train or not qlora.cost.train or not lora.cost.train.seconds:
        return ""
    saved, times = before - after, qlora.cost.train.seconds / lora.cost.train.seconds
    return f"Measured: {in_words(abs(saved))} {'less' if saved >= 0 else 'more'}, {times:.1f} times the training time."
