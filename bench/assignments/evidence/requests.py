"""The web interface answered: the log of `tunebench serve --log FILE` has a 200 on a route for questions (S1.15)."""

from collections import Counter
from typing import Any, Literal

from pydantic import Field

from bench.assignments.evidence import jsonl
from bench.assignments.evidence.need import Found, Strict, missing
from bench.assignments.submission import Submission


class Need(Strict):
    kind: Literal["requests"]
    files: tuple[str, ...] = ("requests.jsonl", "serve.jsonl")
    """Names the log may have."""
    routes: tuple[str, ...] = ("/ask",)
    """Routes of which one must have answered."""
    least: int = Field(default=1, ge=1)
    """Answers with status 200."""


def look(need: Need, submission: Submission) -> Found:
    path = submission.find(*need.files)
    if path is None:
        return missing(f"no request log ({' or '.join(need.files)}) in the submission")
    log = jsonl.read(path)
    good = [row for row in log.rows if is_answer(row, need)]
    statuses = Counter(str(row.get("status"))[:8] for row in log.rows)
    seen = ", ".join(f"{count} x {status}" for status, count in statuses.most_common(5)) or "no requests"
    place = submission.place(path)
    if len(good) < need.least:
        wanted = f"{need.least} answer(s) with status 200 on {' or '.join(need.routes)}"
        return missing(
            f"{place}: expected {wanted}, found {len(good)} of {len(log.rows)} requests: {seen}{log.note}",
            submission.link(path),
            place,
        )
    said = f"{len(good)} answered of {len(log.rows)} requests ({seen}){log.note}"
    return Found(True, said, submission.link(path), place)


def is_answer(row: dict[str, Any], need: Need) -> bool:
    return row.get("route") in need.routes and row.get("status") in (200, "200")
