"""Instructions were put into a template for training, and loss was taken on the answers alone (S4.3, S4.4)."""

from typing import Literal

from bench.assignments.evidence.need import Found, Strict, missing
from bench.assignments.submission import Submission
from bench.record import RunRecord


class Need(Strict):
    kind: Literal["formatting"]
    loss_on: Literal["response", "all", ""] = "response"
    """What the loss must have been taken on; "" for either."""


def look(need: Need, submission: Submission) -> Found:
    trained = submission.trained
    if not trained:
        return missing("no trained case, so nothing was formatted for training")
    templated = [record for record in trained if record.case.template != "raw"]
    if not templated:
        return missing("all trained cases use the template 'raw', which formats nothing")
    fitting = [record for record in templated if need.loss_on in ("", loss_on(record))]
    if not fitting:
        return missing(f"loss was taken on {loss_on(templated[0])!r}, expected {need.loss_on!r}")
    record = fitting[0]
    said = f"template {record.case.template}, loss on {loss_on(record)} ({record.case.method})"
    return Found(True, said, submission.in_report("examples"), "prompts as the model saw them")


def loss_on(record: RunRecord) -> str:
    """As the case was really trained; as it was planned where the record does not say."""
    settings = record.resolved.get("train")
    used = settings.get("loss_on") if isinstance(settings, dict) else None
    return str(used or record.case.train.loss_on)
