"""Limits on how much worse a run may be than an earlier one: METRIC:DROP, as a build server needs them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.errors import UserError, nearest
from bench.report.cells import shown
from bench.report.columns import column
from bench.report.compare_runs import CellChange, RunComparison, compare_runs
from bench.report.run_folder import Run, read_run

CLOSE = 1e-9
"""0.95 - 0.90 is 0.04999999999999993 and no less than 0.05."""


def read_limits(texts: Sequence[str]) -> dict[str, float]:
    """Metric -> the drop that is still allowed, in the column's own unit. Raises UserError for anything else."""
    return dict(read_limit(text) for text in texts)


def read_limit(text: str) -> tuple[str, float]:
    name, colon, amount = text.rpartition(":")
    try:
        drop = float(amount)
    except ValueError:
        drop = -1.0
    if not colon or not name or not 0 <= drop < float("inf"):
        raise UserError(
            f"{text!r} is not METRIC:DROP; expected a column and how much worse it may get, "
            "in its unit, e.g. accuracy:0.05 for 5 points"
        )
    return name.strip(), drop


def baseline(folder: Path) -> Run:
    """The run to compare with. Raises UserError naming the folder where it holds no record."""
    run = read_run(folder)
    if not any(record.scores for record in run.records):
        raise UserError(f"{folder}: no case with a number in it to compare with")
    return run


def check_limits(limits: Mapping[str, float], *runs: Run) -> None:
    """Raises UserError for a column that no run has, or that has no better direction."""
    names = {name for run in runs for record in run.records for name in record.scores}
    metrics = tuple({metric for run in runs for record in run.records for metric in record.case.metrics})
    for name in limits:
        if name not in names:
            raise UserError(f"no case has the column {name!r}.{nearest(name, sorted(names))}")
        if column(name, metrics).higher_is_better is None:
            raise UserError(f"{name} has no better or worse direction, so it cannot drop")


def drops(comparison: RunComparison, limits: Mapping[str, float]) -> list[str]:
    """One line for each cell that is worse by more than its limit, or that lost its number."""
    return [dropped(cell, limits[cell.column.name]) for cell in beyond(comparison, limits)]


def beyond(comparison: RunComparison, limits: Mapping[str, float]) -> list[CellChange]:
    return [
        cell for cell in comparison.cells if cell.column.name in limits and is_beyond(cell, limits[cell.column.name])
    ]


def is_beyond(cell: CellChange, limit: float) -> bool:
    if cell.before is not None and cell.after is None:
        return True
    return cell.drop is not None and cell.drop > limit + CLOSE


def dropped(cell: CellChange, limit: float) -> str:
    unit = cell.column.unit
    allowed = shown(limit, unit if unit in ("rate", "score") else "").replace(" %", " points")
    said = cell.why if cell.after is None else f"{tested(cell)}allowed {allowed}"
    return f"{cell.case}: {cell.column.name} {cell.words}; {said}"


def tested(cell: CellChange) -> str:
    if cell.adjusted is None:
        return ""
    return f"{'shown' if cell.is_shown else 'not shown'} by {cell.found.test if cell.found else ''}, "


def compare_gated(before: Run, after: Run, limits: Mapping[str, float]) -> tuple[RunComparison, list[str]]:
    """The comparison and its drops. Raises UserError where a limit is about nothing that both runs have."""
    check_limits(limits, before, after)
    found = compare_runs(before, after)
    for name in limits:
        if not any(cell.column.name == name for cell in found.cells):
            raise UserError(f"{before.folder} and {after.folder} have no case with {name} in common")
    return found, drops(found, limits)


@dataclass
class Gate:
    """A baseline that waits for the end of a run."""

    run: Run
    limits: Mapping[str, float]
    found: RunComparison | None = None
    drops: list[str] = field(default_factory=list)
    trouble: str = ""
    """Why nothing could be compared."""

    def close(self, out: Path) -> bool:
        """Compare with the run in `out`; True where it must fail: a drop, or limits that could not be judged."""
        try:
            self.found, self.drops = compare_gated(self.run, read_run(out), self.limits)
        except UserError as error:
            self.trouble = str(error)
        return bool(self.drops or (self.trouble and self.limits))

    def text(self, width: int) -> str:
        """For the terminal, without control characters."""
        from bench.report.compare_text import plain

        if self.found is None:
            return f"not compared: {self.trouble}"
        return plain(self.found, self.drops, examples=0, width=width)


def open_gate(folder: Path | None, limits: Sequence[str]) -> Gate:
    """Raises UserError for a folder without a run, for malformed limits, and for limits without a baseline."""
    if folder is None:
        raise UserError("--bench-fail-under needs --bench-baseline DIR, the run folder to compare with")
    gate = Gate(baseline(folder), read_limits(limits))
    check_limits(gate.limits, gate.run)
    return gate
