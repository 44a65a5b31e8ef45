"""The names of a text, which of them are people and which are places, and which are names of the same one.

A person is who has a title or does what people do; a place is where things are.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bench.metrics._facts import uncapitalised
from bench.synthesis.lexicon import IRREGULAR, NOT_NAMES, PLACE_ENDINGS, SPEECH, TITLES
from bench.synthesis.rows import Passage

TITLE = rf"(?:{'|'.join(TITLES.split())})"
CAPITAL = r"[A-Z][a-zà-ÿ]+(?:-[A-Z][a-z]+)?"
RUN = re.compile(
    rf"(?<![\w'’])(?:(?P<title>{TITLE})(?P<dot>\.?) (?=[A-Zd]))?"
    rf"(?P<name>(?:(?<= )[Dd]e )?{CAPITAL}(?: (?:[Dd]e |von |van )?{CAPITAL})*)"
)
SAYS = "|".join(sorted(SPEECH))
DOES = rf"(?:was|had|could|would|did|{SAYS}|{'|'.join(sorted(IRREGULAR))}|[a-z]{{3,}}ed)"
AFTER = re.compile(rf"^,? (?:\w+ly )?(?P<verb>{DOES})\b|^['’]s (?:mind|eyes|face|feelings|heart|hand|sister|mother)")
SAID = re.compile(rf"\b(?:{SAYS}) $")
PLACED = re.compile(r"(?<!look )\b(?:in|into|near|through|around|outside|beyond) (?:the )?$|(?<!ed )\bat (?:the )?$")
PERSON, PLACE = 5, 3
"""Least number of mentions."""
SHORTEST_NAME = 3
SURE = 0.12
"""Least share of a name's mentions that tell its kind."""


class Found(NamedTuple):
    """Something that the text is about."""

    name: str
    """As a question names it."""
    aliases: tuple[str, ...]
    """All its names."""


@dataclass
class Seen:
    """What was counted for one spelling of a name."""

    count: int = 0
    does: int = 0
    placed: int = 0
    with_the: int = 0


class Named(NamedTuple):
    """A spelling of a name."""

    title: str
    name: str
    text: str
    """With its title, as it stands in the text."""


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
    seen.placed += bool(PLACED.search(before)) and not AFTER.match(after)
    seen.with_the += before.lower().endswith("the ")


def characters(seen: Mapping[Named, Seen]) -> list[Found]:
    groups: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for named, counts in seen.items():
        if is_person(named, counts, seen):
            groups[person_key(named, seen)][named.text] += counts.count
    return [
        Found(spoken_of.most_common(1)[0][0], tuple(spoken_of))
        for spoken_of in groups.values()
        if spoken_of.total() >= PERSON
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


def places(seen: Mapping[Named, Seen]) -> list[Found]:
    untitled = {named: counts for named, counts in seen.items() if not named.title}
    found = {named: counts for named, counts in untitled.items() if is_place(named, counts, seen)}
    names = {named.name for named in found}
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for named, counts in found.items():
        first = named.name.split()[0]
        article = "the " if 2 * counts.with_the > counts.count else ""
        groups[first if first in names else named.name][article + named.name] += counts.count
    return [
        Found(forms.most_common(1)[0][0], tuple(form.removeprefix("the ") for form in forms))
        for forms in groups.values()
        if forms.total() >= PLACE
    ]


def is_place(named: Named, counts: Seen, seen: Mapping[Named, Seen]) -> bool:
    if is_person(named, counts, seen):
        return False
    ending = named.name.split()[-1] in PLACE_ENDINGS and " " in named.name
    return ending or (counts.placed >= max(1, 2 * SURE * counts.count) and counts.placed >= counts.does)
