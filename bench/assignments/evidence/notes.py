"""The author wrote about it in his own words: a section of notes.md with enough words under its heading."""

import re
from typing import Literal

from pydantic import Field

from bench.assignments.evidence.need import Found, Strict, missing
from bench.assignments.notes import FILE, read_notes, sections
from bench.assignments.submission import Submission


class Need(Strict):
    kind: Literal["notes"]
    heading: str = ""
    """The section that is meant; "" is the whole file."""
    words: int = Field(default=20, ge=1)


def look(need: Need, submission: Submission) -> Found:
    text = read_notes(submission)
    if not text:
        return missing(f"no {FILE} in the submission")
    found = sections(text).get(need.heading.casefold(), "") if need.heading else text
    count = len(re.findall(r"\w+", found))
    where = f'{count} words under "{need.heading}"' if need.heading else f"{count} words"
    if count < need.words:
        return missing(f"{FILE}: {where}, expected {need.words}", "#words", "where they go")
    return Found(True, f"{FILE}: {where}", "#words", "in the author's words")
