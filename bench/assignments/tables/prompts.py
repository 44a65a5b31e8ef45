"""The lecture's own prompts: what it says base and tuned model answer, and what the models of this run answered."""

import re
from typing import Literal

from pydantic import Field

from bench.assignments.evidence.need import Strict
from bench.assignments.submission import Submission
from bench.assignments.tables.table import Cell, Table
from bench.case import short_name
from bench.record import Output, RunRecord
from bench.report.groups import BASE

LONGEST = 400
"""Characters of an answer in the table; the report has them all."""
ROWS = 6
"""Models shown for one prompt."""


class Asked(Strict):
    """One prompt with the lecture's answers, which are told in few words, not quoted at length."""

    instruction: str = Field(min_length=1)
    base: str = ""
    tuned: str = ""


class Wanted(Strict):
    kind: Literal["prompts"]
    title: str = "Behavioural comparison"
    prompts: tuple[Asked, ...] = Field(min_length=1)


def fill(wanted: Wanted, submission: Submission) -> list[Table]:
    return [of_prompt(wanted, asked, submission) for asked in wanted.prompts]


def of_prompt(wanted: Wanted, asked: Asked, submission: Submission) -> Table:
    title = f"{wanted.title}: “{asked.instruction}”"
    found = [(record, said) for record in submission.records if (said := answer(submission, record, asked))]
    rows = [row(asked, record, said) for record, said in base_first(found)[:ROWS]]
    why = "" if rows else "no model of this run was asked this (suites base_vs_instruct and lecture_prompts ask it)"
    return Table(title, ("Model", "Lecture", "This run"), tuple(rows), why=why)


def answer(submission: Submission, record: RunRecord, asked: Asked) -> Output | None:
    wanted = bare(asked.instruction)
    said = submission.outputs(record)
    return next((output for output in said if not output.input and bare(output.instruction) == wanted), None)


def bare(text: str) -> str:
    """Words and signs without case and closing marks, so that "What is 2+2?" is "what is 2 + 2"."""
    return re.sub(r"[\s'\"“”‘’]+", "", text.casefold()).rstrip(".?!")


def base_first(found: list[tuple[RunRecord, Output]]) -> list[tuple[RunRecord, Output]]:
    """One row for a method, its first record; base in front."""
    first = {record.case.method: (record, said) for record, said in reversed(found)}
    ordered = list(reversed(list(first.values())))
    return sorted(ordered, key=lambda pair: pair[0].case.method != BASE)


def row(asked: Asked, record: RunRecord, said: Output) -> tuple[Cell, ...]:
    told = asked.base if record.case.method == BASE else asked.tuned
    text = said.text if len(said.text) <= LONGEST else said.text[: LONGEST - 1] + "…"
    detail = ", ".join(part for part in (judged(record, said), stopped(said)) if part)
    return (
        Cell(record.case.method, short_name(record.case.model)),
        Cell(told),
        Cell(text or "(nothing)", detail, "", True),
    )


def judged(record: RunRecord, said: Output) -> str:
    """What instruction following says of it, where that was measured."""
    score = record.scores.get("instruction_following")
    value = score.per_example.get(said.example_id) if score else None
    return "" if value is None else "followed" if value == 1 else "not followed"


def stopped(said: Output) -> str:
    return "" if said.finished else "did not stop by itself"
