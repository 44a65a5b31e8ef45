"""Gradescope's results.json, as its documentation has it (github.com/gradescope/autograder_samples, docs/specs.md).

Used keys: `tests` (name, score, max_score, number, output, tags), `output`, `visibility`, `extra_data`, `leaderboard`
(name, value). A bonus has no `max_score`, which is optional there, so that it adds points and not to the maximum.
"""

from typing import Any

from bench.assignments.filling import Filled, Tick
from bench.assignments.numbers import best_number
from bench.report.escaping import show_hidden


def results(filled: Filled, warnings: list[str]) -> dict[str, Any]:
    """The whole file for one submission; warnings stay with the instructor, in `extra_data`."""
    made: dict[str, Any] = {
        "output": f"{filled.summary}.",
        "visibility": "after_published",
        "tests": [test(tick, number) for number, tick in enumerate(filled.ticks, start=1)],
        "extra_data": {"submission": filled.name, "author": filled.author, "warnings": warnings},
    }
    if number := best_number(filled):
        made["leaderboard"] = [{"name": number[0], "value": round(number[1], 6)}]
    return made


def test(tick: Tick, number: int) -> dict[str, Any]:
    deliverable = tick.deliverable
    made: dict[str, Any] = {
        "name": deliverable.title,
        "number": str(number),
        "score": tick.points,
        "output": show_hidden("\n".join(lines(tick))),
        "tags": [deliverable.id, *(["bonus"] if deliverable.bonus else [])],
    }
    return made if deliverable.bonus else made | {"max_score": deliverable.points}


def lines(tick: Tick) -> list[str]:
    found = [f"{'shown' if each.met else 'not shown'}: {each.said}" for each in tick.found]
    return found + ([f"to get it: {tick.deliverable.how}"] if tick.deliverable.how and not tick.met else [])
