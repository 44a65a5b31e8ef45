"""Instruction rows as Alpaca and the lectures write them: a JSON list or JSON lines of instruction, input, response."""

import difflib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from bench import checks
from bench.data.dataset import Example
from bench.errors import UserError

LFS_POINTER = b"version https://git-lfs"


class Row(BaseModel):
    """One row as it may stand in a file; `output` is Alpaca's word for `response`."""

    model_config = ConfigDict(extra="ignore", strict=True)

    instruction: str
    response: str
    input: str = ""
    id: str = ""
    split: Literal["train", "validation", "test", ""] = ""
    category: str = ""
    difficulty: str = ""
    source: str = ""
    expect: Literal["answer", "refuse"] = "answer"
    kind: Literal["plain", "refuse", "lookalike"] = "plain"
    checks: list[dict[str, Any]] = []
    label: str | None = None

    @model_validator(mode="before")
    @classmethod
    def one_name_for_the_response(cls, row: Any) -> Any:
        if isinstance(row, dict) and "output" in row and "response" not in row:
            return {**row, "response": row["output"]}
        return row


def matches(path: Path) -> bool:
    return path.suffix in (".json", ".jsonl")


def read(path: Path) -> list[Example]:
    """All rows as examples, or a UserError with file:line for the first row that is not one."""
    text = read_text(path)
    numbered = list(json_lines(path, text) if path.suffix == ".jsonl" else json_list(path, text))
    if not numbered:
        raise UserError(f"{path}: holds no rows; expected a list of instruction / input / response objects")
    examples = [example(path, line, row, number) for number, (line, row) in enumerate(numbered)]
    if any(e.split for e in examples) and not all(e.split for e in examples):
        line = next(line for (line, _), e in zip(numbered, examples, strict=True) if not e.split)
        raise UserError(f"{path}:{line}: no 'split' here but other rows name one; give every row a split, or none")
    return examples


def read_text(path: Path) -> str:
    raw = path.read_bytes()
    if not raw.strip():
        raise UserError(f"{path}: the file is empty")
    if raw.startswith(LFS_POINTER):
        raise UserError(f"{path}:1: this is a Git LFS pointer, not the data; run `git lfs pull` where it was cloned")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        row = raw.splitlines()[line - 1].strip().decode("ascii", "backslashreplace")[:80]
        raise UserError(f"{path}:{line}: not UTF-8 (byte {error.start}) in {row!r}; save the file as UTF-8") from None


def json_lines(path: Path, text: str) -> Iterator[tuple[int, Any]]:
    """(line number, row) of each line that is not blank."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except json.JSONDecodeError as error:
                raise UserError(f"{path}:{number}: not JSON ({error.msg}); each line must be one object") from None


def json_list(path: Path, text: str) -> Iterator[tuple[int, Any]]:
    """(line number, row) of each element; decoded one by one so that a bad row has a line number."""
    decoder = json.JSONDecoder()
    at, line = skip_blank(text, 0), 1
    if text[at : at + 1] != "[":
        raise UserError(f"{path}:1: expected a JSON list of rows, found {text[at : at + 20]!r}")
    at, counted = skip_blank(text, at + 1), 0
    while text[at : at + 1] != "]":
        line, counted = line + text.count("\n", counted, at), at
        try:
            row, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            where = error.doc.count("\n", 0, error.pos) + 1
            raise UserError(f"{path}:{where}: not JSON ({error.msg}); is the file cut off?") from None
        yield line, row
        at = skip_blank(text, end)
        if text[at : at + 1] not in (",", "]"):
            where = text.count("\n", 0, at) + 1
            raise UserError(f"{path}:{where}: expected ',' or ']' after this row; is the file cut off?")
        at = skip_blank(text, at + 1) if text[at] == "," else at


def skip_blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def example(path: Path, line: int, row: Any, number: int) -> Example:
    where = f"{path}:{line}"
    if not isinstance(row, dict):
        raise UserError(f"{where}: row {number + 1} is {type(row).__name__}; expected an object with an instruction")
    refuse_misspelt(where, row)
    fields = validated(where, row)
    for key in ("instruction", "response"):
        if not getattr(fields, key).strip():
            raise UserError(f"{where}: {key!r} is empty; every example needs one")
    for check in fields.checks:
        try:
            checks.validate(check)
        except UserError as error:
            raise UserError(f"{where}: {error}") from None
    values = fields.model_dump(exclude={"response"})
    values |= {"id": fields.id or f"{path.stem}-{number + 1:05d}", "checks": tuple(fields.checks)}
    return Example(responses=(fields.response,), **values)


def refuse_misspelt(where: str, row: dict[str, Any]) -> None:
    """Other columns are left alone, but one that nearly has a known name is a typo, not a column."""
    known = {*Row.model_fields, "output"}
    for key in set(row) - known:
        if close := difflib.get_close_matches(key, known, n=1, cutoff=0.8):
            raise UserError(f"{where}: {key!r} is not a field of an instruction row. Did you mean {close[0]!r}?")


def validated(where: str, row: dict[str, Any]) -> Row:
    try:
        return Row.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "missing":
        names = "'response' (or 'output')" if key == "response" else repr(key)
        raise UserError(f"{where}: no {names} in this row; every example needs one") from None
    raise UserError(f"{where}: {key!r}: {first['msg'].lower()}, found {first['input']!r:.60}")
