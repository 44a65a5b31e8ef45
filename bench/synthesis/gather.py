"""Stage 1, gather: files become passages of some paragraphs each, with their chapter and their place in the text."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from bench.errors import UserError
from bench.sentences import sentences
from bench.synthesis.documents import READERS, Document, Section, read_document
from bench.synthesis.rows import Dropped, Passage

ENOUGH = 120
"""Words from which on a passage is closed."""
STRETCH = 1.8
"""Times so many words, beyond which a paragraph is cut at the end of a sentence."""
PARAGRAPH = re.compile(r"\S(?:.|\n(?![ \t]*\n))*")
ITALICS = re.compile(r"(?<![\w])_([^_\n]+(?:\n[^_\n]+)?)_(?!\w)")
NAME = re.compile(r"[^\w.-]+")


class Span(NamedTuple):
    """Where a paragraph, or a part of one, stands in its document."""

    start: int
    end: int
    text: str
    """On one line, without marks of italics."""


class Gathered(NamedTuple):
    passages: list[Passage]
    dropped: list[Dropped]
    """Files that could not be read, with the reason."""


def gather(path: Path, enough: int = ENOUGH) -> Gathered:
    """The passages of a file, or of all files in a folder, in the order of their names, of about `enough` words.

    In a folder a file that cannot be read is dropped with its reason. Raises UserError when nothing is left.
    """
    if not path.is_dir():
        return Gathered(list(passages(read_document(path), enough)), [])
    found = Gathered([], [])
    for file in files(path):
        name = file.relative_to(path).as_posix()
        try:
            found.passages.extend(passages(read_document(file, name), enough))
        except UserError as error:
            found.dropped.append(Dropped(id=name, stage="gather", reason=str(error)))
    if not found.passages:
        first = found.dropped[0].reason if found.dropped else f"it holds no file; expected {', '.join(READERS)}"
        raise UserError(f"{path}: no passage was found in this folder; {first}")
    return found


def files(folder: Path) -> list[Path]:
    """Regular files, hidden ones left out."""
    every = sorted(folder.rglob("*"))
    return [path for path in every if path.is_file() and not is_hidden(path.relative_to(folder))]


def is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def passages(document: Document, enough: int = ENOUGH) -> Iterator[Passage]:
    """Neighbouring paragraphs of one chapter, about `enough` words each."""
    stem = NAME.sub("-", document.name.rpartition(".")[0] or document.name)
    for place, section in enumerate(document.sections):
        label = f"{stem}-{section.number if section.number else place:02}"
        for number, group in zip(count(1), groups(document, section, enough), strict=False):
            yield passage(document, section, f"{label}-{number:03}", group)


def passage(document: Document, section: Section, name: str, group: list[Span]) -> Passage:
    return Passage(
        id=name,
        chapter=section.number,
        text="\n\n".join(span.text for span in group),
        start=group[0].start,
        end=group[-1].end,
        source=document.name,
        title=section.title,
    )


def groups(document: Document, section: Section, enough: int) -> Iterator[list[Span]]:
    group: list[Span] = []
    size, most = 0, round(STRETCH * enough)
    for span in spans(document, section, most):
        length = len(span.text.split())
        if group and size + length > most:
            yield group
            group, size = [], 0
        group.append(span)
        size += length
        if size >= enough:
            yield group
            group, size = [], 0
    if group:
        yield group


def spans(document: Document, section: Section, most: int) -> Iterator[Span]:
    for whole in paragraphs(document, section):
        yield from [whole] if len(whole.text.split()) <= most else cut(whole, most)


def paragraphs(document: Document, section: Section) -> Iterator[Span]:
    """One that begins in lower case goes on where an illustration, or a page, had interrupted the one before."""
    before: Span | None = None
    for found in PARAGRAPH.finditer(document.text, section.start, section.end):
        here = Span(found.start(), found.end(), unwrapped(found[0]))
        if before and here.text[:1].islower():
            here = Span(before.start, here.end, f"{before.text} {here.text}")
        elif before:
            yield before
        before = here
    if before:
        yield before


def cut(whole: Span, most: int) -> Iterator[Span]:
    """A long paragraph in pieces of whole sentences; all have the place of the paragraph."""
    piece: list[str] = []
    for sentence in sentences(whole.text):
        if piece and len(" ".join([*piece, sentence]).split()) > most:
            yield whole._replace(text=" ".join(piece))
            piece = []
        piece.append(sentence)
    yield whole._replace(text=" ".join(piece))


def unwrapped(text: str) -> str:
    """On one line; `_italics_` without their marks."""
    return " ".join(ITALICS.sub(r"\1", text).split())
