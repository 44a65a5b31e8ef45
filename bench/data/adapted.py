"""Rows under a recipe's names: numbered labels named, columns renamed, constants filled in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bench.data.lines import Record


@dataclass(frozen=True)
class Adapted:
    """What formats ask of a `Source`, over rows under other names."""

    source: Any
    """`Source` or `HubRows`; whatever is not said here is its own."""
    fields: Mapping[str, str]
    """Our field -> the source's column, which no longer counts under its own name."""
    defaults: Mapping[str, str]
    """Field -> its text in rows without it."""
    labels: tuple[str, ...] = ()
    """Names of the classes 0, 1, 2, ..."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.source, name)

    def records(self) -> Iterator[Record]:
        for record in self.source.records():
            yield Record(record.where, self.adapted(record))

    @cached_property
    def first(self) -> Any:
        if self.source.container == "text":
            return None
        return next((record.value for record in self.records()), None)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(map(str, self.first)) if isinstance(self.first, dict) else ()

    def adapted(self, record: Record) -> Any:
        if not isinstance(record.value, dict):
            return record.value
        row = {**record.value}
        self.name_label(row, record.where)
        named = {ours: row[theirs] for ours, theirs in self.fields.items() if theirs in row}
        row = {key: value for key, value in row.items() if key not in self.fields.values()} | named
        return row | {key: text for key, text in self.defaults.items() if row.get(key) in (None, "")}

    def name_label(self, row: dict[str, Any], where: str) -> None:
        """The class's name in place of its number, which a CSV file holds as text."""
        column = self.fields.get("label", "label")
        number, names = str(row.get(column)), self.labels
        if not names or not number.removeprefix("-").isdecimal():
            return
        if not 0 <= int(number) < len(names):
            raise self.source.refuse(where, f"{column!r} is {number}, but the recipe names {len(names)} labels, from 0")
        row[column] = names[int(number)]
