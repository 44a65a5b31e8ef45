"""Builds the `dialogues` dataset: everyday talk of two people and what it comes to, in DialogSum's form.

After DialogSum (Chen et al. 2021, arXiv 2105.06762): speakers are #Person1# and #Person2#, names stand where they are
said, and a test dialogue has three summaries in different words.
"""

import re
from functools import cache
from random import Random
from typing import Any

from bench.corpus.task import Check, contains, sentences, words
from bench.corpus.world import capitalised, people, table, with_article

INSTRUCTION = "Summarize the following dialogue:"
SPLITS = {"train": 500, "validation": 60, "test": 100}
WORDINGS = (2, 1)
"""How often a training summary is in the first and in the second wording; nobody trains on the third."""
SEED = 16
SLOT = re.compile(r"{(\w+)}")
LISTS = {
    "day": "days", "food": "foods", "drink": "drinks", "chore": "chores", "pain": "pains", "advice": "advice",
    "fault": "faults", "hobby": "hobbies", "pet": "pets",
}  # fmt: skip

Talk = dict[str, Any]
"""The kind, its end, the turns as they are said, and what the slots hold."""


def build() -> list[dict]:
    """All rows, numbered; the same list on every call."""
    taken: set[str] = set()
    rows: list[dict] = []
    for split, count in SPLITS.items():
        rng = Random(f"{split}-{SEED}")
        rows += [_row(rng, drawn, split) for drawn in _distinct(rng, count, taken)]
    return [{"id": f"dialogues-{number:04}"} | row for number, row in enumerate(rows, start=1)]


def talk(rng: Random, kind: dict[str, Any] | None = None) -> Talk:
    """A dialogue of four to eight turns, begun by either person, of a kind of the table."""
    kind = kind or rng.choice(table("dialogues")["kinds"])
    end = rng.choice(kind["ends"])
    opening, closing = (rng.choice(table("dialogues")[part][kind["tone"]]) for part in ("openings", "closings"))
    wordings = kind["turns"] + [end[part] for part in ("reply", "says") if part in end]
    turns = [*opening, *map(rng.choice, wordings), *closing]
    swapped = len(opening) % 2
    fields = _fields(rng) | {"x": f"#Person{1 + swapped}#", "y": f"#Person{2 - swapped}#"}
    return {"kind": kind, "end": end, "turns": [turn.format(**fields) for turn in turns], "fields": fields}


def unseen(rng: Random) -> Talk:
    """A dialogue that is about nothing that a dialogue of the dataset is about."""
    drawn = talk(rng)
    while source(drawn) in _sources():
        drawn = talk(rng)
    return drawn


@cache
def _sources() -> frozenset[str]:
    return frozenset(row["source"] for row in build())


def text(talk: Talk) -> str:
    """The turns as DialogSum writes them."""
    return "\n".join(f"#Person{number % 2 + 1}#: {turn}" for number, turn in enumerate(talk["turns"]))


def summaries(talk: Talk) -> list[str]:
    """What it comes to, in three wordings."""
    return [wording.format(**talk["fields"]) for wording in talk["end"]["summaries"]]


def source(talk: Talk) -> str:
    """Names the kind and what it is about."""
    subject = "-".join(str(talk["fields"][slot]) for slot in talk["end"]["subject"])
    return f"{talk['kind']['name']}:{subject}"


def _distinct(rng: Random, count: int, taken: set[str]) -> list[Talk]:
    """`count` dialogues of all kinds in turn about different things, none of them in `taken`, which grows."""
    kinds = table("dialogues")["kinds"]
    found: list[Talk] = []
    while len(found) < count:
        drawn = talk(rng, kinds[len(found) % len(kinds)])
        if source(drawn) not in taken:
            taken.add(source(drawn))
            found.append(drawn)
    rng.shuffle(found)
    return found


def _fields(rng: Random) -> dict[str, Any]:
    """What every slot may hold; of two like things the second is another one."""
    tables, told = table("dialogues"), table("people")
    (name, _), (other, _) = rng.sample(people(), 2)
    (thing, thing2), (place, place2) = rng.sample(told["things"], 2), rng.sample(told["places"], 2)
    time, time2 = rng.sample(tables["times"], 2)
    job = with_article(rng.choice(told["jobs"])[0])
    return {
        "n": name, "m": other, "thing": thing, "thing2": thing2, "place": place, "place2": place2, "time": time,
        "time2": time2, "a_job": job, "A_job": capitalised(job), "subject": rng.choice(told["subjects"]),
        "city": rng.choice(table("geography")["countries"])[1], "price": rng.randint(2, 60),
        **{slot: rng.choice(tables[listed]) for slot, listed in LISTS.items()},
    }  # fmt: skip


def _row(rng: Random, talk: Talk, split: str) -> dict:
    told = summaries(talk)
    return {
        "split": split,
        "instruction": INSTRUCTION,
        "input": text(talk),
        "response": told if split == "test" else rng.choices(told[: len(WORDINGS)], WORDINGS)[0],
        "category": talk["kind"]["topic"],
        "difficulty": "hard" if talk["fields"]["x"] == "#Person2#" else "medium",
        "source": source(talk),
        "expect": "answer",
        "kind": "plain",
        "checks": _checks(talk),
    }


def _checks(talk: Talk) -> list[Check]:
    """What all wordings name, an answer has to name; one or two sentences will do."""
    named = set.intersection(*(set(SLOT.findall(wording)) for wording in talk["end"]["summaries"])) - {"x", "y"}
    kept = [str(talk["fields"][slot]) for slot in sorted(named)]
    return [contains(*kept), sentences(1, 2), words(4, 25)]
