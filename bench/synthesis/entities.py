"""What a text is about: its characters, places, objects, spells, events and times, found by rule or named by the user.

A character is who has a title or does what people do; a place is where things are. Names that stand for the same one
("Mr. Darcy", "Darcy") are one entity with two aliases.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.metrics._facts import uncapitalised
from bench.synthesis.clauses import clauses, is_verb, mentions, spellings_of
from bench.synthesis.lexicon import (
    EVENT_NOUNS,
    IRREGULAR,
    NOT_NAMES,
    OBJECTS,
    PLACE_ENDINGS,
    SPEECH,
    TIME_PHRASE,
    TITLES,
    words,
)
from bench.synthesis.rows import Passage

TITLE = rf"(?:{'|'.join(TITLES.split())})"
CAPITAL = r"[A-Z][a-zà-ÿ]+(?:-[A-Z][a-z]+)?"
RUN = re.compile(
    rf"(?<![\w'’])(?:(?P<title>{TITLE})(?P<dot>\.?) (?=[A-Zd]))?(?P<name>(?:(?<= )[Dd]e )?{CAPITAL}(?: (?:[Dd]e |von |van )?{CAPITAL})*)"
)
SAYS = "|".join(sorted(SPEECH))
DOES = rf"(?:was|had|could|would|did|felt|thought|{SAYS}|smiled|looked|went|came|{'|'.join(sorted(IRREGULAR))}|[a-z]{{3,}}ed)"
AFTER = re.compile(rf"^,? (?:\w+ly )?(?P<verb>{DOES})\b|^['’]s (?:mind|eyes|face|feelings|heart|hand|sister|mother)")
SAID = re.compile(rf"\b(?:{SAYS}) $")
PLACED = re.compile(
    r"\b(?:in|into|at|near|through|towards|outside|around|of|from|to|beyond|leave|left|reached) (?:the )?$"
)
SURELY_PLACED = re.compile(
    r"(?<!look )\b(?:in|into|near|through|around|outside|beyond) (?:the )?$|(?<!ed )\bat (?:the )?$"
)
SPELL = re.compile(
    rf"\b(?:spell|charm|incantation|curse|call)s?,? (?:called |named |of |is |was )?(?P<name>{CAPITAL}(?: {CAPITAL})?)"
)
DEFINED = rf"\b(?P<name>{CAPITAL}(?: {CAPITAL})?) is (?:a|the) (?:\w+ )?(?:spell|charm|incantation|curse|call)\b"
OWNER = rf"(?:{TITLE}\.? )?{CAPITAL}(?: {CAPITAL})?"
OWNED = re.compile(rf"\b(?P<owner>{OWNER})['’]s? (?P<thing>[a-z]+)\b")
EVENT = re.compile(
    rf"\b(?P<owner>{OWNER})['’]s? (?:{'|'.join(sorted(EVENT_NOUNS))})\b"
    rf"|\bthe (?:{'|'.join(sorted(EVENT_NOUNS))})(?: (?:of|at|to|from) (?P<of>{OWNER}))?\b"
    rf"|\bthe (?P<at>{OWNER}) (?:{'|'.join(sorted(EVENT_NOUNS))})\b"
)
SEEN = {"characters": 5, "places": 3, "objects": 3, "spells": 2, "events": 3}
"""Least number of mentions."""
SHORTEST_NAME = 3
SURE = 0.12
"""Least share of a name's mentions that tell its kind."""


@dataclass(frozen=True)
class Entity:
    """One thing a text is about."""

    name: str
    """As a question names it."""
    kind: str
    """"characters", "places", "objects", "spells", "events", "times", "occasions", or the name of the user's own list."""
    aliases: tuple[str, ...]
    mentions: int
    passage_ids: tuple[str, ...] = ()


@dataclass
class Seen:
    """What was counted for one spelling of a name."""

    count: int = 0
    does: int = 0
    placed: int = 0
    with_the: int = 0
    titles: Counter[str] = field(default_factory=Counter)


class Named(NamedTuple):
    """A spelling of a name."""

    title: str
    name: str
    text: str
    """With its title, as it stands in the text."""


Entities = Mapping[str, tuple[Entity, ...]]


def find_entities(
    passages: Sequence[Passage], given: Mapping[str, Sequence[str]] | None = None
) -> dict[str, tuple[Entity, ...]]:
    """Kind -> entities, most mentioned first. A kind that the user gives is taken as it is given."""
    given = given or {}
    seen = spellings(passages)
    people, places = characters(seen), found_places(seen)
    found: dict[str, list[Entity]] = {
        "characters": people,
        "places": places,
        "objects": objects(passages, people),
        "spells": spells(passages),
        "events": events(passages, [*people, *places]),
        "times": times(passages),
        "occasions": occasions(passages),
    }
    named = {kind: [Entity(name, kind, spellings_of(name), 0) for name in names] for kind, names in given.items()}
    return {kind: tuple(located(each, passages)) for kind, each in (found | named).items()}


