"""Instructions without end: those that are there, then what a teacher proposes, so that a run can reach its target."""

from collections.abc import Iterator
from pathlib import Path

from bench.synthesis.instruct import PER_CALL, by_teacher
from bench.synthesis.rows import INSTRUCTIONS, Instruction, Passage, appending
from bench.synthesis.teachers import Teacher
from bench.synthesis.teachers._asking import Unanswered

BARREN = 5
"""Rounds in a row without a new instruction after which a teacher has no more."""


def going_on(
    folder: Path, teacher: Teacher, known: list[Instruction], passages: list[Passage]
) -> Iterator[Instruction]:
    """`known`, then new ones about the same types, stored as they come, until the teacher has nothing new.

    Raises UserError when the endpoint is dead or the budget spent.
    """
    yield from list(known)
    if teacher.name == "rules" or not known:
        return
    topics = list(dict.fromkeys(one.type for one in known))
    barren, seed = 0, len(known)
    with appending(folder / INSTRUCTIONS) as append:
        while barren < BARREN:
            new = proposed(teacher, topics[seed % len(topics)], passages, seed, known)
            for one in new:
                append(one)
            known += new
            barren, seed = (0, seed + PER_CALL) if new else (barren + 1, seed + 1)
            yield from new


def proposed(
    teacher: Teacher, topic: str, passages: list[Passage], seed: int, known: list[Instruction]
) -> list[Instruction]:
    """New instructions of one round; none where its request failed."""
    try:
        made = list(by_teacher(teacher, [topic], passages, 1, seed, known))
    except Unanswered:
        return []
    return [one for one in made if isinstance(one, Instruction)]
