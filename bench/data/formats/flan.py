"""FLAN, flattened: prompts and answers as `inputs` and `targets`, the form of its copies on the Hub.

https://arxiv.org/abs/2301.13688
"""

from collections.abc import Iterator

from bench.data import values
from bench.data.example import Dropped, Example
from bench.data.formats import alpaca
from bench.data.source import Source

TASKS = ("task", "task_name", "_task_name")
"""Columns that name the task a row was made from; the first one present wins."""


def matches(source: Source) -> bool:
    return {"inputs", "targets"} <= set(source.columns) and not alpaca.matches(source)


def read(source: Source) -> Iterator[Example | Dropped]:
    """Each row as an example."""
    for number, record in enumerate(source.records(), start=1):
        row = values.row(source, record)
        task = next((name for name in TASKS if name in row), TASKS[0])
        yield Example(
            id=f"{source.path.stem}-{number:05d}",
            instruction=values.text(source, record, "inputs"),
            responses=(values.text(source, record, "targets"),),
            category=values.text(source, record, task, ""),
            where=record.where,
        )
