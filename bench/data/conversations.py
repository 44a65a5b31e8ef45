"""Chats as examples, whoever stored them: one conversation is one example, whose last answer is trained on.

Turns must alternate, as chat templates demand. A turn that does not fit is left out with its reason and the rest is
kept, where FastChat and LLaMA-Factory give up the whole conversation. Two questions in a row are not joined: in
scraped chats the answer between them was lost, and what follows answers the second one only.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from bench.data import values
from bench.data.example import Dropped, Example, Turn
from bench.data.formats import alpaca
from bench.data.ids import distinct, record_id
from bench.data.reading import describe
from bench.data.source import Record, Source


class Said(NamedTuple):
    """One turn of a conversation."""

    role: str
    """"system", "user" or "assistant"."""
    text: str
    place: str
    """Where it stands in its record: "turn 3"."""
    trained: bool = True
    """False when this answer only leads to the later ones."""
    problem: str = ""
    """Why no template here can show the whole conversation, or ""."""


class Part(NamedTuple):
    """What was left out of a conversation."""

    place: str
    reason: str


class Conversation(NamedTuple):
    """What is left of the turns: a system message, earlier exchanges, and the exchange that is trained on."""

    system: str
    history: tuple[Turn, ...]
    instruction: str
    response: str
    """ "" together with the instruction when no exchange is left."""
    dropped: tuple[Part, ...]


ReadTurn = Callable[[Source, Record, str, dict[str, Any]], Said]


def matches(source: Source, key: str) -> bool:
    """Whether the records are conversations under this key, and not instruction rows with a column of that name."""
    return key in source.columns and not alpaca.matches(source)


def read(source: Source, key: str, read_turn: ReadTurn) -> Iterator[Example | Dropped]:
    """Each record's conversation; UserError with the line when the turns are no list of objects."""
    taken: set[str] = set()
    for number, record in enumerate(source.records(), start=1):
        row = values.row(source, record)
        turns = [read_turn(source, record, place, turn) for place, turn in placed(source, record, key)]
        system = values.text(source, record, "system", default="")
        if problem := next((f"{turn.place} {turn.problem}" for turn in turns if turn.problem), ""):
            yield Dropped(record.where, problem)
            continue
        talk = conversation([Said("system", system, "system"), *turns])
        if not talk.response:
            yield Dropped(record.where, nothing_left(talk.dropped))
            continue
        yield from (Dropped(f"{record.where} {part.place}", part.reason) for part in talk.dropped)
        name = distinct(record_id(source, record, number), taken)
        category = row.get("category")
        yield Example(
            id=name,
            instruction=talk.instruction,
            responses=(talk.response,),
            category=category if isinstance(category, str) else "",
            source=name,
            system=talk.system,
            history=talk.history,
            where=record.where,
        )


def placed(source: Source, record: Record, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    turns = values.row(source, record).get(key)
    if not isinstance(turns, list):
        raise source.refuse(record.where, f"{key!r} is {describe(turns)}; expected a list of turns")
    for number, turn in enumerate(turns, start=1):
        if not isinstance(turn, dict):
            raise source.refuse(record.where, f"turn {number} is {describe(turn)}; expected an object")
        yield f"turn {number}", turn


def turn_text(source: Source, record: Record, place: str, turn: dict[str, Any], key: str, *, null: str | None) -> str:
    """The text under this key, or `null` in place of a null. Raises UserError when it is missing or of another type."""
    if key not in turn:
        raise source.refuse(record.where, f"{place} has no {key!r}; its keys are {', '.join(turn) or 'none'}")
    text = null if turn[key] is None else turn[key]
    if not isinstance(text, str):
        raise source.refuse(record.where, f"{place}: {key!r} is {describe(text)}; expected a text")
    return text


def conversation(turns: Sequence[Said]) -> Conversation:
    """The exchanges that the turns make, and every turn that belongs to none of them."""
    start = next((at for at, turn in enumerate(turns) if turn.role != "system"), len(turns))
    system = "\n\n".join(turn.text for turn in turns[:start] if turn.text.strip())
    late = [Part(turn.place, LATE_SYSTEM) for turn in turns[start:] if turn.role == "system"]
    exchanges, parts = paired([turn for turn in turns[start:] if turn.role != "system"])
    while exchanges and not exchanges[-1][1].trained:
        parts.append(Part(exchanges.pop()[1].place, UNTRAINED))
    said = [Turn(question.text, answer.text) for question, answer in exchanges]
    *history, last = said or [Turn("", "")]
    return Conversation(system, tuple(history), last.user, last.assistant, tuple(late + parts))


LATE_SYSTEM = "a system message inside the conversation; it can only stand at the start"
UNTRAINED = "weight 0: this answer is not trained, and no later one is"


def paired(turns: Sequence[Said]) -> tuple[list[tuple[Said, Said]], list[Part]]:
    """(question, answer) pairs, and the turns without a partner or without a text."""
    pairs: list[tuple[Said, Said]] = []
    parts: list[Part] = []
    question: Said | None = None
    for turn in turns:
        if turn.role == "user":
            if question:
                parts.append(Part(question.place, "a question without an answer: the next turn is a question, too"))
            question = turn
        elif question is None:
            parts.append(Part(turn.place, "an answer without a question before it"))
        else:
            if empty := next((each for each in (question, turn) if not each.text.strip()), None):
                parts.append(Part(empty.place, f"the {empty.role}'s text is empty; this exchange is left out"))
            else:
                pairs.append((question, turn))
            question = None
    if question:
        parts.append(Part(question.place, "a question without an answer: the conversation ends here"))
    return pairs, parts


def nothing_left(parts: Sequence[Part]) -> str:
    because = f": {parts[0].place}: {parts[0].reason}" if parts else ""
    return f"no question with its answer in this conversation{because}"
