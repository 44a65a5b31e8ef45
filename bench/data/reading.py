"""From a file to examples: the format is recognised or named, and every record an example or a reasoned drop."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from bench import catalog
from bench.data.example import Dropped, Example, Loaded
from bench.data.source import Source, open_source
from bench.errors import UserError
from bench.garbage import collector_paused


def read_file(path: Path, format_name: str = "", fields: Mapping[str, str] | None = None) -> Loaded:
    """All examples of a file. `format_name` skips recognition, `fields` maps our field names to the file's columns.

    Raises UserError, with file and line, when the file is damaged, of no known format, or holds no example.
    """
    source = open_source(path, fields)
    with collector_paused():
        loaded = collect(source, format_name or recognised(source), "")
    return replace(loaded, sha256=source.sha256())  # a damaged giant is refused before it is hashed


def recognised(source: Source) -> str:
    """Name of the one format whose `matches` says yes."""
    for name in catalog.names("format"):
        if catalog.load("format", name)[0].matches(source):
            return name
    raise UserError(unknown_format(source))


def unknown_format(source: Source) -> str:
    known = ", ".join(catalog.names("format"))
    if source.columns:
        names = ", ".join(source.columns[:8]) + (", ..." if len(source.columns) > 8 else "")
        found = f"its records have the keys {names}"
        advice = "expected an instruction and a response; name the columns in a recipe ([fields], docs/extending.md)"
    elif source.container == "text":
        found, advice = "plain text", "name the format with --format"
    else:
        found = f"its first record is {describe(source.first)}"
        advice = "expected objects with an instruction and a response"
    return f"{source.path}: no known format ({known}): {found}; {advice}"


def describe(value: Any) -> str:
    """A JSON value's kind, in words: "a text", "a list of 3"."""
    if isinstance(value, list):
        return f"a list of {len(value)}"
    names = {str: "a text", dict: "an object", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "nothing")


def collect(source: Source, format_name: str, sha256: str) -> Loaded:
    """Examples and drops of a source in one format."""
    module, _ = catalog.load("format", format_name)
    examples: list[Example] = []
    dropped: list[Dropped] = []
    for item in module.read(source):
        if isinstance(item, Dropped):
            dropped.append(Dropped(f"{source.path}:{item.where}", item.reason))
        elif reason := unusable(item):
            dropped.append(Dropped(f"{source.path}:{item.where}", reason))
        else:
            examples.append(item)
    refuse_nothing(source, examples, dropped)
    refuse_double_ids(source, examples)
    return Loaded(
        str(source.path),
        format_name,
        source.container,
        sha256,
        tuple(examples),
        tuple(dropped),
        contradictions(examples),
    )


def unusable(example: Example) -> str:
    """Why no model could be trained on this example or asked it, or ""."""
    if not example.responses or not all(response.strip() for response in example.responses):
        return "the answer is empty"
    if not (example.question.strip() or example.kind == "text"):
        return "the instruction is empty"
    try:
        all_text(example).encode()
    except UnicodeEncodeError as error:
        return f"holds half of a surrogate pair (U+{ord(error.object[error.start]):04X}), which is no character"
    return ""


def all_text(example: Example) -> str:
    own = (example.id, example.category, example.system, example.rationale, example.instruction, example.input)
    return "".join(chain(own, example.responses, *example.history))


def refuse_nothing(source: Source, examples: list[Example], dropped: list[Dropped]) -> None:
    if examples:
        return
    if dropped:
        first = dropped[0]
        raise UserError(f"{first.where}: {first.reason}; all {len(dropped)} records are like that, so nothing is left")
    raise UserError(f"{source.path}: holds no rows; expected instructions with their responses")


def refuse_double_ids(source: Source, examples: list[Example]) -> None:
    seen: dict[str, str] = {}
    for example in examples:
        if example.id in seen:
            raise UserError(
                f"{source.path}:{example.where}: id {example.id!r} stands at {seen[example.id]} already; "
                "ids must be unique"
            )
        seen[example.id] = example.where


def contradictions(examples: Iterable[Example]) -> tuple[str, ...]:
    """Questions that have one label here and another there, in the order of the second."""
    first: dict[str, Example] = {}
    found: list[str] = []
    for example in examples:
        if example.label is None:
            continue
        known = first.setdefault(" ".join(example.question.split()).casefold(), example)
        if known.label != example.label:
            found.append(
                f"{known.where} says {known.label!r}, {example.where} says {example.label!r}: "
                f"{(example.input or example.instruction)[:80]!r}"
            )
    return tuple(found)
