"""A file on disk as records or text, whatever it is stored in; what is not readable data is refused at once.

Every refusal is a UserError with the file, the line where there is one, and what to do. Files are read as streams,
so that a broken giant costs neither time nor memory.
"""

import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import file_digest
from pathlib import Path
from typing import Any

from bench.data.json_text import document_header, json_document, json_lines
from bench.data.lines import BOM, MIB, Record, decoded_lines, refuse_nul, whole_text
from bench.data.tables import CELL_READERS, column_names, comma_separated, parquet, tab_separated
from bench.errors import UserError

HEAD = 65536
"""Bytes that are enough to tell what a file is."""

CONTAINERS = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".txt": "text",
    ".text": "text",
    ".md": "text",
}
LARGEST = {
    "json": (768 * MIB, "save it as JSON lines (.jsonl), one record on a line"),
    "text": (64 * MIB, "split it into several files"),
}
"""Bytes of one JSON document, and of a text such as a book, which is held in memory whole; and what to do beyond."""

FOREIGN = (
    (b"version https://git-lfs", "a Git LFS pointer, not the data; run `git lfs pull` where it was cloned"),
    (b"\x1f\x8b", "gzip data; unpack it with `gunzip` first"),
    (b"PK\x03\x04", "a zip archive (or an Office file); unpack it, or export it as CSV or JSON"),
    (b"PAR1", "Parquet data; give it the suffix .parquet"),
    (b"BZh", "bzip2 data; unpack it with `bunzip2` first"),
    (b"\xfd7zXZ", "xz data; unpack it with `unxz` first"),
    (b"\x28\xb5\x2f\xfd", "zstd data; unpack it with `unzstd` first"),
    (b"%PDF", "a PDF; convert it to text first, for example with `pdftotext`"),
    (b"SQLite format 3", "an SQLite database; export the table as CSV or JSON"),
    (b"\xff\xfe", "UTF-16; save the file as UTF-8"),
    (b"\xfe\xff", "UTF-16; save the file as UTF-8"),
)


@dataclass(frozen=True)
class Source:
    """A checked file. `records()` for json, jsonl, csv, tsv and parquet; `lines()` and `text()` for text."""

    path: Path
    container: str
    """"json", "jsonl", "csv", "tsv", "parquet", "text" or "hub"."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Our field -> the file's column, for columns with names of their own."""

    def records(self) -> Iterator[Record]:
        """All records in order; raises UserError at the first place that is not what the container promises."""
        for where, value in READERS[self.container](self.path):
            yield Record(where, self.renamed(value))

    def renamed(self, value: Any) -> Any:
        if not self.fields or not isinstance(value, dict):
            return value
        return value | {ours: value[theirs] for ours, theirs in self.fields.items() if theirs in value}

    def lines(self, encoding: str = "utf-8") -> Iterator[Record]:
        """(line number, text without its line end) of every line, blank ones too. A byte-order mark is left out."""
        for number, line in enumerate(decoded_lines(self.path, encoding), start=1):
            yield Record(str(number), line.rstrip("\r\n"))

    def text(self) -> str:
        """The whole file as UTF-8 text without byte-order mark, line ends as they are."""
        return whole_text(self.path)

    @cached_property
    def first(self) -> Any:
        """Value of the first record, for recognising a format; None when there is none. Reads no further."""
        if self.container == "text":
            return None
        return next((record.value for record in self.records()), None)

    @cached_property
    def head_lines(self) -> list[str]:
        """The first lines, decoded leniently, for recognising a format."""
        with self.path.open("rb") as file:
            return file.read(HEAD).decode("utf-8-sig", "replace").splitlines()[:50]

    @cached_property
    def header(self) -> dict[str, Any]:
        """What stands beside the list of rows in a JSON document, e.g. {"version": "v2.0"}. Reads all of the file."""
        return document_header(self.path) if self.container == "json" else {}

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names in a table's first line, else keys of the first record; empty when it is no object."""
        if self.container in CELL_READERS:
            return tuple(self.renamed(dict.fromkeys(column_names(self.path, self.container))))
        return tuple(map(str, self.first)) if isinstance(self.first, dict) else ()

    def sha256(self) -> str:
        with self.path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()

    def refuse(self, where: str, problem: str) -> UserError:
        """The error for a place in this file, to be raised."""
        return UserError(f"{self.path}:{where}: {problem}")


def open_source(path: Path, fields: Mapping[str, str] | None = None) -> Source:
    """The file as a source. Raises UserError when it is no regular file, empty, unreadable or another kind of data."""
    refuse_irregular(path)
    with path.open("rb") as file:
        head = file.read(HEAD)
    refuse_blank(path, head)
    container = CONTAINERS.get(path.suffix.lower())
    refuse_foreign(path, head, container)
    if container is None:
        raise UserError(f"{path}: unknown suffix {path.suffix!r}; expected one of {', '.join(CONTAINERS)}")
    if container in ("json", "jsonl"):
        container = json_container(path, head, container)
    refuse_giant(path, container)
    return Source(path, container, dict(fields or {}))


def refuse_irregular(path: Path) -> None:
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"{path}: cannot be opened ({reason}); check the path") from None
    if stat.S_ISDIR(mode):
        raise UserError(f"{path}: is a folder; name a file in it")
    if not stat.S_ISREG(mode):
        raise UserError(f"{path}: is no regular file (a pipe or a device); copy the data to a file first")
    if not os.access(path, os.R_OK):
        raise UserError(f"{path}: may not be read; check its permissions")


def refuse_blank(path: Path, head: bytes) -> None:
    if head.removeprefix(BOM).strip():
        return
    if len(head) == HEAD:
        raise UserError(f"{path}:1: the first {HEAD // 1024} KiB are blank; remove them, or fetch the file again")
    raise UserError(f"{path}: the file is empty")


def refuse_foreign(path: Path, head: bytes, container: str | None) -> None:
    for magic, what in FOREIGN:
        if head.startswith(magic) and not (container == "parquet" and magic == b"PAR1"):
            raise UserError(f"{path}:1: this is {what}")
    if head.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
        raise UserError(f"{path}:1: this is a web page, not the data; download the raw file")
    if container == "parquet" and not head.startswith(b"PAR1"):
        raise UserError(f"{path}:1: not Parquet data, though its name says so; fetch or export it again")
    if container != "parquet":
        refuse_nul(path, head, 1)


def refuse_giant(path: Path, container: str) -> None:
    size = path.stat().st_size
    limit, advice = LARGEST.get(container, (size, ""))
    if size > limit:
        raise UserError(f"{path}:1: {size // MIB:,} MiB in one piece, more than {limit // MIB} MiB; {advice}")


def json_container(path: Path, head: bytes, named: str) -> str:
    """A list is a document and several objects one after another are lines, whatever the suffix says."""
    start = head.removeprefix(BOM).lstrip()
    first, _, rest = start.partition(b"\n")
    if start.startswith(b"[") or first.strip() == b"{":
        return "json"
    if named == "json" and rest.strip().startswith(b"{") and first.rstrip().endswith(b"}"):
        try:
            json.loads(first)
        except (ValueError, RecursionError):
            return "json"
        return "jsonl"
    return named


def no_records(path: Path) -> Iterator[Record]:
    raise UserError(f"{path}: plain text holds no records; a format that reads text is needed")


READERS: Mapping[str, Any] = {
    "json": json_document,
    "jsonl": json_lines,
    "csv": comma_separated,
    "tsv": tab_separated,
    "parquet": parquet,
    "text": no_records,
}
