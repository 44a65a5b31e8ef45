"""Tuning changed what the model does, beyond chance: the interval of the paired change excludes 0 (S4.1, S4.9)."""

from typing import Literal

from pydantic import Field

from bench.assignments.evidence.need import Found, Strict, missing
from bench.assignments.pairing import Row, paired_rows
from bench.assignments.submission import Submission


class Need(Strict):
    kind: Literal["behaviour"]
    metrics: tuple[str, ...] = Field(default=("",), min_length=1)
    """Columns of which one must have changed for the better; "" is each table's main one."""


def look(need: Need, submission: Submission) -> Found:
    rows = [row for metric in need.metrics for row in paired_rows(submission, metric)]
    better = [row for row in rows if row.is_better]
    if better:
        strongest = max(better, key=strength)
        return Found(True, told(strongest), submission.in_report(strongest.anchor), "the comparison")
    named = ", ".join(metric or "the main number" for metric in need.metrics)
    if not rows:
        return missing(f"no tuned model and its base were both measured on {named}")
    return missing(f"no change for the better shown: {told(max(rows, key=strength))}")


def strength(row: Row) -> float:
    """How far the nearer end of the interval lies from no change, in the better direction."""
    low, high = row.ends
    return low if row.column.higher_is_better is not False else -high


def told(row: Row) -> str:
    seeds = f"{row.found.seeds} seeds" if row.found.seeds > 1 else "one training run"
    head = f"{row.column.label}, {row.name} against base: {row.change}"
    return f"{head} ({row.interval}, n {row.found.n}, {seeds})"
