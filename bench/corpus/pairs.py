"""Text-to-text tasks that an encoder-decoder model is pretrained on, none of which sums up a dialogue.

After T5 and FLAN (arXiv 1910.10683, 2210.11416): hidden spans of plain text, and tasks put as instructions. Most
of them ask for a piece of what was read, because copying is what so small a model has to learn.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from random import Random
from string import ascii_lowercase

from bench.corpus import dialogues, privacy, questions, snippets, summaries
from bench.corpus.documents import KINDS
from bench.corpus.echoes import any_word
from bench.corpus.world import people, table

Pair = tuple[str, str]
"""What the encoder reads and what the decoder should write; "" for a document in which spans will be hidden."""

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
READ = (summaries.STORY, summaries.TOPIC, privacy.BELONGING, questions.WORKPLACE, questions.WORK)
SLOTS = {
    "n": "Who is called by name?",
    "m": "Who is spoken of?",
    "place": "Which place is named?",
    "thing": "Which thing is named?",
    "day": "Which day is named?",
    "time": "Which time is named?",
    "city": "Which city is named?",
    "food": "Which food is named?",
    "drink": "Which drink is named?",
    "price": "Which price is named?",
    "subject": "Which subject is named?",
    "pet": "Which animal is named?",
    "hobby": "What is played?",
    "fault": "What is the fault?",
}
"""Slot of a dialogue -> how to ask for it."""


def pairs(seed: int, count: int, mix: Mapping[str, float], tasks: Mapping[str, float]) -> Iterator[Pair]:
    """`count` documents and tasks in the proportions of `mix` and `tasks`; the same for the same arguments."""
    rng = Random(seed)
    kinds: list[Callable[[Random], str | Pair]] = [*(KINDS[name] for name in mix), *(TASKS[name] for name in tasks)]
    weights = [*mix.values(), *tasks.values()]
    for _ in range(count):
        (kind,) = rng.choices(kinds, weights)
        made = kind(rng)
        yield (made, "") if isinstance(made, str) else made


def repeated(rng: Random) -> Pair:
    """One line of several, or all of a short text, again."""
    lines = _lines(rng)
    at = rng.randrange(len(lines))
    if rng.random() < 0.2:
        short = "\n".join(lines[:2])
        return f"Repeat the text.\n\n{short}", short
    which = "last" if at == len(lines) - 1 and rng.random() < 0.5 else ORDINALS[at]
    return _asked(f"Repeat the {which} line.", lines), lines[at]


def copied(rng: Random) -> Pair:
    """Any words, again: the quickest way to learn that what was read can be written."""
    words = (rng.choice((", ", " ", "\n"))).join(any_word(rng) for _ in range(rng.randint(3, 10)))
    return f"Repeat the words.\n\n{words}", words


def marked(rng: Random) -> Pair:
    """Words behind letters, all of them again or one: a letter tells the decoder where to go on reading."""
    letters = rng.sample(ascii_lowercase, rng.randint(3, 8))
    lines = [f"{letter} {any_word(rng)}" for letter in letters]
    if rng.random() < 0.5:
        return _asked("Repeat the words.", lines), "\n".join(lines)
    at = rng.randrange(len(lines))
    return _asked(f"Which word is {letters[at]}?", lines), lines[at]


def followed(rng: Random) -> Pair:
    """The line behind one that is quoted, or the line with a certain word."""
    lines = _lines(rng)
    at = rng.randrange(len(lines) - 1)
    if rng.random() < 0.5:
        return _asked(f"Which line follows '{lines[at]}'?", lines), lines[at + 1]
    word = rng.choice(lines[at].split()).strip(".,?!:")
    only = [line for line in lines if word in line]
    return _asked(f"Repeat a line with '{word}'.", lines), only[0]


def looked_up(rng: Random) -> Pair:
    """Who has what."""
    names = [name for name, _ in rng.sample(people(), rng.randint(2, 5))]
    things = rng.sample(snippets.nouns(), len(names))
    verb = rng.choice(("has", "sees", "wants", "likes"))
    lines = [f"{name} {verb} the {thing}." for name, thing in zip(names, things, strict=True)]
    at = rng.randrange(len(names))
    bare = {"has": "have", "sees": "see", "wants": "want", "likes": "like"}[verb]
    if rng.random() < 0.5:
        return _asked(f"What does {names[at]} {bare}?", lines), f"{names[at]} {verb} the {things[at]}."
    return _asked(f"Who {verb} the {things[at]}?", lines), f"{names[at]} {verb} the {things[at]}."


def spoken(rng: Random) -> Pair:
    """Who says something, or what somebody says."""
    turns = dialogues.unseen(rng)["turns"]
    talked = _talked(turns)
    at = rng.randrange(len(turns))
    person = f"#Person{at % 2 + 1}#"
    if rng.random() < 0.5:
        return f"Who says '{turns[at]}'?\n\n{talked}", f"{person} says it."
    own = turns[at % 2 :: 2]
    first = rng.random() < 0.5
    return f"What does {person} say {'first' if first else 'last'}?\n\n{talked}", own[0 if first else -1]


def continued(rng: Random) -> Pair:
    """The last turn of a dialogue, or its first one."""
    lines = _talked(dialogues.unseen(rng)["turns"]).split("\n")
    if rng.random() < 0.7:
        return _asked("Continue the dialogue.", lines[:-1]), lines[-1]
    return _asked("How may the dialogue begin?", lines[1:]), lines[0]


def named(rng: Random) -> Pair:
    """A name, a place, a thing that is said in a dialogue."""
    drawn = dialogues.unseen(rng)
    talked, fields = _talked(drawn["turns"]), drawn["fields"]
    told = [slot for slot in SLOTS if re.search(rf"\b{fields[slot]}\b", talked)]
    slot = rng.choice(told) if told else "n"
    return f"{SLOTS[slot]}\n\n{talked}", f"It is {fields[slot]}." if told else "Nobody is."


def read(rng: Random) -> Pair:
    """A question about a short text, or what happens in it."""
    task = rng.choice(READ)
    subject = task.draw(rng)
    return f"{task.ask(rng, subject)}\n\n{task.text(subject)}", task.respond(rng, subject)


TASKS: dict[str, Callable[[Random], Pair]] = {
    task.__name__: task for task in (copied, marked, repeated, followed, looked_up, spoken, continued, named, read)
}


def _asked(instruction: str, lines: list[str]) -> str:
    return "\n".join((f"{instruction}\n", *lines))


def _talked(turns: list[str]) -> str:
    return "\n".join(f"#Person{number % 2 + 1}#: {turn}" for number, turn in enumerate(turns))


def _lines(rng: Random) -> list[str]:
    """Three to eight lines of talk, of a story, or of any words."""
    kind = rng.random()
    if kind < 0.4:
        return _talked(dialogues.unseen(rng)["turns"]).split("\n")
    if kind < 0.6:
        told = summaries.STORY.draw(rng)["text"].replace(". ", ".\n").split("\n")
        return [*told, rng.choice(table("stories")["after"])]
    return [" ".join(any_word(rng) for _ in range(rng.randint(1, 4))) for _ in range(rng.randint(3, 6))]
