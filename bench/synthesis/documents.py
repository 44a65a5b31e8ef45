"""A file of any kind as plain text with its chapters: txt, Markdown, HTML, PDF and Word, each by a well-kept parser."""

import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench.data.gutenberg import chapters, clean
from bench.data.lines import MIB
from bench.data.source import open_source, refuse_blank, refuse_irregular
from bench.errors import UserError

LARGEST = 256 * MIB
"""Bytes of a PDF, a web page or a Word file, packed or unpacked; plain text has its own limit in bench/data/source."""
EXTRA = 'pip install "tunebench[synthesis]"'
HEAD = 65536
SILENT = ["script", "style", "noscript", "template", "svg", "nav", "footer", "head", "form"]
BLOCKS = ["h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "blockquote", "pre", "td", "th", "dt", "dd", "figcaption"]
HEADINGS = frozenset({"h1", "h2"})
HYPHENATED = re.compile(r"(?<=[a-z])[-\u00ad]\n(?=[a-z])")
CLOSED = re.compile(r"[.!?:;][\"'”’)]*$")


class Section(NamedTuple):
    """A chapter, or all of a text that has none (number 0)."""

    number: int
    title: str
    start: int
    """In the document's text, in characters."""
    end: int


@dataclass(frozen=True)
class Document:
    """A file's text; what is not its content is gone."""

    name: str
    """Of the file, or its path inside the folder that was given."""
    text: str
    sections: tuple[Section, ...]


class Block(NamedTuple):
    text: str
    heading: bool


def read_document(path: Path, name: str = "") -> Document:
    """The text of a file. Raises UserError for a file that is empty, binary, encrypted, too large or unknown."""
    read = READERS.get(path.suffix.lower())
    refuse_irregular(path)
    if read is None:
        raise UserError(f"{path}: unknown suffix {path.suffix!r}; expected one of {', '.join(READERS)}")
    with path.open("rb") as file:
        refuse_blank(path, file.read(HEAD))
    document = read(path, name or path.name)
    if not document.text.strip():
        raise UserError(f"{path}: holds no text; pages that are pictures need text recognition (OCR) first")
    return document


def plain(path: Path, name: str) -> Document:
    return from_text(name, open_source(path).text())


def from_text(name: str, text: str) -> Document:
    """Without Project Gutenberg's header and licence; chapters as bench/data/gutenberg.py finds them."""
    text = clean(text).text
    starts = line_starts(text)
    sections: list[Section] = []
    for chapter in chapters(text):
        start = text.index(chapter.text, starts[min(chapter.line, len(starts) - 1)])
        sections.append(Section(chapter.number, chapter.title, start, start + len(chapter.text)))
    return Document(name, text, tuple(sections) or (Section(0, "", 0, len(text)),))


def line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer("\n", text))]


def from_blocks(name: str, blocks: Iterable[Block]) -> Document:
    """Paragraphs with a blank line between them; a heading begins a chapter and is its title."""
    pieces: list[str] = []
    headings: list[tuple[str, int]] = []
    at = 0
    for block in blocks:
        if block.heading:
            headings.append((block.text, at))
            continue
        pieces.append(block.text)
        at += len(block.text) + 2
    text = "\n\n".join(pieces)
    return Document(name, text, sections_of(headings, len(text)))


def sections_of(headings: Sequence[tuple[str, int]], length: int) -> tuple[Section, ...]:
    """Headings with text under them, numbered from 1; what stands before the first is chapter 0."""
    marks = [("", 0), *headings, ("", length)]
    filled = [(title, start, min(end, length)) for (title, start), (_, end) in pairwise(marks) if end > start]
    first = 0 if filled and not filled[0][0] else 1
    return tuple(Section(number, *one) for number, one in enumerate(filled, start=first))


def web_page(path: Path, name: str) -> Document:
    refuse_giant(path, path.stat().st_size)
    return from_blocks(name, html_blocks(path.read_bytes()))


def markdown(path: Path, name: str) -> Document:
    markdown_it = needed("markdown_it")
    return from_blocks(name, html_blocks(markdown_it.MarkdownIt().render(open_source(path).text())))


def html_blocks(page: bytes | str) -> list[Block]:
    """Headings and paragraphs in order, without scripts and navigation; inner blocks stand for outer ones."""
    soup = needed("bs4").BeautifulSoup(page, "html.parser")
    for silent in soup(SILENT):
        silent.decompose()
    found = [(tag.name, " ".join(tag.get_text().split())) for tag in soup(BLOCKS) if not tag.find(BLOCKS)]
    return [Block(text, name in HEADINGS) for name, text in found if text] or [Block(soup.get_text("\n"), False)]


def pdf(path: Path, name: str) -> Document:
    refuse_giant(path, path.stat().st_size)
    pypdf = needed("pypdf")
    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UserError(f"{path}: the PDF is encrypted; save it without a password first (`qpdf --decrypt`)")
        pages = [page.extract_text() for page in reader.pages]
    except (pypdf.errors.PyPdfError, ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{path}: no readable PDF ({one_line(error)}); export it again") from None
    return from_text(name, paragraphs_of_lines("\n".join(pages)))


def paragraphs_of_lines(text: str) -> str:
    """Lines of a PDF with a blank line after each that ends a sentence well before the margin."""
    lines = HYPHENATED.sub("", text).split("\n")
    width = median([len(line) for line in lines if line.strip()] or [0])
    return "\n".join(line + "\n" * (len(line) < 0.8 * width and bool(CLOSED.search(line.rstrip()))) for line in lines)


def word(path: Path, name: str) -> Document:
    docx = needed("docx")
    try:
        with zipfile.ZipFile(path) as packed:
            refuse_giant(path, sum(part.file_size for part in packed.infolist()))
        paragraphs = docx.Document(str(path)).paragraphs
    except (zipfile.BadZipFile, KeyError, ValueError, docx.opc.exceptions.OpcError) as error:
        if isinstance(error, UserError):
            raise
        raise UserError(f"{path}: no readable Word file ({one_line(error)}); save it again as .docx") from None
    blocks = [Block(" ".join(each.text.split()), is_heading(each.style)) for each in paragraphs]
    return from_blocks(name, [block for block in blocks if block.text])


def is_heading(style: Any) -> bool:
    return style is not None and str(style.name) in ("Title", "Heading 1", "Heading 2")


def refuse_giant(path: Path, size: int) -> None:
    if size > LARGEST:
        raise UserError(f"{path}: {size // MIB:,} MiB, more than {LARGEST // MIB} MiB; split it into several files")


def needed(module: str) -> Any:
    """A parser of the `synthesis` extra. Raises UserError with the command that installs it."""
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError:
        raise UserError(f"this file needs {module}, which is not installed; {EXTRA}") from None


def one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:80] or type(error).__name__


READERS: dict[str, Callable[[Path, str], Document]] = {
    ".txt": plain,
    ".text": plain,
    ".md": markdown,
    ".html": web_page,
    ".htm": web_page,
    ".pdf": pdf,
    ".docx": word,
}
