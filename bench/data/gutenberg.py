"""Books as Project Gutenberg and others store them: what is not the book is removed, and the chapters are found.

A heading is a line such as `Chapter 1`, `CHAPTER II.` or `CHAPTER III. The Ball`. A table of contents has the same
lines with next to nothing between them, and volumes count from 1 again: numbers and lengths tell these cases apart.
"""

import re
from collections.abc import Iterator, Sequence
from statistics import median_low
from typing import NamedTuple

START = re.compile(
    r"^[ \t]*\*\*\* ?START OF (?:THE|THIS) PROJECT GUTENBERG E[^*]*\*\*\*[ \t]*$|^\*END\*? ?THE SMALL PRINT!.*$",
    re.IGNORECASE | re.MULTILINE,
)
END = re.compile(
    r"^[ \t]*(?:\*\*\* ?END OF (?:THE|THIS) PROJECT GUTENBERG E|End of (?:the |this )?Project Gutenberg(?:['’]s)?\b)",
    re.IGNORECASE | re.MULTILINE,
)
ILLUSTRATION = re.compile(r"^[ \t]*\[Illustration\b[:.]?", re.IGNORECASE | re.MULTILINE)
LONGEST_ILLUSTRATION = 10_000
"""Characters; a bracket that is still open then was never closed, and what follows is the book's text."""
GONE = "\0"
"""Stands for a removed line while the others are counted; no text file holds it."""

ROMAN = r"(?=[IVXLC])C{0,3}(?:XC|XL|L?X{0,4})(?:IX|IV|V?I{0,4})"
NUMBER = rf"(?P<number>\d{{1,3}}|{ROMAN})"
EDGE = r"[#*_\s]*"
HEADING = re.compile(rf"{EDGE}chapter\s+{NUMBER}(?P<rest>(?:[\s.:—–\]*_-].*)?)$", re.IGNORECASE)
WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|first|second|third|fourth|fifth|sixth|seventh|last"
VOLUME = re.compile(
    rf"{EDGE}(?P<word>volume|book|part)\s+(?:the\s+)?(?:{NUMBER}|{WORDS})(?P<rest>(?:[\s.:—–*_-].*)?)$", re.IGNORECASE
)
LONGEST_HEADING = 100
LONGEST_ABOVE = 500
"""Characters from a volume's heading to its next chapter; more would be text that is hidden behind a heading."""
VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


class Removed(NamedTuple):
    """Lines that are not the book's; the numbers are the file's, the last one included."""

    what: str
    first_line: int
    last_line: int


class Cleaned(NamedTuple):
    """The text of a book, with "\\n" as line end."""

    text: str
    removed: tuple[Removed, ...]
    """In the file's order."""
    numbers: tuple[int, ...]
    """The file's line number of each line of `text`."""


class Heading(NamedTuple):
    at: int
    """Index of its line."""
    number: int
    title: str


class Chapter(NamedTuple):
    """One chapter, without its heading."""

    number: int
    """Counted on through volumes, else as its heading says."""
    title: str
    """What follows the number on the heading's line, or ""."""
    text: str
    line: int
    """Of the heading, in the text that was searched, from 1."""
    volume: str = ""
    """Where chapters are counted anew: "volume 2 chapter 3"."""
    above: str = ""
    """The heading of a volume that stands above this chapter's."""


def clean(text: str) -> Cleaned:
    """The book without byte-order mark, Project Gutenberg's header and licence, and illustrations."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    first, last = book_lines(text)
    marked, illustrations = without_illustrations(text)
    lines = marked.split("\n")
    kept = list(remaining(lines, first, last))
    removed = [Removed("Project Gutenberg header", 1, first - 1)] if first > 1 else []
    removed += [block for block in illustrations if first <= block.first_line <= last]
    if last < len(lines):
        removed.append(Removed("Project Gutenberg licence", last + 1, len(lines) - text.endswith("\n")))
    return Cleaned("\n".join(line for _, line in kept), tuple(removed), tuple(number for number, _ in kept))


def book_lines(text: str) -> tuple[int, int]:
    """(first, last) line between Project Gutenberg's marks, or of the whole text without them."""
    start = START.search(text)
    at = start.end() if start else 0
    end = END.search(text, at)
    first = text.count("\n", 0, at) + 2 if start else 1
    return first, text.count("\n", 0, end.start()) if end else text.count("\n") + 1


def without_illustrations(text: str) -> tuple[str, list[Removed]]:
    """The text with as many lines as before, and the blocks: `[Illustration: ...]` over lines, brackets nested."""
    pieces: list[str] = []
    removed: list[Removed] = []
    done, line = 0, 1
    for found in ILLUSTRATION.finditer(text):
        end = closing(text, found.start())
        if found.start() < done or not end:
            continue
        block = text[found.start() : end]
        pieces += [text[done : found.start()], "\n".join(heading_in(each) or GONE for each in block.split("\n"))]
        line += text.count("\n", done, found.start())
        removed.append(Removed("illustration", line, line + block.count("\n")))
        done, line = end, line + block.count("\n")
    return "".join(pieces) + text[done:], removed


def closing(text: str, start: int) -> int:
    """Where the bracket that opens at `start` has closed, or 0."""
    depth = 0
    for bracket in re.finditer(r"[\[\]]", text[start : start + LONGEST_ILLUSTRATION]):
        depth += 1 if bracket[0] == "[" else -1
        if depth == 0:
            return start + bracket.end()
    return 0


