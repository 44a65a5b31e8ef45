"""Plain text to be continued, such as a novel of Project Gutenberg: one example for each chapter."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bench.data.example import Dropped, Example
from bench.data.gutenberg import Chapter, Cleaned, Removed, chapters, clean
from bench.data.source import Source

LABELLED = re.compile(r"@(?:positive|neutral|negative)\s*$")
"""How a line of the Financial PhraseBank ends, which is a table and no book."""


def matches(source: Source) -> bool:
    if source.container != "text":
        return False
    lines = [line for line in source.head_lines if line.strip()]
    return 2 * sum(bool(LABELLED.search(line)) for line in lines) <= len(lines)


def read(source: Source) -> Iterator[Example | Dropped]:
    """Each chapter without its heading; the whole text as "text-1" where it has no chapters."""
    cleaned = clean(source.text())
    found = chapters(cleaned.text)
    drops = [*left_out(cleaned.removed), *front_matter(cleaned, found[:1]), *gaps(cleaned, found)]
    yield from sorted(drops, key=lambda dropped: int(dropped.where))
    if not found:
        yield example("text-1", cleaned.text.strip("\n"), line_of(cleaned, 1))
    for chapter in found:
        name = "-".join([f"chapter-{chapter.number:02d}", *chapter.volume.split()])
        yield example(name, chapter.text, line_of(cleaned, chapter.line))


def line_of(cleaned: Cleaned, line: int) -> str:
    """The file's number of a line of the cleaned text."""
    return str(cleaned.numbers[line - 1]) if cleaned.numbers else "1"


def example(name: str, text: str, where: str) -> Example:
    return Example(name, "", responses=(text,), category="text", source=name, kind="text", where=where)


def left_out(removed: Sequence[Removed]) -> Iterator[Dropped]:
    """One line for each kind: where it starts, and how much it is."""
    for what in dict.fromkeys(each.what for each in removed):
        blocks = [each for each in removed if each.what == what]
        first, lines = blocks[0], sum(each.last_line - each.first_line + 1 for each in blocks)
        count = "" if len(blocks) == 1 else f"{len(blocks)} blocks with {lines:,} lines together, the first on "
        yield Dropped(str(first.first_line), f"{what}: {count}lines {first.first_line}-{first.last_line}")


def front_matter(cleaned: Cleaned, first: Sequence[Chapter]) -> Iterator[Dropped]:
    for chapter in first:
        if text := "\n".join(cleaned.text.split("\n")[: chapter.line - 1]).strip():
            end = cleaned.numbers[chapter.line - 1] - 1
            reason = f"front matter before chapter {chapter.number}: {len(text):,} characters, to line {end}"
            yield Dropped(line_of(cleaned, 1), reason)


def gaps(cleaned: Cleaned, found: Sequence[Chapter]) -> Iterator[Dropped]:
    """The headings of volumes, and the chapters whose heading was not found."""
    for before, chapter in pairwise(found):
        where = line_of(cleaned, chapter.line)
        if chapter.above:
            yield Dropped(where, f"heading above chapter {chapter.number}: {' '.join(chapter.above.split())[:60]!r}")
        for missing in range(before.number + 1, chapter.number):
            text = f"no heading of chapter {missing} was found; its text, if any, is part of chapter {before.number}"
            yield Dropped(where, text)
