"""A model was fine-tuned by one of the methods asked for, and its training left its marks in the record."""

from typing import Literal

from pydantic import Field

from bench.assignments.evidence.need import Found, Strict, missing, told
from bench.assignments.submission import Submission
from bench.case import short_name
from bench.record import RunRecord
from bench.report.cells import seconds


class Need(Strict):
    kind: Literal["trained"]
    methods: tuple[str, ...] = ()
    """File names of bench/methods that count; empty: any."""
    least: int = Field(default=1, ge=1)
    """Different methods that must have been trained."""
    own_dataset: bool = False
    """On data that does not ship with tunebench."""


def look(need: Need, submission: Submission) -> Found:
    fitting = [record for record in submission.trained if counts(need, record)]
    found = {method(record): record for record in reversed(fitting)}
    if len(found) < need.least:
        return missing(shortfall(need, submission, list(found)))
    said = told([training(record) for record in reversed(list(found.values()))])
    anchor = anchor_of(submission, fitting[0])
    return Found(True, said, submission.in_report(anchor), "its row in the comparison")


def counts(need: Need, record: RunRecord) -> bool:
    wanted = not need.methods or method(record) in need.methods
    return wanted and not (need.own_dataset and ships(record.case.dataset))


def method(record: RunRecord) -> str:
    return record.case.method.partition(":")[0]


def ships(dataset: str) -> bool:
    """Whether a dataset's name is one of tunebench's own."""
    from bench import catalog

    return dataset in catalog.names("dataset")


def shortfall(need: Need, submission: Submission, found: list[str]) -> str:
    wanted = f"{need.least} of {', '.join(need.methods)}" if need.methods else f"{need.least} tuned method(s)"
    own = " on a dataset of your own" if need.own_dataset else ""
    seen = sorted({f"{method(r)} on {short_name(r.case.dataset)}" for r in submission.trained})
    return f"expected {wanted}{own}; found {told(seen, between=', ') or 'no trained case'}"


def training(record: RunRecord) -> str:
    """ "lora on tiny-gpt2: 192 steps in 24 s, loss 2.11 to 0.31"."""
    settings = record.resolved.get("train")
    steps = settings.get("steps") if isinstance(settings, dict) else None
    time = seconds(record.cost.train.seconds) if record.cost.train else ""
    parts = [f"{steps} steps in {time}" if steps else time, losses(record)]
    return f"{record.case.method} on {short_name(record.case.model)}: {', '.join(part for part in parts if part)}"


def losses(record: RunRecord) -> str:
    curve = record.loss_curve
    return f"loss {curve[0][1]:.2f} to {curve[-1][1]:.2f}" if len(curve) > 1 else ""


def anchor_of(submission: Submission, record: RunRecord) -> str:
    return next((anchor for group, anchor in submission.groups if record in group.records), "comparison")