def heading_in(line: str) -> str:
    """The chapter's heading on a line of an illustration (`Chapter I.]` in the 1894 Pride and Prejudice), or ""."""
    line = ILLUSTRATION.sub("", line).strip().rstrip("]")
    found = HEADING.match(line)
    return line if found and not found["rest"].strip(" .:") else ""


def remaining(lines: Sequence[str], first: int, last: int) -> Iterator[tuple[int, str]]:
    """(number, line) of what was not removed; a gap leaves the blank lines of one side only."""
    before, gap = "", False
    for number in range(first, last + 1):
        line = lines[number - 1]
        rest = line.replace(GONE, "")
        if GONE in line and not rest.strip():
            gap = True
            continue
        if gap and not rest.strip() and not before.strip():
            continue
        before, gap = rest, gap and not rest.strip()
        yield number, rest


def chapters(text: str) -> list[Chapter]:
    """The chapters of a cleaned text in their order; empty when it has none."""
    lines = text.split("\n")
    parts = without_contents(runs(list(headings(lines))), lines)
    if not believable(parts, lines):
        return []
    begins = [start_above(lines, heading.at) for part in parts for heading in part]
    ends = iter([*begins[1:], len(lines)])
    return [chapter(lines, heading, next(ends), parts, volume) for volume, part in enumerate(parts) for heading in part]


def chapter(lines: Sequence[str], heading: Heading, end: int, parts: list[list[Heading]], volume: int) -> Chapter:
    number, place = heading.number, ""
    if len(parts) > 1:
        number += sum(part[-1].number for part in parts[:volume])
        word = volume_word(lines[start_above(lines, parts[volume][0].at)]) or "volume"
        place = f"{word} {volume + 1} chapter {heading.number}"
    body = "\n".join(lines[heading.at + 1 : end])
    above = "\n".join(lines[start_above(lines, heading.at) : heading.at]).strip()
    return Chapter(number, heading.title, re.sub(r"\A(?:[ \t]*\n)+", "", body).rstrip(), heading.at + 1, place, above)


def start_above(lines: Sequence[str], at: int) -> int:
    """Index of the volume's heading above a chapter's heading, or of the chapter's own."""
    start, seen = at, 0
    for back in range(at - 1, -1, -1):
        seen += len(lines[back])
        if seen > LONGEST_ABOVE or HEADING.match(lines[back]):
            break
        if volume_word(lines[back]) and (back == 0 or not lines[back - 1].strip()):
            start = back
    return start


def volume_word(line: str) -> str:
    """ "volume", "book" or "part" when the line is the heading of one, else ""."""
    found = VOLUME.match(line) if len(line) <= LONGEST_HEADING else None
    return found["word"].lower() if found and not title_of(found)[:1].islower() else ""


def title_of(found: re.Match[str]) -> str:
    return found["rest"].strip(" \t.:—–]*_-")


def headings(lines: Sequence[str]) -> Iterator[Heading]:
    """Lines that look like headings; with a title they need a blank line before, as a sentence may start like one."""
    for at, line in enumerate(lines):
        if len(line) > LONGEST_HEADING or not (found := HEADING.match(line)):
            continue
        title = title_of(found)
        if not title or (not title[0].islower() and (at == 0 or not lines[at - 1].strip())):
            yield Heading(at, value(found["number"]), title)


def value(number: str) -> int:
    """Of Arabic or Roman digits."""
    if number.isdecimal():
        return int(number)
    digits = [VALUES[digit] for digit in number.upper()]
    return sum(-one if one < after else one for one, after in zip(digits, [*digits[1:], 0], strict=True))


def runs(found: Sequence[Heading]) -> list[list[Heading]]:
    """Headings with rising numbers; a 1 starts a new run, and one that is out of order is a mention in the text."""
    result: list[list[Heading]] = []
    for at, heading in enumerate(found):
        if not result or heading.number == 1:
            result.append([heading])
            continue
        expected = result[-1][-1].number + 1
        late = any(each.number == expected for each in found[at + 1 : at + 4])
        if heading.number == expected or (heading.number > expected and not late):
            result[-1].append(heading)
    return result


def without_contents(found: list[list[Heading]], lines: Sequence[str]) -> list[list[Heading]]:
    """The runs that are no table of contents: ten times shorter than others, or a lone heading before a new start."""
    lengths = [typical_length(lines, run, after) for run, after in zip(found, [*found[1:], []], strict=False)]
    longest = max((length for length in lengths if length is not None), default=0)
    kept = [
        run
        for run, length in zip(found, lengths, strict=True)
        if (length is not None and length * 10 >= longest)
        or (length is None and start_above(lines, run[0].at) < run[0].at)
    ]
    return [run for run in kept if run[0].number == 1] or kept[:1]


def typical_length(lines: Sequence[str], run: list[Heading], after: list[Heading]) -> int | None:
    """Characters of a run's middle chapter. What follows its last heading counts only where no other run does."""
    ends = [heading.at for heading in run[1:]] + ([] if after else [len(lines)])
    lengths = [
        sum(len(line.strip()) for line in lines[heading.at + 1 : end]) for heading, end in zip(run, ends, strict=False)
    ]
    return median_low(lengths) if lengths else None


def believable(parts: list[list[Heading]], lines: Sequence[str]) -> bool:
    """Whether these are chapters: they start at 1, go on, or stand at the very start; else it is one mention."""
    if not parts:
        return False
    first = parts[0][0]
    return first.number == 1 or len(parts[0]) > 1 or not any(line.strip() for line in lines[: first.at])
