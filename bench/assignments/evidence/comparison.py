"""Several models were asked the same questions, and the differences were tested in pairs (S1.18, S4.6)."""

from typing import Literal

from pydantic import Field

from bench.assignments.evidence.need import Found, Strict, missing, told
from bench.assignments.pairing import Row, paired_rows, probability
from bench.assignments.submission import Submission


class Need(Strict):
    kind: Literal["comparison"]
    methods: int = Field(default=1, ge=1)
    """Tuned methods that must stand beside the base model in one table."""
    metric: str = ""
    """Column to compare; "" for the table's main one."""


def look(need: Need, submission: Submission) -> Found:
    tables: dict[str, list[Row]] = {}
    for each in paired_rows(submission, need.metric):
        tables.setdefault(each.anchor, []).append(each)
    widest = max(tables.values(), key=methods, default=[])
    if not widest:
        return missing("no tuned model stands beside its untuned base on the same test examples")
    if methods(widest) < need.methods:
        named = ", ".join(sorted({each.method for each in widest}))
        return missing(f"{methods(widest)} of {need.methods} methods beside base in one table: {named}")
    said = f"{widest[0].column.label} on {widest[0].found.n} shared examples: {told([change(row) for row in widest])}"
    return Found(True, said, submission.in_report(widest[0].anchor), "the comparison")


def methods(rows: list[Row]) -> int:
    """Different ones: another seed or template of the same method is no other approach."""
    return len({each.method for each in rows})


def change(row: Row) -> str:
    return f"{row.name} {row.change} against base ({probability(row.p)}, {row.found.test})"