def located(entities: Iterable[Entity], passages: Sequence[Passage]) -> Iterator[Entity]:
    """Each entity with the passages that mention it, most mentioned first."""
    held = []
    for each in entities:
        longest = tuple(sorted(each.aliases, key=len, reverse=True))
        counts = {passage.id: len(mentions(passage.text, longest)) for passage in passages}
        ids = tuple(name for name, count in counts.items() if count)
        held.append(Entity(each.name, each.kind, each.aliases, sum(counts.values()), ids))
    return iter(sorted(held, key=lambda entity: -entity.mentions))


def spellings(passages: Sequence[Passage]) -> dict[Named, Seen]:
    ordinary = uncapitalised(passage.text for passage in passages)
    seen: dict[Named, Seen] = defaultdict(Seen)
    for passage in passages:
        for found in RUN.finditer(passage.text):
            if (named := name_of(found, ordinary)) is not None:
                count(seen[named], passage.text, found)
    return dict(seen)


def name_of(found: re.Match[str], ordinary: frozenset[str]) -> Named | None:
    """The name in a run of capitalised words, without the word that only begins the sentence."""
    title, name = found["title"] or "", found["name"]
    words = name.split()
    while words and not title and (words[0] in NOT_NAMES or words[0].lower() in ordinary):
        words = words[1:]
    if (
        not words
        or len(words[-1]) < SHORTEST_NAME
        or words[-1] in NOT_NAMES
        or (not title and words[-1].lower() in ordinary and len(words) == 1)
    ):
        return None
    name = " ".join(words)
    return Named(title, name, f"{title}{found['dot']} {name}" if title else name)


def count(seen: Seen, text: str, found: re.Match[str]) -> None:
    before, after = text[max(0, found.start() - 40) : found.start()], text[found.end() : found.end() + 40]
    seen.count += 1
    seen.does += bool(AFTER.match(after) or SAID.search(before))
    seen.placed += bool(SURELY_PLACED.search(before)) and not AFTER.match(after)
    seen.with_the += before.lower().endswith("the ")


def characters(seen: Mapping[Named, Seen]) -> list[Entity]:
    groups: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for named, counts in seen.items():
        if is_person(named, counts, seen):
            groups[person_key(named, seen)][named.text] += counts.count
    return [
        Entity(spoken_of.most_common(1)[0][0], "characters", tuple(spoken_of), spoken_of.total())
        for spoken_of in groups.values()
        if spoken_of.total() >= SEEN["characters"]
    ]


def is_person(named: Named, counts: Seen, seen: Mapping[Named, Seen]) -> bool:
    if is_plural(named.name, seen):
        return False
    if named.title:
        return True
    if named.name.split()[-1] in PLACE_ENDINGS or 2 * counts.with_the > counts.count:
        return False
    if any(other.title and other.name == named.name for other in seen):
        return True
    first = named.name.split()[0]
    whole = counts if first == named.name else seen.get(Named("", first, first), counts)
    return whole.does >= max(2, SURE * whole.count) and whole.does > whole.placed


def is_plural(name: str, seen: Mapping[Named, Seen]) -> bool:
    """ "Bennets": a family, where "Bennet" is a name, too."""
    singular = {name.removesuffix("s"), name.removesuffix("es")} - {name}
    return any(other.name.split()[-1] in singular for other in seen)


def person_key(named: Named, seen: Mapping[Named, Seen]) -> tuple[str, str]:
    """What the spellings of one person have in common."""
    first, last = named.name.split()[0], named.name.split()[-1]
    alone = seen.get(Named("", first, first))
    if named.title in ("Sir", "Lady", "Lord", "Dame"):
        return named.title, first
    if named.title in ("Miss", "Mr") and alone and alone.count >= 3 and not is_family(first, seen):
        return "", first
    if named.title:
        return named.title, last.casefold()
    if first != last and not (alone and alone.count >= 3):
        return ("Mr", last.casefold()) if is_family(last, seen) else ("", named.name)
    return ("Mr", first.casefold()) if is_family(first, seen) else ("", first)


def is_family(name: str, seen: Mapping[Named, Seen]) -> bool:
    """Whether a name stands after "Mr", or last in a longer name."""
    return any((other.title == "Mr" and other.name == name) or other.name.endswith(f" {name}") for other in seen)


def found_places(seen: Mapping[Named, Seen]) -> list[Entity]:
    untitled = {named: counts for named, counts in seen.items() if not named.title}
    places = {named: counts for named, counts in untitled.items() if is_place(named, counts, seen)}
    names = {named.name for named in places}
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for named, counts in places.items():
        first = named.name.split()[0]
        article = "the " if 2 * counts.with_the > counts.count else ""
        groups[first if first in names else named.name][article + named.name] += counts.count
    return [
        Entity(forms.most_common(1)[0][0], "places", tuple(form.removeprefix("the ") for form in forms), forms.total())
        for forms in groups.values()
        if forms.total() >= SEEN["places"]
    ]


