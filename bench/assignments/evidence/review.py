"""A person looked at the rows: the decisions of `tunebench review`, one JSON line each (S3.8, S3.9)."""

from collections import Counter
from typing import Any, Literal

from pydantic import Field

from bench.assignments.evidence import jsonl
from bench.assignments.evidence.need import Found, Strict, missing
from bench.assignments.submission import Submission

VERDICTS = {
    "accept": "accepted",
    "accepted": "accepted",
    "edit": "edited",
    "edited": "edited",
    "reject": "rejected",
    "rejected": "rejected",
}


class Need(Strict):
    kind: Literal["review"]
    files: tuple[str, ...] = ("decisions.jsonl",)
    least: int = Field(default=10, ge=1)
    """Different rows with a decision."""


def look(need: Need, submission: Submission) -> Found:
    path = submission.find(*need.files)
    if path is None:
        return missing(f"no {' or '.join(need.files)} in the submission: nobody's review is on record")
    log, place = jsonl.read(path), submission.place(path)
    verdicts = last_verdicts(log.rows)
    counted = Counter(verdicts.values())
    told = ", ".join(f"{counted[word]} {word}" for word in ("accepted", "edited", "rejected") if counted[word])
    if len(verdicts) < need.least:
        return missing(
            f"{place}: {len(verdicts)} of {need.least} rows reviewed ({told or 'none'}){log.note}",
            submission.link(path),
            place,
        )
    return Found(True, f"{len(verdicts)} rows reviewed: {told}{log.note}", submission.link(path), place)


def last_verdicts(rows: tuple[dict[str, Any], ...]) -> dict[str, str]:
    """Row id -> what was decided last; an undone decision is none."""
    found: dict[str, str] = {}
    for row in rows:
        name, word = str(row.get("id") or ""), VERDICTS.get(str(row.get("what") or row.get("status")).lower(), "")
        if name and word:
            found[name] = word
        elif name:
            found.pop(name, None)
    return found
