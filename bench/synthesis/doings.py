"""What characters do and say, as short questions name it: "Who took the blue tin?", "Who said "We ask it"?".

A name that has to be read off a passage is the smallest answer that shows whether it was read; Hermann et al. (2015,
arXiv 1506.03340) ask for names by rule for that reason.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bench.metrics._facts import FUNCTION_WORDS
from bench.synthesis.clauses import BEFORE_SUBJECT, NAME, Clause, clauses, is_verb, opens
from bench.synthesis.naming import Found
from bench.synthesis.rows import Passage

NAMED = re.compile(rf"\b{NAME}(?= )")
PAUSE = re.compile(r"[,;:.!?]| (?:but|that|which|who|because|when|while|so|as|until|for|if) ")
AND = re.compile(r",? and ")
QUOTED = re.compile(r'["“]([^"”]+)')
STOP = re.compile(r"[.!?;:]")
SHORTEST, LONGEST = 2, 9
"""Words of what somebody does or says in a question."""


class Doing(NamedTuple):
    """Who does it, and what, from the verb on."""

    name: str
    deed: str


def doings(clause: Clause) -> Iterator[Doing]:
    """What the subject of a clause does: "Ivan sailed the ferry and drove a sledge" tells two deeds of his."""
    for found in () if clause.spoken else NAMED.finditer(clause.text[:BEFORE_SUBJECT]):
        rest, before = clause.text[found.end() + 1 :], clause.text[: found.start()]
        if (not before or opens(before)) and begins_with_verb(rest):
            yield from (Doing(found[0], deed) for deed in deeds_in(rest))
            return


def deeds_in(predicate: str) -> Iterator[str]:
    """Up to an "and" that brings another subject ("and her grandmother told her"), or a clause inside ("that he")."""
    for part in AND.split(predicate):
        if not begins_with_verb(part):
            return
        yield from short(PAUSE.split(part)[0])
        if PAUSE.search(part):
            return


def begins_with_verb(text: str) -> bool:
    return is_verb(text.split(" ", 1)[0].strip(",.;:"))


def sayings_in(clause: Clause) -> Iterator[str]:
    """How the words begin that a sentence quotes, where the paragraph names their speaker."""
    for quoted in QUOTED.findall(clause.text)[:1] if clause.speaker else ():
        yield from short(STOP.split(quoted)[0])


def short(text: str) -> Iterator[str]:
    """The first words; where more follow, the last of them does not wait for these ("drove a")."""
    every = text.split()
    words = every[:LONGEST]
    while words and len(words) < len(every) and words[-1].lower() in FUNCTION_WORDS:
        words.pop()
    if len(words) >= SHORTEST:
        yield " ".join(words).rstrip(",")


def deeds(passages: Sequence[Passage], people: Sequence[Found]) -> list[Found]:
    names = names_of(people)
    found = (doing for clause in clauses_of(passages) for doing in doings(clause))
    return told_once(doing.deed for doing in found if doing.name in names)


def sayings(passages: Sequence[Passage], people: Sequence[Found]) -> list[Found]:
    names = names_of(people)
    return told_once(said for clause in clauses_of(passages) if clause.speaker in names for said in sayings_in(clause))


def clauses_of(passages: Sequence[Passage]) -> Iterator[Clause]:
    return (clause for passage in passages for clause in clauses(passage.text))


def names_of(people: Sequence[Found]) -> set[str]:
    return {alias for each in people for alias in each.aliases}


def told_once(found: Iterator[str]) -> list[Found]:
    """Where two "knew it", the question who did would have two answers."""
    return [Found(text, (text,)) for text, number in Counter(found).items() if number == 1]