def is_place(named: Named, counts: Seen, seen: Mapping[Named, Seen]) -> bool:
    if is_person(named, counts, seen):
        return False
    ending = named.name.split()[-1] in PLACE_ENDINGS and " " in named.name
    return ending or (counts.placed >= max(1, 2 * SURE * counts.count) and counts.placed >= counts.does)


def objects(passages: Sequence[Passage], people: Sequence[Entity]) -> list[Entity]:
    """Things with "the" before them, and things that belong to a character."""
    names = {name for each in people for name in each.aliases}
    plain = re.compile(r"\b[Tt]he (?P<thing>(?:[a-z]+ )?[a-z]+)\b")
    counts: Counter[str] = Counter()
    for passage in passages:
        for found in OWNED.finditer(passage.text):
            if found["thing"] in OBJECTS and found["owner"] in names:
                counts[f"{found['owner']}’s {found['thing']}"] += SEEN["objects"]
        for found in plain.finditer(passage.text):
            words = found["thing"].split()
            if words[0] in OBJECTS or words[-1] in OBJECTS:
                counts["the " + (words[0] if words[0] in OBJECTS else words[-1])] += 1
    return [
        Entity(name, "objects", spellings_of(name), number)
        for name, number in counts.most_common()
        if number >= SEEN["objects"]
    ]


def spells(passages: Sequence[Passage]) -> list[Entity]:
    """What stands after "the spell", or is said to be one."""
    text = "\n".join(passage.text for passage in passages)
    ordinary = uncapitalised([text])
    counts = Counter(found["name"] for pattern in (SPELL, re.compile(DEFINED)) for found in pattern.finditer(text))
    return [
        Entity(name, "spells", (name,), number)
        for name, number in counts.most_common()
        if number >= SEEN["spells"] and not {name.lower(), name} & (ordinary | NOT_NAMES)
    ]


def events(passages: Sequence[Passage], whose: Sequence[Entity]) -> list[Entity]:
    """ "Lydia's elopement", "the arrival of Mr. Collins", "the Netherfield ball"; "the ball" alone where it is told often."""
    names = {name for each in whose for name in each.aliases}
    counts: Counter[str] = Counter()
    for passage in passages:
        for found in EVENT.finditer(passage.text):
            owner, name = found["owner"] or found["of"] or found["at"], found[0]
            if owner and owner not in names and found["owner"]:
                # "After Rosa's departure": the first word only begins the sentence.
                owner, name = owner.partition(" ")[2], name.partition(" ")[2]
            if owner is None or owner in names:
                counts[name] += 1
    return [
        Entity(name, "events", (name, name[0].upper() + name[1:]), number)
        for name, number in counts.most_common()
        if number >= SEEN["events"] or any(letter.isupper() for letter in name)
    ]


def times(passages: Sequence[Passage]) -> list[Entity]:
    """Days, dates and hours of which something is told."""
    pattern = re.compile(rf"\b{TIME_PHRASE}\b")
    told = (clause.text for passage in passages for clause in clauses(passage.text) if not clause.spoken)
    counts = Counter(found.strip() for text in told for found in pattern.findall(text))
    lowered = Counter[str]()
    for name, number in counts.items():
        if WHEN.match(name):
            lowered[name[0].lower() + name[1:] if name.split()[0] in LEADING else name] += number
    return [
        Entity(name, "times", tuple({name, name[0].upper() + name[1:]}), number) for name, number in lowered.items()
    ]


WHEN = re.compile(
    r"(?:on|in|by|at|before|after|towards|during|till|until) |the (?!(?:morning|evening|afternoon|night)$)|\w+ \w+ later",
    re.IGNORECASE,
)
LEADING = words("On In By At Before After Towards During Till Until The A One Two Three Four Five")


OCCASION = re.compile(r"^(?:When|After|As soon as|Before|While|Since|During|Once|On [a-z]+ing|In [a-z]+ing|Upon)\b[^,;]{8,100}(?=, )")
UNCLEAR = re.compile(r"^(?:(?! [A-Z]).)*\b(?:he|she|it|they|this|that|these|those|we|you|I|such|which|her|his|their|him|them)\b")


def occasions(passages: Sequence[Passage]) -> list[Entity]:
    """ "when dinner was over": the openings of sentences that go on with what happened then."""
    told = (clause.text for passage in passages for clause in clauses(passage.text) if not clause.spoken)
    counts = Counter(found[0] for text in told if (found := OCCASION.match(text)) and says_when(found[0]))
    return [Entity(name[0].lower() + name[1:], "occasions", (name,), number) for name, number in counts.items()]


def says_when(opening: str) -> bool:
    """No pronoun without its name, and no second clause that a comma merely follows."""
    return not UNCLEAR.search(opening) and sum(is_verb(word) for word in opening.split()) <= MOST_VERBS


MOST_VERBS = 2
