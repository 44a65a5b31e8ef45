"""Objects, spells, events, times and occasions of a text, by their nouns and the words around them."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from bench.metrics._facts import uncapitalised
from bench.synthesis.clauses import clauses, is_verb, spellings_of
from bench.synthesis.lexicon import EVENT_NOUNS, NOT_NAMES, OBJECTS, TIME_PHRASE, words
from bench.synthesis.naming import CAPITAL, TITLE, Found
from bench.synthesis.rows import Passage

SPELL = re.compile(
    rf"\b(?:spell|charm|incantation|curse|call)s?,? (?:called |named |of |is |was )?(?P<name>{CAPITAL}(?: {CAPITAL})?)"
)
DEFINED = re.compile(
    rf"\b(?P<name>{CAPITAL}(?: {CAPITAL})?) is (?:a|the) (?:\w+ )?(?:spell|charm|incantation|curse|call)\b"
)
OWNER = rf"(?:{TITLE}\.? )?{CAPITAL}(?: {CAPITAL})?"
OWNED = re.compile(rf"\b(?P<owner>{OWNER})['’]s? (?P<thing>[a-z]+)\b")
EVENT = re.compile(
    rf"\b(?P<owner>{OWNER})['’]s? (?:{'|'.join(sorted(EVENT_NOUNS))})\b"
    rf"|\bthe (?:{'|'.join(sorted(EVENT_NOUNS))})(?: (?:of|at|to|from) (?P<of>{OWNER}))?\b"
    rf"|\bthe (?P<at>{OWNER}) (?:{'|'.join(sorted(EVENT_NOUNS))})\b"
)
TIME = re.compile(rf"\b{TIME_PHRASE}\b")
PLAIN = re.compile(r"\b[Tt]he (?P<thing>(?:[a-z]+ )?[a-z]+)\b")
OBJECT, SPELLED, EVENT_SEEN = 3, 2, 3
"""Least number of mentions."""


def objects(passages: Sequence[Passage], people: Sequence[Found]) -> list[Found]:
    """Things with "the" before them, and things that belong to a character."""
    names = {name for each in people for name in each.aliases}
    counts: Counter[str] = Counter()
    for passage in passages:
        for found in OWNED.finditer(passage.text):
            if found["thing"] in OBJECTS and found["owner"] in names:
                counts[f"{found['owner']}’s {found['thing']}"] += OBJECT
        for found in PLAIN.finditer(passage.text):
            words = found["thing"].split()
            if words[0] in OBJECTS or words[-1] in OBJECTS:
                counts["the " + (words[0] if words[0] in OBJECTS else words[-1])] += 1
    return [Found(name, spellings_of(name)) for name, number in counts.most_common() if number >= OBJECT]


def spells(passages: Sequence[Passage]) -> list[Found]:
    """What stands after "the spell", or is said to be one."""
    text = "\n".join(passage.text for passage in passages)
    ordinary = uncapitalised([text])
    counts = Counter(found["name"] for pattern in (SPELL, DEFINED) for found in pattern.finditer(text))
    return [
        Found(name, (name,))
        for name, number in counts.most_common()
        if number >= SPELLED and not {name.lower(), name} & (ordinary | NOT_NAMES)
    ]


def events(passages: Sequence[Passage], whose: Sequence[Found]) -> list[Found]:
    """ "Rosa's departure", "the arrival of Mr. Tolland"; "the ball" alone where it is told often."""
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
        Found(name, either_case(name))
        for name, number in counts.most_common()
        if number >= EVENT_SEEN or any(letter.isupper() for letter in name)
    ]


def times(passages: Sequence[Passage]) -> list[Found]:
    """Days, dates and hours of which something is told."""
    said = (name.strip() for text in told(passages) for name in TIME.findall(text))
    lowered = (name[0].lower() + name[1:] if name.split()[0] in LEADING else name for name in said if WHEN.match(name))
    return [Found(name, either_case(name)) for name in dict.fromkeys(lowered)]


def told(passages: Sequence[Passage]) -> Iterator[str]:
    """Clauses that nobody in the text says."""
    return (clause.text for passage in passages for clause in clauses(passage.text) if not clause.spoken)


def either_case(name: str) -> tuple[str, ...]:
    """As it stands inside a sentence, and at its beginning."""
    return tuple(dict.fromkeys((name, name[0].upper() + name[1:])))


WHEN = re.compile(
    r"(?:on|in|by|at|before|after|towards|during|till|until) |the (?!(?:morning|evening|afternoon|night)$)"
    r"|\w+ \w+ later",
    re.IGNORECASE,
)
LEADING = words("On In By At Before After Towards During Till Until The A One Two Three Four Five")


OCCASION = re.compile(r"^(?:When|After|As soon as|Before|While|Since|During|Once|On [a-z]+ing)\b[^,;]{8,100}(?=, )")
UNCLEAR = re.compile(
    r"^(?:(?! [A-Z]).)*\b(?:he|she|it|they|this|that|these|those|we|you|I|such|which|her|his|their|him|them)\b"
)


def occasions(passages: Sequence[Passage]) -> list[Found]:
    """ "when dinner was over": the openings of sentences that go on with what happened then."""
    openings = (found[0] for text in told(passages) if (found := OCCASION.match(text)) and says_when(found[0]))
    return [Found(name[0].lower() + name[1:], (name,)) for name in dict.fromkeys(openings)]


def says_when(opening: str) -> bool:
    """No pronoun without its name, and no second clause that a comma merely follows."""
    return not UNCLEAR.search(opening) and sum(is_verb(word) for word in opening.split()) <= MOST_VERBS


MOST_VERBS = 2
