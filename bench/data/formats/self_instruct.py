"""Self-Instruct: tasks with their instances, as in its seed tasks and its user-oriented evaluation set.

Each instance becomes an example; instances of one task never stand in two splits. https://arxiv.org/abs/2212.10560
"""

from collections.abc import Iterator
from typing import Any

from bench.data import values
from bench.data.example import Dropped, Example
from bench.data.formats import alpaca
from bench.data.lines import Record
from bench.data.reading import describe
from bench.data.source import Source


def matches(source: Source) -> bool:
    return {"instruction", "instances"} <= set(source.columns) and not alpaca.matches(source)


def read(source: Source) -> Iterator[Example | Dropped]:
    """Each instance as an example; a task without instances as a drop."""
    for number, record in enumerate(source.records(), start=1):
        found = instances(source, record)
        if not found:
            yield Dropped(record.where, "no instances, so there is no answer")
        task = values.text(source, record, "id", f"{source.path.stem}-{number:05d}")
        for index, instance in enumerate(found, start=1):
            where = record.where if len(found) == 1 else f"{record.where} (instance {index})"
            yield Example(
                id=task if index == 1 else f"{task}-{index}",
                instruction=values.text(source, record, "instruction"),
                input=values.text(source, Record(where, instance), "input", ""),
                responses=(values.text(source, Record(where, instance), "output"),),
                category=category(source, record),
                source=task,
                where=where,
            )


def instances(source: Source, record: Record) -> list[Any]:
    found = values.row(source, record).get("instances")
    if not isinstance(found, list):
        raise source.refuse(record.where, f"'instances' is {describe(found)}; expected a list of {{input, output}}")
    return found


def category(source: Source, record: Record) -> str:
    """What the seed tasks say of themselves, or the product that the user-oriented ones are about."""
    classification = record.value.get("is_classification")
    if classification is None:
        return values.text(source, record, "motivation_app", "")
    if not isinstance(classification, bool):
        problem = f"'is_classification' is {describe(classification)}; expected true or false"
        raise source.refuse(record.where, problem)
    return "classification" if classification else "generation"
