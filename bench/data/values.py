"""A record's values by key: what is missing or of another type is refused with its line, as a damaged file."""

from typing import Any

from bench.data.lines import Record
from bench.data.reading import describe
from bench.data.source import Source


def row(source: Source, record: Record) -> dict[str, Any]:
    """The record as an object. Raises UserError when it is anything else."""
    if not isinstance(record.value, dict):
        raise source.refuse(record.where, f"found {describe(record.value)}; expected an object, one for each example")
    return record.value


def text(source: Source, record: Record, key: str, default: str | None = None) -> str:
    """The text under this key, or `default` where the key is missing or null. Raises UserError when it is no text."""
    values = row(source, record)
    if default is not None and values.get(key) is None:
        return default
    if key not in values:
        raise source.refuse(record.where, f"no {key!r} in this record; every one of this format has it")
    if not isinstance(values[key], str):
        raise source.refuse(record.where, f"{key!r} is {describe(values[key])}; expected a text")
    return str(values[key])
