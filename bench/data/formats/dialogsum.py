"""DialogSum: dialogues with their summaries, as the authors' JSON Lines or the Hub's CSV.

Three people summarised each test dialogue. The authors keep the three in one record, the Hub in three rows with ids
test_0_1, test_0_2 and test_0_3: both become one example with three references. https://arxiv.org/abs/2105.06762
"""

import re
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from bench.data import values
from bench.data.example import Dropped, Example
from bench.data.formats import alpaca
from bench.data.lines import Record
from bench.data.source import Source

INSTRUCTION = "Summarize the following dialogue:"
NO_SUMMARY = "no summary: the hidden test set has dialogues only"
SUMMARY = re.compile(r"summary(\d*)")
NUMBERED = re.compile(r"(.+_\d+)_\d+")
"""The Hub's id of one reference, after the dialogue's own id."""


class Row(NamedTuple):
    """One record: a dialogue with one summary, or with several."""

    where: str
    id: str
    dialogue: str
    summaries: tuple[str, ...]
    topic: str


def matches(source: Source) -> bool:
    columns = set(source.columns)
    if "dialogue" not in columns or not isinstance(source.first["dialogue"], str):
        return False
    summarised = any(map(SUMMARY.fullmatch, columns))
    return (summarised and not alpaca.matches(source)) or columns <= {"id", "fname", "dialogue", "topic"}


def read(source: Source) -> Iterator[Example | Dropped]:
    """Each dialogue as one example with all its references; each record without a summary as a drop."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for number, record in enumerate(source.records(), start=1):
        row = parsed(source, record, f"{source.path.stem}-{number:05d}")
        written = tuple(summary for summary in row.summaries if summary.strip())
        if len(written) < len(row.summaries):
            yield Dropped(row.where, f"{len(row.summaries) - len(written)} of {len(row.summaries)} summaries empty")
        elif not written:
            yield Dropped(row.where, NO_SUMMARY)
        if written:
            group = groups.setdefault((dialogue_id(row.id), row.dialogue), [])
            refuse_double(source, group, row)
            group.append(row._replace(summaries=written))
    names = Counter(name for name, _ in groups)
    for (name, _), rows in groups.items():
        yield example(name if len(rows) > 1 and names[name] == 1 else rows[0].id, rows)


def parsed(source: Source, record: Record, fresh_id: str) -> Row:
    def text(key: str, default: str | None = None) -> str:
        return values.text(source, record, key, default).replace("\r\n", "\n")

    found = [match[1] for match in map(SUMMARY.fullmatch, values.row(source, record)) if match]
    return Row(
        record.where,
        text("id" if "id" in record.value else "fname", fresh_id),
        text("dialogue"),
        tuple(text(f"summary{number}", "") for number in found),
        text(f"topic{found[0] if found else ''}", ""),
    )


def dialogue_id(row_id: str) -> str:
    numbered = NUMBERED.fullmatch(row_id)
    return numbered[1] if numbered else row_id


def refuse_double(source: Source, group: list[Row], row: Row) -> None:
    """Two summaries of one dialogue have two ids; the same id twice is the same record twice."""
    for other in group:
        if other.id == row.id:
            problem = f"id {row.id!r} stands at {other.where} already, with the same dialogue; remove one of them"
            raise source.refuse(row.where, problem)


def example(name: str, rows: list[Row]) -> Example:
    first = rows[0]
    return Example(
        id=name,
        instruction=INSTRUCTION,
        input=first.dialogue,
        responses=tuple(summary for row in rows for summary in row.summaries),
        category=first.topic,
        source=subject(first.dialogue),
        where=first.where,
    )


def subject(dialogue: str) -> str:
    """The same for the same dialogue under another id or in another file, so that it never stands in two splits."""
    return "dialogue:" + sha256(" ".join(dialogue.split()).encode("utf-8", "surrogatepass")).hexdigest()[:16]
