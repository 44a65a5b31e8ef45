"""Who writes instructions and answers: a file here is a teacher, named by its stem (`rules`, `openai:MODEL`).

A file has `open_teacher(argument) -> Teacher`; the argument is what follows the colon. What a teacher says is text
from outside: it is stored and checked, never executed, formatted or used as a path.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from bench.errors import UserError, nearest
from bench.synthesis.rows import Instruction, Passage


class Usage(NamedTuple):
    """Tokens that a teacher was paid for, so far."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    requests: int = 0


@dataclass(frozen=True)
class Answer:
    """An answer made from the passages alone."""

    text: str
    evidence: str
    """Sentences of one passage, word for word."""
    passage_id: str


@dataclass(frozen=True)
class Refused:
    """No answer; the reason is kept with the dropped item."""

    reason: str


@runtime_checkable
class Teacher(Protocol):
    """What the stages ask of a teacher. It may be called from several threads at once."""

    name: str
    """As the user gave it: "rules", "openai:MODEL"; stored with every pair."""

    @property
    def usage(self) -> Usage:
        """Of all calls so far."""
        ...

    def instructions(self, topic: str, passages: Sequence[Passage], count: int) -> list[str]:
        """Up to `count` new instructions about a topic that these passages can answer; fewer where it has no more."""
        ...

    def answer(self, instruction: Instruction, passages: Sequence[Passage]) -> Answer | Refused:
        """The answer out of the passages, best match first. Raises UserError when no further call makes sense."""
        ...


def kinds() -> list[str]:
    """Names of the teachers' files."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))


def open_teacher(name: str) -> Teacher:
    """The teacher of this name. Raises UserError, with the nearest name, when there is none."""
    kind, _, argument = name.partition(":")
    if kind not in kinds():
        raise UserError(f"unknown teacher {name!r}.{nearest(kind, kinds())}")
    teacher: Teacher = import_module(f"bench.synthesis.teachers.{kind}").open_teacher(argument)
    return teacher
