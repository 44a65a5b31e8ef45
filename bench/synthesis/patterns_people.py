"""How well a clause tells what a character is, feels, thinks, wants, does, says, and where and why."""

import re

from bench.synthesis.clauses import WORD, Clause, Subject
from bench.synthesis.doings import doings, sayings_in
from bench.synthesis.forms import APPOSITION, COPULAS, PRONOUNS, Slots, after, early, subject
from bench.synthesis.lexicon import (
    AUXILIARIES,
    FEELINGS,
    INTENTION,
    KIN,
    OPINION,
    QUALITIES,
    REACTIONS,
    REPORTS,
    SPEECH,
    TRAITS,
)

REASON = re.compile(
    r"\b(?:because|for fear|in order to|in hopes? of|so that|owing to|on account of|in consequence of)\b"
)
MOVED = re.compile(
    r"^(?:went|came|walked|rode|drove|set (?:off|out|forth)|left|quitted|returned|arrived|travelled|hastened|ran|moved"
    r"|entered|reached|repaired|proceeded|retired|sailed|climbed|crossed|took (?:refuge|a walk))\b"
)
WHERE = re.compile(
    r"\b(?:to|into|for|at|from|towards|in|out of|across|through|up|down) (?:the |her |his |their |a )?\w+"
)
CLOSE = re.compile(r" (?:to|by|with|in|at|from|for|that|which|when|as|than) ")


def description(clause: Clause, slots: Slots) -> float:
    """Who or what kind of person somebody is."""
    name = slots.get("character", "")
    if clause.spoken:
        return 0.0
    told = subject(clause, name)
    if told and told.verb in COPULAS and not is_deed(told) and (traits := traits_in(told)):
        return 3.0 + 0.5 * min(3, traits)
    if any(
        is_telling(found[0])
        for text in after(clause, name)
        if (found := APPOSITION.match(text)) and not ASIDE.match(text)
    ):
        return 3.0
    if any(POSSESSED.match(text) for text in after(clause, name)[:1]) and len(PRONOUNS.findall(clause.text)) < 3:
        return 2.5
    return 0.0


def is_deed(told: Subject) -> bool:
    """ "was walking", "had seen": no words about what somebody is."""
    return bool(DOING.match(told.predicate)) or (told.verb == "had" and not OWNS.match(told.predicate))


def traits_in(told: Subject) -> int:
    """How many traits the words behind a copula name, before any further detail; what one has must be a quality."""
    if told.verb == "had" and not early(told, QUALITIES, 9):
        return 0
    return early(Subject(told.verb, CLOSE.split(told.predicate)[0]), TRAITS, 9)


ASIDE = re.compile(r"^, (?:whose|which|where)\b")
OWNS = re.compile(r"^had (?:a|an|the|no|very|much|great|little|neither|such|fine|good)\b")
DOING = re.compile(r"^\w+ (?:not )?(?:been|left|made|taken|\w+ing|\w+ed (?:to|by|in|on|with|at|from|that)|too)\b")
POSSESSED = re.compile(
    r"^['’]s? (?:\w+ )?(?:manners?|character|temper|person|countenance|appearance|disposition|air|heart|face|figure"
    r"|understanding|habits?|voice|hair|eyes) (?:\w+ )?(?:was|were|had|is)\b"
)


def is_telling(text: str) -> bool:
    """Whether it names a trait or a relative."""
    return bool((KIN | TRAITS) & {word.lower() for word in WORD.findall(text)})


def feelings(clause: Clause, slots: Slots) -> float:
    told = subject(clause, slots.get("character", ""))
    if told and (found := early(told, FEELINGS, 8)):
        return 2.0 + 0.5 * min(2, found) + (told.verb in ("was", "felt"))
    owned = [text for text in after(clause, slots.get("character", ""))[:1] if not clause.spoken]
    return 2.0 if any(FELT.match(text) for text in owned) else 0.0


FELT = re.compile(rf"^['’]s? (?:\w+ )?(?:{'|'.join(sorted(FEELINGS))})\b.*\b(?:was|were|had|is|began|increased)\b")


def opinion(clause: Clause, slots: Slots) -> float:
    """What somebody thinks."""
    return deed(subject(clause, slots.get("character", "")), OPINION, 5)


def intention(clause: Clause, slots: Slots) -> float:
    """What somebody wants."""
    return deed(subject(clause, slots.get("character", "")), INTENTION, 5)


def reaction(clause: Clause, slots: Slots) -> float:
    """How somebody's face or body answers."""
    return deed(subject(clause, slots.get("character", "")), REACTIONS, 2)


def report(clause: Clause, slots: Slots) -> float:
    """What somebody says, in the words of the teller."""
    told = subject(clause, slots.get("character", ""))
    return deed(told, REPORTS, 5) if told and REPORTED.search(told.predicate) else 0.0


REPORTED = re.compile(r"\b(?:that|how|what|why|whether|of|for|to|his|her|their|them|him)\b")


def deed(told: Subject | None, verbs: frozenset[str], least: int) -> float:
    """2.5 where the verb, or the one behind an auxiliary or adverb, is one of these and enough follows."""
    if not told or len(WORD.findall(told.predicate)) <= least:
        return 0.0
    return 2.5 if early(told, verbs, 3) else 0.0


def action(clause: Clause, slots: Slots) -> float:
    """What somebody does; what he is, feels, thinks or says is asked otherwise."""
    told = subject(clause, slots.get("character", ""))
    if not told or told.verb in SPEECH | OPINION | INTENTION | REPORTS | REACTIONS:
        return 0.0
    if told.verb in AUXILIARIES and not (told.verb in COPULAS and is_deed(told)):
        return 0.0
    others = len(re.findall(r"\b[A-Z][a-z]+", told.predicate))
    return 2.0 + 0.3 * min(2, others) if len(WORD.findall(told.predicate)) > 3 else 0.0


def experience(clause: Clause, slots: Slots) -> float:
    """What is done to somebody, or comes to him."""
    told = subject(clause, slots.get("character", ""))
    return 2.5 if told and UNDERGOES.match(told.predicate) and len(WORD.findall(told.predicate)) > 4 else 0.0


UNDERGOES = re.compile(
    r"^(?:was|were|had been|was soon|was again|was now)(?: \w+ly)?"
    r" (?:\w{3,}ed|left|told|taken|made|given|sent|shown|met)\b"
    r"|^(?:received|found (?:herself|himself)|met with|had (?:the|an|a) \w+ (?:of|to))\b"
)


def doer(clause: Clause, slots: Slots) -> float:
    """Who does it."""
    return 3.0 if any(doing.deed == slots.get("deed") for doing in doings(clause)) else 0.0


def speaker(clause: Clause, slots: Slots) -> float:
    """Who says it."""
    return 3.0 if slots.get("saying", "") in list(sayings_in(clause)) else 0.0


def movement(clause: Clause, slots: Slots) -> float:
    """Where somebody goes."""
    told = subject(clause, slots.get("character", ""))
    return 2.5 if told and MOVED.match(told.predicate) and WHERE.search(told.predicate) else 0.0


def reason(clause: Clause, slots: Slots) -> float:
    told = subject(clause, slots.get("character", ""))
    return 2.5 if told and REASON.search(told.predicate) else 0.0
