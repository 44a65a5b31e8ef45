"""How well a clause tells what two characters are to each other, do to each other, or say of each other."""

import re

from bench.synthesis.clauses import Clause, mentions, spellings_of
from bench.synthesis.forms import Slots, early, names_someone, subject
from bench.synthesis.lexicon import FEELINGS, INTERACTION, KIN, REGARD, RELATIVES, SPEECH


def relation(clause: Clause, slots: Slots) -> float:
    """What two people are to each other."""
    one, other = slots.get("character1", ""), slots.get("character2", "")
    regard = max(dealt(clause, one, other, REGARD), dealt(clause, other, one, REGARD))
    return 3.0 * kinship(clause, one, other) + regard - 0.5 * clause.spoken


def dealing(clause: Clause, slots: Slots) -> float:
    """What either of two does to the other."""
    one, other = slots.get("character1", ""), slots.get("character2", "")
    return max(dealt(clause, one, other), dealt(clause, other, one))


def kinship(clause: Clause, one: str, other: str) -> bool:
    """Whether a clause says what the two are to each other: "Mr. Phillips, the uncle of Jane", "A is B's cousin"."""
    first, second = mentions(clause.text, spellings_of(one)), mentions(clause.text, spellings_of(other))
    if not first or not second:
        return False
    low, high = sorted((first[0], second[0]))
    between, follows = clause.text[low[1] : high[0]], clause.text[high[1] :]
    joined = BETWEEN_KIN.search(between) or BOUND.search(between)
    owned = IS_A.match(between) and THEIR_KIN.match(follows)
    plural = between == " and " and ARE_KIN.match(follows)
    return bool(joined or owned or plural)


RELATIVE = rf"(?:{'|'.join(sorted(RELATIVES))})"
BETWEEN_KIN = re.compile(
    rf"^['’]s? (?:\w+ ){{0,2}}{RELATIVE},? (?:was |is |named )?$"
    rf"|^(?:,| is| was)? ?(?:a|an|the|only|\w+) (?:\w+ ){{0,3}}{RELATIVE} (?:of|to) (?:\w+ )?$"
    rf"|^(?:(?! [A-Z]).){{0,60}}\b(?:his|her|their) (?:\w+ ){{0,2}}{RELATIVE},? $"
)
BOUND = re.compile(
    r"^ (?:\w+ ){0,4}(?:married|marry|marries|engaged to|in love with|attached to|proposed to)"
    r" (?:\w+ )?$"
)
IS_A = re.compile(r"^ (?:is|was|had been|became) (?:\w+ ){0,2}$")
THEIR_KIN = re.compile(rf"^['’]s? (?:\w+ ){{0,2}}{RELATIVE}\b")
ARE_KIN = re.compile(rf"^ (?:are|were|had been|became) (?:\w+ ){{0,3}}{RELATIVE}\b")


DEALING = INTERACTION | FEELINGS | KIN | REGARD


def dealt(clause: Clause, doer: str, other: str, by: frozenset[str] = DEALING) -> float:
    """2 where `doer` does something to `other`, or feels something for him."""
    told = subject(clause, doer)
    found = mentions(told.predicate, spellings_of(other)) if told else []
    if not told or not found:
        return 0.0
    way = told.predicate[: found[0][0]]
    if names_someone(way) or not DIRECT.match(way):
        return 0.0
    return 2.0 if early(told, by, 5) else 0.0


NO_CLAUSE = r"(?!that|which|who|how|when|as|if|where|because|than)[\w’'-]+ "
DIRECT = re.compile(
    rf"^[\w’'-]+ (?:{NO_CLAUSE}){{0,2}}$"
    rf"|^(?:{NO_CLAUSE}){{1,8}}(?:to|with|at|of|for|by|towards|from|about|on) $"
)
"""From a verb to its object: "admired ", "was very fond of "."""


def speech(clause: Clause, slots: Slots) -> float:
    """What the first says of the second, or a character of a place."""
    one, other = (
        slots.get("character1") or slots.get("character", ""),
        slots.get("character2") or slots.get("place", ""),
    )
    if not clause.spoken or clause.speaker not in spellings_of(one) or ABOUT_OTHERS.match(clause.text.lstrip('“"')):
        return 0.0
    places = mentions(clause.text, spellings_of(other))
    about = [
        start
        for start, end in places
        if quoted(clause.text[:start]) and not is_addressed(clause.text[:start], clause.text[end:])
    ]
    return 2.5 if about and len(clause.words) > 5 else 0.0


ABOUT_OTHERS = re.compile(r"(?:He|She|It|They|This|That|These|Those|His|Her|Their|Its|Such|Which|And|But|Who)\b")
BY = re.compile(rf"\b(?:{'|'.join(sorted(SPEECH))}) $")
CALLING = re.compile(r"(?:^|, |[“\"]|\b(?:[Mm]y [Dd]ear(?:est)?|[Dd]ear|[Oo]h!?) )$")


def quoted(before: str) -> bool:
    """Whether a quotation is open behind this text."""
    curly = before.count("“") > before.count("”")
    return curly or before.count('"') % 2 == 1


def is_addressed(before: str, behind: str) -> bool:
    """Whether somebody is spoken to, or named as the speaker, and not spoken about."""
    return bool(BY.search(before)) or (bool(CALLING.search(before)) and behind[:1] in (",", "!", "?", ".", "”", '"'))


def treatment(clause: Clause, slots: Slots) -> float:
    """What the first does to the second."""
    return dealt(clause, slots.get("character1", ""), slots.get("character2", ""))
