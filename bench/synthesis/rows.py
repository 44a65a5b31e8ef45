"""What the stages hand each other, one JSON object on a line: passages, instructions, pairs and drops.

A file is appended to, a line for each finished item, so that a run that was killed goes on where it stopped; a last
line without its line end was torn and is taken off before the next one is written.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bench.errors import UserError
from bench.record import write_atomic

PASSAGES = "passages.jsonl"
INSTRUCTIONS = "instructions.jsonl"
PAIRS = "pairs.jsonl"
REVIEWED = "reviewed.jsonl"
DATASET = "dataset.jsonl"
DROPPED = "dropped.jsonl"

Status = Literal["unreviewed", "accepted", "edited", "rejected"]


class Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    """Unique in its file; never used as a path."""


class Passage(Row):
    """Some neighbouring paragraphs of one chapter."""

    chapter: int
    """Number of the chapter, counted on through volumes; 0 where the text has none."""
    text: str
    """Without line breaks inside a paragraph; paragraphs are joined by a blank line."""
    start: int
    """Where it begins in the cleaned text of `source`, in characters."""
    end: int
    source: str
    """Name of the file."""
    title: str = ""
    """Of the chapter, where it has one."""


class Instruction(Row):
    """What is asked, and about what."""

    text: str
    type: str
    """One of the seven instruction types, or what the templates file calls it."""
    category: str
    difficulty: str
    slots: Mapping[str, str] = {}
    """What was filled in: {"character": "Jane Bennet"}."""
    passage_ids: tuple[str, ...] = ()
    """Where the answer is to be looked for first; empty leaves it to retrieval."""


class Pair(Row):
    """An instruction with its answer, and what the answer rests on."""

    instruction: str
    response: str
    type: str
    category: str
    difficulty: str
    evidence: str
    """The sentences that support the answer, as they stand in the passage."""
    passage_id: str
    context: str
    """The text that the answer was to be made from, and from nothing else."""
    teacher: str
    """The teacher's name: "rules", "openai:MODEL"."""
    checks: Mapping[str, str] = {}
    """Name of an automatic check -> "" when it passed, or why it did not."""
    status: Status = "unreviewed"


class Dropped(Row):
    """An item that a stage could not use; its `id` is that of the item."""

    stage: str
    reason: str


AnyRow = TypeVar("AnyRow", bound=Row)


def read_rows(path: Path, kind: type[AnyRow]) -> list[AnyRow]:
    """The finished rows of a stage; none where the file is not there yet. Raises UserError with file:line.

    A torn last line is no row. A row that stands there twice counts as it was written last.
    """
    rows: dict[str, AnyRow] = {}
    for number, text in enumerate(whole_lines(path), start=1):
        if text.strip():
            row = parsed(path, number, text, kind)
            rows[row.id] = row
    return list(rows.values())


def whole_lines(path: Path) -> Iterator[str]:
    """Decoded lines that have a line end."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.endswith(b"\n"):
                yield decoded(path, number, line)


def decoded(path: Path, number: int, line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise UserError(f"{path}:{number}: not UTF-8 text; remove the line, and the stage makes it again") from None


def parsed(path: Path, number: int, text: str, kind: type[AnyRow]) -> AnyRow:
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the line"
        raise UserError(
            f"{path}:{number}: no {kind.__name__.lower()}: {place}: {first['msg']}; mend or remove the line"
        ) from None


def dumped(row: Row) -> str:
    """One line of JSON; what a row does not say is left out."""
    values = {name: value for name, value in row.model_dump().items() if name in row.model_fields_set or name == "id"}
    return json.dumps(values, ensure_ascii=False) + "\n"


def write_rows(path: Path, rows: Iterable[Row]) -> int:
    """Writes all rows or none; returns how many."""
    lines = [dumped(row) for row in rows]
    write_atomic(path, "".join(lines))
    return len(lines)


@contextmanager
def appending(path: Path, sync: bool = False) -> Iterator[Callable[[Row], None]]:
    """Gives a function that adds a row, after a torn last line is taken off; `sync` has each on the disk at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    take_torn_line_off(path)
    with path.open("a", encoding="utf-8") as file:

        def append(row: Row) -> None:
            file.write(dumped(row))
            file.flush()
            if sync:
                os.fsync(file.fileno())

        yield append


def take_torn_line_off(path: Path) -> None:
    if not path.exists():
        return
    with path.open("rb+") as file:
        whole = sum(len(line) for line in file if line.endswith(b"\n"))
        file.truncate(whole)


def schema(kind: type[Row]) -> dict[str, Any]:
    """JSON schema of a stage's rows, for other tools."""
    return kind.model_json_schema()
