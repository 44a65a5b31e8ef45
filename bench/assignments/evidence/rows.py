"""A file of rows lies in the submission: passages, instructions, question-answer pairs, a dataset (S3.5 to S3.12)."""

from typing import Any, Literal

from pydantic import Field

from bench.assignments.evidence import jsonl
from bench.assignments.evidence.need import Found, Strict, missing
from bench.assignments.submission import Submission


class Need(Strict):
    kind: Literal["rows"]
    files: tuple[str, ...] = Field(min_length=1)
    """File names, the best first: .jsonl or .json."""
    least: int = Field(default=1, ge=1)
    """Rows that have all fields; rejected ones do not count."""
    fields: tuple[str, ...] = ()
    """Keys that a row must fill; `a|b` is one of several."""
    categories: int = Field(default=0, ge=0)
    """Different values of `category_field`."""
    category_field: str = "type|category"


def look(need: Need, submission: Submission) -> Found:
    path = submission.find(*need.files)
    if path is None:
        return missing(f"no {' or '.join(need.files)} in the submission")
    found, place = jsonl.read(path), submission.place(path)
    whole = [row for row in found.rows if jsonl.is_kept(row) and all(has(row, name) for name in need.fields)]
    kinds = {value(row, need.category_field) for row in whole} - {""}
    counted = f"{place}: {len(whole)} rows{with_fields(need)}{found.note}"
    if len(whole) < need.least:
        return missing(f"{counted}, expected {need.least}", submission.link(path), place)
    if len(kinds) < need.categories:
        return missing(f"{counted}; {len(kinds)} of {need.categories} kinds of question", submission.link(path), place)
    told = f" of {len(kinds)} kinds" if need.categories else ""
    return Found(True, counted + told, submission.link(path), place)


def has(row: dict[str, Any], name: str) -> bool:
    return any(jsonl.filled(row, each) for each in name.split("|"))


def value(row: dict[str, Any], name: str) -> str:
    return next((str(row[each]) for each in name.split("|") if jsonl.filled(row, each)), "")


def with_fields(need: Need) -> str:
    return f" with {', '.join(name.partition('|')[0] for name in need.fields)}" if need.fields else ""
