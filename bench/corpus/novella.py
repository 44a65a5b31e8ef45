"""Builds the `novella` dataset: seven kinds of questions about the passages of an invented book (S0.2, S1.23).

The book is open: each row gives the few sentences that answer its question, so that what is measured is reading, not
remembering. A chapter stands in one split only; to ask without the passage would need the very sentences in training
that the leak check (docs/decisions/0003) keeps out of it.
"""

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import NamedTuple

from bench.corpus.task import contains, sentences
from bench.corpus.world import FOLDER, table
from bench.data.gutenberg import chapters, clean
from bench.sentences import sentences as split_sentences

LONGEST = 46
"""Words of a passage up to which neighbouring sentences are added to the one that answers."""
SHORTEST = 5
"""Words up to which a sentence is no neighbour."""
SEED = 23
# The last chapters are held back: nothing that they tell, and few of their places, objects and calls, is ever trained.
SPLITS = {"train": range(1, 13), "validation": range(13, 15), "test": range(15, 17)}
ROWS = {"train": 3, "validation": 2, "test": 1}
"""Rows per fact at most, each with a wording and a passage of its own."""


class Kind(NamedTuple):
    """One of the seven instruction types; questions are format strings over subject, or over `one` and `other`."""

    category: str
    questions: tuple[str, ...]


KINDS = {
    "characters": Kind("Character Analysis", (
        "Describe the character {subject} and their role in the story.",
        "Who is {subject}?",
        "What do we learn about the character {subject}?",
    )),
    "plots": Kind("Plot Explanation", (
        "Explain {subject}.",
        "In one sentence, explain {subject}.",
        "Tell {subject}.",
    )),
    "spells": Kind("Spell Information", (
        "What is the spell {subject} and what does it do?",
        "What does the call {subject} do?",
        "Explain the spell {subject}.",
    )),
    "places": Kind("Location Description", (
        "Describe the place {subject}.",
        "What kind of place is {subject}?",
        "What is told about the place {subject}?",
    )),
    "objects": Kind("Magical Object Details", (
        "What is special about {subject}?",
        "Describe the object {subject} and its use.",
        "What do we learn about the object {subject}?",
    )),
    "dates": Kind("Timeline Questions", (
        "When was {subject}?",
        "Give the date of {subject}.",
        "At what time was {subject}?",
    )),
    "relations": Kind("Relationship Analysis", (
        "What is the relationship between {one} and {other}?",
        "How are {one} and {other} connected?",
        "What are {one} and {other} to each other?",
    )),
}  # fmt: skip


class Fact(NamedTuple):
    """Something that the novella tells in so many words."""

    chapter: int
    kind: Kind
    subject: str
    evidence: str
    """The sentence or sentences that tell it, as they stand in the book."""
    response: str
    keys: list[str]
    """Words that a right answer holds."""
    asked: str = ""
    """A question of its own in place of those of its kind."""


def build() -> list[dict]:
    """All rows, numbered, mixed inside their split; the same list on every call."""
    rows: list[dict] = []
    for split, numbers in SPLITS.items():
        part = [row for fact in facts() if fact.chapter in numbers for row in _rows(fact, split)]
        Random(f"{split}-{SEED}").shuffle(part)
        rows += part
    return [{"id": f"novella-{number:04}"} | row for number, row in enumerate(rows, start=1)]


def facts() -> Iterator[Fact]:
    for chapter in table("novella")["chapters"]:
        for name, kind in KINDS.items():
            for entry in chapter.get(name, ()):
                yield Fact(chapter["number"], kind, *entry)


@cache
def paragraphs(chapter: int) -> tuple[str, ...]:
    """The paragraphs of a chapter of the novella, each on one line."""
    book = chapters(clean((FOLDER / "novella.txt").read_text(encoding="utf-8")).text)
    return tuple(" ".join(text.split()) for text in book[chapter - 1].text.split("\n\n"))


def passages(fact: Fact) -> tuple[str, ...]:
    """The evidence with the sentence behind it, the one before it, and both, as far as they fit; then it alone.

    Alone it comes only where the answer is shorter: a passage that is its own answer teaches to repeat the input.
    """
    paragraph = next(text for text in paragraphs(fact.chapter) if fact.evidence in text)
    before, _, after = paragraph.partition(fact.evidence)
    ahead, behind = (_telling(part) for part in (split_sentences(before)[-1:], split_sentences(after)[:1]))
    wider = ([fact.evidence, *behind], [*ahead, fact.evidence], [*ahead, fact.evidence, *behind])
    found = [" ".join(parts) for parts in wider if len(parts) > 1 and _fits(" ".join(parts))]
    alone = [] if found and fact.response == fact.evidence else [fact.evidence]
    return tuple(dict.fromkeys(found + alone))


def _telling(neighbour: list[str]) -> list[str]:
    """Without a sentence so short ("He stayed.") that the passage would be a near-copy of the one without it."""
    return [sentence for sentence in neighbour if len(sentence.split()) > SHORTEST]


def _fits(passage: str) -> bool:
    """Short enough, and no direct speech is cut in two."""
    return len(passage.split()) <= LONGEST and passage.count('"') % 2 == 0


def _rows(fact: Fact, split: str) -> Iterator[dict]:
    wordings = [fact.asked] if fact.asked else fact.kind.questions[: ROWS[split]]
    for question, passage in zip(wordings, passages(fact), strict=False):
        yield _row(fact, split, question, passage)


def _row(fact: Fact, split: str, question: str, passage: str) -> dict:
    one, _, other = fact.subject.partition(" and ")
    return {
        "split": split,
        "instruction": question.format(subject=fact.subject, one=one, other=other),
        "input": passage,
        "response": fact.response,
        "category": fact.kind.category,
        "difficulty": _difficulty(fact),
        "source": f"chapter-{fact.chapter:02}",
        "expect": "answer",
        "kind": "plain",
        "checks": [contains(*fact.keys), sentences()],
        "evidence": fact.evidence,
    }


def _difficulty(fact: Fact) -> str:
    """easy: the answer is a piece of the passage; medium: it puts one together; hard: it explains."""
    if fact.kind is KINDS["plots"]:
        return "hard"
    return "easy" if fact.response.rstrip(".") in fact.evidence else "medium"
