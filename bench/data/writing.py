"""Examples as rows of our own JSON Lines, which `bench/data/formats/alpaca.py` reads back to equal examples."""

import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from bench.data.example import Example
from bench.record import write_atomic

ALWAYS = ("id", "instruction", "input")
"""Written also when they are empty."""


def row(example: Example) -> dict[str, Any]:
    """The fields that are not at their default; several responses are a list."""
    answers = list(example.responses)
    values: dict[str, Any] = {"id": example.id, "instruction": example.instruction, "input": example.input}
    values["response"] = answers[0] if len(answers) == 1 else answers
    for each in fields(Example):
        value = getattr(example, each.name)
        if each.name not in (*ALWAYS, "responses", "where") and value != each.default:
            values[each.name] = [list(turn) for turn in value] if each.name == "history" else value
    return values


def write_jsonl(path: Path, examples: Iterable[Example]) -> int:
    """Write the examples, all or none; returns how many."""
    lines = [json.dumps(row(example), ensure_ascii=False, default=dict) + "\n" for example in examples]
    write_atomic(path, "".join(lines))
    return len(lines)
