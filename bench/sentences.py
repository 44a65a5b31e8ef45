"""Splits generated text into sentences, without a model, well enough for prose, lists, verse and code."""

import re

FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
ITEM = re.compile(r"\s*(?:[-*+•]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s+")

# One run of end marks with its closing quotes; the look-behind keeps a megabyte of dots linear. It stands after the
# first mark, because a pattern that begins with a set of characters is searched for much faster.
END = re.compile(r"[.!?。！？](?:(?<=[。！？])|(?<![.!?].)[.!?]*+[\"'”’)\]*_]*+(?=\s))")

ABBREVIATIONS = frozenset(
    {
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "st",
        "jr",
        "sr",
        "vs",
        "etc",
        "approx",
        "no",
        "fig",
        "vol",
        "inc",
        "ltd",
        "co",
    }
    | {"dept", "est", "e.g", "i.e", "cf", "al", "u.s", "u.k", "a.m", "p.m"}
)


def sentences(text: str) -> list[str]:
    """Non-blank sentences in order, stripped; every line break ends one, and a fenced code block is one."""
    found: list[str] = []
    start = 0
    for fence in FENCE.finditer(text):
        found += of_prose(text[start : fence.start()])
        found.append(fence.group().strip())
        start = fence.end()
    return found + of_prose(text[start:])


def of_prose(text: str) -> list[str]:
    return [sentence for line in text.splitlines() for sentence in of_line(line)]


def of_line(line: str) -> list[str]:
    marker = ITEM.match(line)
    begin, pieces = 0, []
    for end in END.finditer(line, marker.end() if marker else 0):
        if ends_sentence(line, end):
            pieces.append(line[begin : end.end()].strip())
            begin = end.end()
    return [piece for piece in [*pieces, line[begin:].strip()] if piece]


def ends_sentence(line: str, end: re.Match[str]) -> bool:
    """False for abbreviations, initials ("J. Smith"), and marks inside a sentence ('"Why?" she asked')."""
    marks = end.group()
    if marks in "。！？":
        return True
    following = line[end.end() : end.end() + 2].strip()[:1]
    if following.islower() and (marks.startswith("...") or len(marks.rstrip("\"'”’)]*_")) < len(marks)):
        return False
    return marks != "." or not abbreviated(line[max(0, end.start() - 12) : end.start()])


def abbreviated(before: str) -> bool:
    words = before.split()
    word = words[-1].lstrip("(\"'“‘") if words else ""
    return word.lower() in ABBREVIATIONS or (len(word) == 1 and word.isupper() and word != "I")


def is_item(line: str) -> bool:
    """True for a bullet or a numbered entry of a list."""
    return ITEM.match(line) is not None
