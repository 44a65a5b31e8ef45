"""Placeholders in square brackets, and a postscript."""

import re
from functools import lru_cache

from bench.ifeval.instruction import Instruction

# The closing bracket is a group that may be absent: a megabyte of "[" is then passed over once.
BRACKETS = re.compile(r"\[[^\]\n]*+(\]?)")
MARKERS = {"P.S.": re.compile(r"p\.\s?s\."), "P.P.S": re.compile(r"p\.\s?p\.\s?s")}


def number_placeholders(response: str, num_placeholders: int) -> bool:
    return sum(bool(closing) for closing in BRACKETS.findall(response)) >= num_placeholders


def postscript(response: str, postscript_marker: str) -> bool:
    """The marker stands anywhere; the official one for P.P.S. has no final dot."""
    return marker(postscript_marker.strip()).search(response.lower()) is not None


@lru_cache(maxsize=256)
def marker(text: str) -> re.Pattern[str]:
    return MARKERS.get(text) or re.compile(re.escape(text.lower()))


INSTRUCTIONS = {
    "detectable_content:number_placeholders": Instruction(number_placeholders, {"num_placeholders": "count"}),
    "detectable_content:postscript": Instruction(postscript, {"postscript_marker": "text"}),
}
