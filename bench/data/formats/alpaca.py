"""Instruction rows: Alpaca's instruction, input, output, and the names that other sets give to these columns."""

import difflib
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

from annotated_types import Len
from pydantic import ConfigDict, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from bench import checks
from bench.data import values
from bench.data.example import Dropped, Example, Turn
from bench.data.lines import Record
from bench.data.source import Source
from bench.errors import UserError

NAMES = {
    "instruction": ("instruction", "question", "prompt", "query"),
    # `target` goes first: beside it, `response` is what some model said.
    "response": ("target", "response", "output", "answer", "completion"),
    "input": ("input", "context"),
    "category": ("category", "type"),
    "system": ("system", "system_prompt"),
}
"""Our field -> the columns that may hold it; the first one present wins."""
REQUIRED = {"instruction": "'instruction' (or 'question')", "response": "'response' (or 'output')"}

SQUAD = {"answers", "is_impossible"}
"""Columns that make a question about a context one of SQuAD's."""


class Row(TypedDict, total=False):
    """What stands in one row, under our names; Example has the defaults of the rest."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)  # type: ignore[misc]

    instruction: str
    response: str | list[str]
    input: str
    id: str | int
    split: Literal["train", "validation", "test"]
    category: str
    difficulty: str
    source: str
    expect: Literal["answer", "refuse"]
    kind: Literal["plain", "refuse", "lookalike", "text"]
    checks: list[dict[str, Any]]
    label: str
    system: str
    rationale: str
    history: list[Annotated[list[str], Len(2, 2)]]


FIELDS = tuple(Row.__annotations__)
VALIDATOR = TypeAdapter(Row)


def matches(source: Source) -> bool:
    found = columns_by_field(source.columns)
    passage = "context" in source.columns and SQUAD & set(source.columns)
    if "instruction" in source.columns and not {"response", "instances"} & {*found, *source.columns}:
        return True  # to be refused with the line that lacks a response
    if passage or not REQUIRED.keys() <= found.keys():
        return False
    return not isinstance(source.first[found["instruction"]], list)  # a list is a chat


def columns_by_field(columns: Iterable[str]) -> dict[str, str]:
    """Our field -> the column that holds it. Columns of the user's own are left out."""
    present = set(columns)
    found = {ours: next((name for name in NAMES.get(ours, (ours,)) if name in present), "") for ours in FIELDS}
    return {ours: column for ours, column in found.items() if column}


def read(source: Source) -> Iterator[Example | Dropped]:
    """Every row as an example; UserError for the first row of another shape."""
    known: dict[tuple[str, ...], dict[str, str]] = {}
    stem, with_split = source.path.stem, 0
    for number, record in enumerate(source.records(), start=1):
        columns = tuple(values.row(source, record))
        if columns not in known:
            known[columns] = checked_columns(source, record.where, columns)
        made = example(source, record, f"{stem}-{number:05d}", known[columns])
        with_split += bool(made.split)
        if 0 < with_split < number:
            problem = "some rows name a 'split' and others do not; give every row a split, or none"
            raise source.refuse(record.where, problem)
        yield made


def checked_columns(source: Source, where: str, columns: Iterable[str]) -> dict[str, str]:
    """`columns_by_field`, once none is missing and none of the others is a typo: nearly a name that is absent."""
    found = columns_by_field(columns)
    absent = [name for ours in FIELDS if ours not in found for name in NAMES.get(ours, (ours,))]
    for column in sorted(set(columns) - set(found.values()) - set(source.fields.values())):
        if close := difflib.get_close_matches(column, absent, n=1, cutoff=0.81):
            problem = f"{column!r} is not a field of an instruction row. Did you mean {close[0]!r}?"
            raise source.refuse(where, f"{problem} Rename the column if not")
    if missing := [names for ours, names in REQUIRED.items() if ours not in found]:
        raise source.refuse(where, f"no {missing[0]} in this row; every example needs one")
    return found


def example(source: Source, record: Record, fresh_id: str, columns: dict[str, str]) -> Example:
    where, cells = record
    # An empty cell of a table is an absent one.
    given = {ours: cells[column] for ours, column in columns.items() if cells[column] not in (None, "")}
    try:
        row: dict[str, Any] = {"instruction": "", **VALIDATOR.validate_python(given)}
    except ValidationError as error:
        raise source.refuse(where, wrong_type(error, columns)) from None
    answers = row.pop("response", "")
    row["responses"] = tuple(answers) if isinstance(answers, list) else (answers,)
    row["id"] = str(row.get("id", fresh_id))
    if "checks" in row:
        row["checks"] = valid_checks(source, where, row["checks"])
    if "history" in row:
        row["history"] = tuple(Turn(*turn) for turn in row["history"])
    return Example(**row, where=where)


def wrong_type(error: ValidationError, columns: dict[str, str]) -> str:
    first = error.errors()[0]
    column = columns[str(first["loc"][0])]
    return f"{column!r}: {first['msg'].lower()}, found {first['input']!r:.60}"


def valid_checks(source: Source, where: str, rules: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    for rule in rules:
        try:
            checks.validate(rule)
        except UserError as error:
            raise source.refuse(where, str(error)) from None
    return tuple(rules)
