"""The offline teacher: picks the clause that answers, word for word, or refuses. The same passages, the same answer.

It needs no model and no key, invents nothing, and gives no answer where no clause has the form of one.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bench.errors import UserError
from bench.synthesis.clauses import Clause, clauses, spellings_of
from bench.synthesis.doings import doings
from bench.synthesis.forms import Pattern, Slots, clear, tidy
from bench.synthesis.patterns import pattern_of
from bench.synthesis.rows import Instruction, Passage
from bench.synthesis.teachers import Answer, Refused, Usage

LEAST = 2.0
"""Score below which a clause is no answer."""


class Found(NamedTuple):
    """A clause that may answer."""

    score: float
    clause: Clause
    passage: Passage


class RuleTeacher:
    """Extractive and deterministic; it has no state."""

    name = "rules"

    @property
    def usage(self) -> Usage:
        return Usage()

    def instructions(self, topic: str, passages: Sequence[Passage], count: int) -> list[str]:
        """None: the rule teacher asks by templates (bench/synthesis/templates.py)."""
        return []

    def answer(self, instruction: Instruction, passages: Sequence[Passage]) -> Answer | Refused:
        """The best clause of all passages; of equal ones the first in the text."""
        pattern = pattern_of(instruction.text, instruction.slots)
        found = max(answers(instruction, passages, pattern), key=lambda one: one.score, default=None)
        if found is None or found.score < LEAST:
            return Refused(f"no sentence of {len(passages)} passages answers it ({pattern.__name__})")
        return answer_of(found, instruction.slots)


def answer_of(found: Found, slots: Slots) -> Answer:
    """The clause itself; a name where the question asks who did or said something."""
    clause, passage = found.clause, found.passage
    if "deed" in slots:
        name = next(doing.name for doing in doings(clause) if doing.deed == slots["deed"])
        return Answer(f"It was {name}.", clause.sentence, passage.id)
    if "saying" in slots:
        paragraph = passage.text.split("\n\n")[clause.paragraph]
        named = clause.sentence if clause.speaker in clause.sentence else paragraph
        return Answer(f"It was {clause.speaker}.", named, passage.id)
    return Answer(clause.text, clause.sentence, passage.id)


def answers(instruction: Instruction, passages: Sequence[Passage], pattern: Pattern) -> Iterator[Found]:
    """Clauses that have the form of an answer, in the order of the text."""
    named = [spellings_of(name) for slot, name in instruction.slots.items() if slot not in ("chapter", "occasion")]
    for passage in sorted(passages, key=lambda one: (one.source, one.chapter, one.start, one.id)):
        for clause in clauses(passage.text):
            if not all(any(name in clause.text or name == clause.speaker for name in names) for names in named):
                continue
            score = pattern(clause, instruction.slots)
            if score and (clause.spoken or clear(clause)):
                yield Found(score + tidy(clause), clause, passage)


def open_teacher(argument: str) -> RuleTeacher:
    """Raises UserError for an argument, as there is nothing to choose."""
    if argument:
        raise UserError(f"the teacher 'rules' takes no argument, but {argument!r} was given")
    return RuleTeacher()
