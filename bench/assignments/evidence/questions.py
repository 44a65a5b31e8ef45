"""Test questions were answered by a tuned model and, on the same questions, by its base (S1.11, S1.23)."""

from typing import Literal

from pydantic import Field

from bench.assignments.evidence.need import Found, Strict, missing
from bench.assignments.submission import Submission
from bench.record import RunRecord


class Need(Strict):
    kind: Literal["questions"]
    least: int = Field(default=10, ge=1)
    """Different test questions with an answer that is not empty."""


def look(need: Need, submission: Submission) -> Found:
    counted = [(answered(submission, record), record) for record in submission.trained]
    most, record = max(counted, key=lambda pair: pair[0], default=(0, None))
    if record is None:
        return missing("no trained case, so no question was asked of a tuned model")
    if most < need.least:
        return missing(f"{most} of {need.least} test questions answered by {record.case.method}")
    said = f"{most} test questions answered by {record.case.method}"
    return Found(True, said, submission.in_report("examples"), "question by question")


def answered(submission: Submission, record: RunRecord) -> int:
    return len({output.example_id for output in submission.outputs(record) if output.text.strip()})
