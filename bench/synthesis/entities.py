"""What a text is about: characters, places, objects, spells, events and times, found by rule or given by the user."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.synthesis.clauses import mentions, spellings_of
from bench.synthesis.doings import deeds, sayings
from bench.synthesis.naming import Found, characters, places, spellings
from bench.synthesis.rows import Passage
from bench.synthesis.things import events, objects, occasions, spells, times


@dataclass(frozen=True)
class Entity:
    """One thing a text is about."""

    name: str
    """As a question names it."""
    kind: str
    """"characters", "places", "objects", "spells", "events", "times", "occasions", "deeds",
    "sayings", or the user's own list."""
    aliases: tuple[str, ...]
    """All its names."""
    mentions: int
    passage_ids: tuple[str, ...] = ()
    """Where it is mentioned, in the order of the text."""


Entities = Mapping[str, tuple[Entity, ...]]
DOINGS = {"deeds": deeds, "sayings": sayings}


def find_entities(
    passages: Sequence[Passage], given: Mapping[str, Sequence[str]] | None = None, wanted: Collection[str] = ()
) -> dict[str, tuple[Entity, ...]]:
    """Kind -> entities, most mentioned first. A kind that the user gives is taken as it is given.

    What characters do and say is thousands of entities in a novel, and looked for where it is `wanted`.
    """
    seen = spellings(passages)
    people, where = characters(seen), places(seen)
    found: dict[str, list[Found]] = {
        "characters": people,
        "places": where,
        "objects": objects(passages, people),
        "spells": spells(passages),
        "events": events(passages, [*people, *where]),
        "times": times(passages),
        "occasions": occasions(passages),
    }
    found |= {kind: find(passages, people) for kind, find in DOINGS.items() if kind in wanted}
    named = {kind: [Found(name, spellings_of(name)) for name in names] for kind, names in (given or {}).items()}
    return {kind: tuple(located(kind, each, passages)) for kind, each in (found | named).items()}


def located(kind: str, found: Iterable[Found], passages: Sequence[Passage]) -> Iterator[Entity]:
    """Each with the passages that mention it, most mentioned first."""
    held = []
    for name, aliases in found:
        longest = tuple(sorted(aliases, key=lambda alias: (-len(alias), alias)))
        counts = {passage.id: len(mentions(passage.text, longest)) for passage in passages}
        ids = tuple(place for place, count in counts.items() if count)
        held.append(Entity(name, kind, aliases, sum(counts.values()), ids))
    return iter(sorted(held, key=lambda entity: -entity.mentions))
