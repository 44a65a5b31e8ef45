"""What an output does: answer, refuse, or go on as a base model does; by rules, without a judge.

Definitions 5.2 and 5.3. The order of the labels is empty, mimic, degenerate, partial or refusal, answer,
other: a loop of questions is mimicry, and what runs on after an answer is a failure to stop, not mimicry.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from bench import checks, refusals
from bench.gibberish import is_gibberish
from bench.halves import in_halves
from bench.instructions import Inventory, asked, before_new_task, self_prompts
from bench.record import Output

__all__ = [
    "LABELS",
    "Inventory",
    "answer_of",
    "attempts",
    "behaviour",
    "echo",
    "of_each",
    "read",
    "repetition",
    "self_prompts",
]

LABELS = ("answer", "partial", "refusal", "mimic", "empty", "degenerate", "other")
ECHO, REPETITION = 0.5, 0.5

# Chinese, Japanese, Thai and their neighbours set no spaces between words: there a character counts as one.
SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{SPACELESS}]|[^\W{SPACELESS}]+")
# What is no word character of ASCII as a space: splitting takes a third of the time of a search for words.
SPACED = "".join(chr(point) if re.match(r"\w", chr(point)) else " " for point in range(128))
STUTTER = re.compile(r"(\S{1,8}?)\1{9,}")
LONGEST_WORD = 30
"""Characters beyond which a word may be a loop of letters."""

R = TypeVar("R")
Fourgram = tuple[str, str, str, str]


@dataclass(frozen=True)
class Reading:
    """What the rules see in one output."""

    label: str
    """One of LABELS."""
    runs_on: bool
    """Sets a new task, before or after an answer."""


def final_of(output: Output) -> str:
    """The answer to be compared with a reference: what the template parsed, without outer white space, or all text."""
    return ((output.text if output.answer is None else output.answer) or "").strip()


def answer_of(output: Output) -> str:
    """The text that is judged: as generated, stripped, not cut at stop strings."""
    return (output.text or "").strip()


def behaviour(output: Output, inventory: Inventory) -> str:
    """One of LABELS. "other" is a statement that misses the item's declared content, or no words at all."""
    return read(output, inventory).label


def of_each(find: Callable[[Output, Inventory], R], outputs: Sequence[Output], inventory: Inventory) -> list[R]:
    """`find(output, inventory)` for all of them, which are read at once."""

    def found(some: Sequence[Output]) -> list[R]:
        having_read = inventory.having_read(some)
        return [find(output, having_read) for output in some]

    return in_halves(found, outputs)


def attempts(output: Output, inventory: Inventory) -> bool:
    """Answers in form, right or wrong: what `behaviour` would call "answer" were there no content checks."""
    return read(output, inventory, judged=False).label == "answer"


def read(output: Output, inventory: Inventory, judged: bool = True) -> Reading:
    """Label and run-on at once, which cost the same search for a new task; unless `judged`, without content checks."""
    text = answer_of(output)
    said = before_new_task(text, inventory.facing(output)) if text else ""
    runs_on = len(said) < len(text)
    return Reading(label(output, text, said, runs_on, judged, inventory.said.get(said)), runs_on)


def label(output: Output, text: str, said: str, runs_on: bool, judged: bool, read: Sequence[str] | None = None) -> str:
    if not text:
        return "empty"
    declined, answers = refusal_in(said, output, read), is_answer(output, said, runs_on, judged)
    if not (declined or answers) and (runs_on or is_echo(asked(output), text)):
        return "mimic"
    if loops(said) or (not (answers or declined) and is_gibberish(said)):
        return "degenerate"
    return declined or ("answer" if answers else "other")


def refusal_in(said: str, output: Output, read: Sequence[str] | None = None) -> str:
    """ "refusal", "partial", or "" for neither."""
    found = refusals.label(said, asked(output), read) if said else "answer"
    return "" if found == "answer" else found


def is_answer(output: Output, said: str, runs_on: bool = False, judged: bool = True) -> bool:
    """Says something, and passes the declared content checks, if there are any and it is `judged` by them.

    Without checks it must be language, and not the input handed back before the next task.
    """
    content = [check for check in output.checks if checks.part(check) == "content"] if judged else []
    if not any(c.isalnum() for c in said):
        return False
    if content:
        return all(checks.passes(check, said) for check in content)
    handed_back = runs_on and checks.normalise(said) == checks.normalise(output.input or "")
    return not handed_back and not is_gibberish(said)


@lru_cache(maxsize=16)
def tokens(text: str) -> tuple[str, ...]:
    """Words in lower case; the characters where there is no word, so that "!!!!" is a repetition.

    Kept, because several rules ask for those of the same text and of its prompt.
    """
    words = text.lower().translate(SPACED).split() if text.isascii() else WORD.findall(text.lower())
    return tuple(words or [c for c in text if not c.isspace()])


def fourgrams(text: str) -> list[Fourgram]:
    words = tokens(text)
    return list(zip(words, words[1:], words[2:], words[3:], strict=False))


def echo(prompt: str, text: str) -> float:
    """Share of the text's word 4-grams that stand in the prompt; 0 for fewer than four words."""
    return copied(fourgrams(text), prompt)


def copied(own: Sequence[Fourgram], prompt: str) -> float:
    different = set(own)
    return len(different.intersection(fourgrams(prompt))) / len(different) if different else 0.0


def is_echo(prompt: str, text: str) -> bool:
    """Echo >= 0.5 and no word of its own: "The sum of 3 and 4 is 8" restates the question, but answers."""
    return set(tokens(text)) <= set(tokens(prompt)) and echo(prompt, text) >= ECHO


def repetition(text: str) -> float:
    """rep-4 = 1 - distinct word 4-grams / all; 0 for fewer than four words."""
    return repeated(fourgrams(text))


def repeated(own: Sequence[Fourgram]) -> float:
    return 1 - len(set(own)) / len(own) if own else 0.0


def loops(text: str) -> bool:
    """More than half of it is repetition: of word 4-grams, or of a few letters in words without end ("hahaha...")."""
    words = tokens(text)
    # Every different word but the last three begins a different 4-gram, which spares most texts the counting.
    may_repeat = 2 * (len(set(words)) - 3) < len(words) - 3
    return (may_repeat and repetition(text) > REPETITION) or stuttered(text) * 2 > len(text)


def stuttered(text: str) -> int:
    """Characters in stretches over 30 that repeat up to eight characters, letters or digits among them."""
    if max(map(len, text.split()), default=0) <= LONGEST_WORD:
        return 0
    stretches = [stretch.group() for stretch in STUTTER.finditer(text)]
    return sum(len(s) for s in stretches if len(s) > LONGEST_WORD and any(c.isalnum() for c in s[:8]))
