"""What one kind of instruction is: how subjects are drawn, asked about, answered and checked."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

Subject = dict[str, Any]
Check = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """One kind of instruction; the texts are format strings over the fields of a subject."""

    name: str
    """Short name, such as "capital"."""
    category: str
    """One of the five categories of the everyday dataset."""
    difficulty: str
    """easy, medium or hard."""
    rows: int
    """How many rows of the dataset are of this kind, over all splits."""
    draw: Callable[[Random], Subject]
    """Draws one subject."""
    source: str
    """Names the subject; rows of one source never stand in two splits."""
    asks: tuple[str, ...]
    """Wordings of the instruction; the first is the lecture's."""
    answers: tuple[str, ...]
    """Wordings of the right response."""
    topics: tuple[str, ...] = ()
    """Noun phrases for what is asked, used in pretraining text."""
    checks: Callable[[Subject], list[Check]] = lambda subject: []
    """The constraints that a right response meets."""
    statements: tuple[str, ...] = ()
    """Further true sentences for pretraining text."""
    input: str = ""
    """The text that the instruction is about, if any."""
    kind: str = "plain"
    """plain, refuse or lookalike."""
    response: str = ""
    """The dataset's own wording of the response, where it is none of `answers`."""
    share: int = 0
    """How often it stands in pretraining text, in rows of the dataset; 0 is as often as it has rows."""
    block: bool = False
    """True if a response stands on lines of its own, like code."""

    def ask(self, rng: Random, subject: Subject) -> str:
        return rng.choice(self.asks).format(**subject)

    def answer(self, rng: Random, subject: Subject) -> str:
        return rng.choice(self.answers).format(**subject)

    def respond(self, rng: Random, subject: Subject) -> str:
        return self.response.format(**subject) if self.response else self.answer(rng, subject)

    def text(self, subject: Subject) -> str:
        return self.input.format(**subject)

    def source_of(self, subject: Subject) -> str:
        return self.source.format(**subject)


def contains(*words: str, any_of: tuple[str, ...] = ()) -> Check:
    """The answer holds all `words`, and one of `any_of` where given."""
    check: Check = {"kind": "contains"}
    return check | ({"all": list(words)} if words else {}) | ({"any": list(any_of)} if any_of else {})


def sentences(low: int = 1, high: int = 1) -> Check:
    return {"kind": "sentences", "min": low, "max": high}


def lines(low: int = 1, high: int = 1) -> Check:
    return {"kind": "lines", "min": low, "max": high}


def words(low: int, high: int) -> Check:
    return {"kind": "words", "min": low, "max": high}


def equals(value: str) -> Check:
    return {"kind": "equals", "value": value}


def number(value: int | float) -> Check:
    return {"kind": "number", "value": value}
