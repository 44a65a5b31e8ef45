"""How well a clause answers a kind of question about somebody or something: 0 for no answer, more for a better one.

A sentence that merely mentions a name answers nothing: "who is X" is answered by an apposition ("X, the wife of Y, ..."),
a copula ("X was a thin man"), or kinship; "how does X feel" by a clause whose subject is X and that names a feeling.
"""

import re
from collections.abc import Callable, Mapping

from bench.synthesis.clauses import BEFORE_SUBJECT, WORD, Clause, Subject, is_verb, mentions, spellings_of, subject_in
from bench.synthesis.lexicon import (
    AUXILIARIES,
    FEELINGS,
    INTENTION,
    INTERACTION,
    IRREGULAR,
    KIN,
    OBJECT_TELLS,
    OPINION,
    PLACE_NOUNS,
    REACTIONS,
    REGARD,
    RELATIVES,
    REPORTS,
    SPEECH,
    TRAITS,
    words,
)

Slots = Mapping[str, str]
Pattern = Callable[[Clause, Slots], float]

COPULAS = words("was is were had has")
UNCLEAR = re.compile(
    r"^(?:He|She|It|They|We|You|I|This|That|These|Those|His|Her|Their|Its|Our|Your|My|Such|Which|Who|What|How|Why|Both"
    r"|Neither|Either|Another|Others?|Here|If|To|Is|Are|Do|Did|Had|Would|Could|Should|Will|Can|Let)\b"
)
"""Beginnings that need the sentence before, or that ask."""
PRONOUNS = re.compile(r"\b(?:he|she|it|they|him|them|his|her|their|this|that one|these|those)\b", re.IGNORECASE)
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
STANDS = re.compile(r"^(?:,? (?:was|is|were|stood|stands|lay|lies|had|has|consisted|contained|looked|belonged)\b)")
APPOSITION = re.compile(
    r"^, (?:(?:the|a|an|who|whose|where|which|situated|one of)\b[^,.;]+|(?:his|her|their) (?:\w+ )?\w+(?=[,.;]))"
)
CLOSE = re.compile(r" (?:to|by|with|in|at|from|for|that|which|when|as|than) ")


def clear(clause: Clause) -> bool:
    """Whether a clause can be understood without the one before it, and is no question."""
    first = clause.text.split(" ", 1)[0].strip(",.").lower()
    return not (UNCLEAR.match(clause.text) or is_verb(first) or clause.text.rstrip("”\"'’").endswith("?"))


def tidy(clause: Clause) -> float:
    """A bonus for clauses that are neither short nor long and hold few pronouns."""
    length = len(clause.words)
    return 0.5 * (8 <= length <= 35) - 0.1 * min(5, len(PRONOUNS.findall(clause.text)))


def early(subject: Subject, words: frozenset[str], within: int) -> int:
    """How many of some words stand among the first words of a predicate."""
    return len(words & {word.lower() for word in WORD.findall(subject.predicate)[:within]})


def subject(clause: Clause, name: str, present: bool = False) -> Subject | None:
    """What is told, and not said by somebody, of a subject of this name."""
    return None if clause.spoken or not name else subject_in(clause.text, spellings_of(name), present)


def after(clause: Clause, name: str) -> list[str]:
    """What follows each mention of a name."""
    return [clause.text[end:] for _, end in mentions(clause.text, spellings_of(name))]


def description(clause: Clause, slots: Slots) -> float:
    """Who or what kind of person somebody is."""
    name = slots.get("character", "")
    if clause.spoken:
        return 0.0
    told = subject(clause, name)
    if told and told.verb in COPULAS and not is_deed(told) and (traits := traits_in(told)):
        return 3.0 + 0.5 * min(3, traits)
    if any(KIN_OR_TRAIT(found[0]) for text in after(clause, name) if (found := APPOSITION.match(text))):
        return 3.0
    if any(POSSESSED.match(text) for text in after(clause, name)[:1]) and len(PRONOUNS.findall(clause.text)) < 3:
        return 2.5
    return 0.0


def is_deed(told: Subject) -> bool:
    """ "was walking", "had seen": no words about what somebody is."""
    return bool(DOING.match(told.predicate)) or (told.verb == "had" and not OWNS.match(told.predicate))


def traits_in(told: Subject) -> int:
    """How many traits the words behind a copula name, before any further detail."""
    return early(Subject(told.verb, CLOSE.split(told.predicate)[0]), TRAITS, 9)


OWNS = re.compile(r"^had (?:a|an|the|no|very|much|great|little|neither|such|fine|good)\b")
DOING = re.compile(r"^\w+ (?:not )?(?:been|left|made|taken|\w+ing|\w+ed (?:to|by|in|on|with|at|from|that)|too)\b")
POSSESSED = re.compile(
    r"^['’]s? (?:\w+ )?(?:manners?|character|temper|person|countenance|appearance|disposition|air|heart|face|figure"
    r"|understanding|habits?|voice|hair|eyes) (?:\w+ )?(?:was|were|had|is)\b"
)


def KIN_OR_TRAIT(text: str) -> bool:  # noqa: N802
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


def movement(clause: Clause, slots: Slots) -> float:
    """Where somebody goes."""
    told = subject(clause, slots.get("character", ""))
    return 2.5 if told and MOVED.match(told.predicate) and WHERE.search(told.predicate) else 0.0


def reason(clause: Clause, slots: Slots) -> float:
    told = subject(clause, slots.get("character", ""))
    return 2.5 if told and REASON.search(told.predicate) else 0.0


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
    r"^ (?:\w+ ){0,4}(?:married|marry|marries|engaged to|in love with|attached to|proposed to|related to|intended for) (?:\w+ )?$"
)
IS_A = re.compile(r"^ (?:is|was|had been|became) (?:\w+ ){0,2}$")
THEIR_KIN = re.compile(rf"^['’]s? (?:\w+ ){{0,2}}{RELATIVE}\b")
ARE_KIN = re.compile(rf"^ (?:are|were|had been|became) (?:\w+ ){{0,3}}{RELATIVE}\b")


def names_someone(text: str) -> bool:
    return bool(re.search(r"\b[A-Z][a-z]{2,}", text))


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


DIRECT = re.compile(
    r"^[\w’'-]+ (?:(?!that|which|who|how|when|as|if|where|because|than)[\w’'-]+ ){0,2}$"
    r"|^(?:(?!that|which|who|how|when|as|if|where|because|than)[\w’'-]+ ){1,8}(?:to|with|at|of|for|by|towards|from|about|on) $"
)


def speech(clause: Clause, slots: Slots) -> float:
    """What the first says of the second, or a character of a place."""
    one, other = slots.get("character1") or slots.get("character", ""), slots.get("character2") or slots.get("place", "")
    if not clause.spoken or clause.speaker not in spellings_of(one) or ABOUT_OTHERS.match(clause.text.lstrip("“\"")):
        return 0.0
    places = mentions(clause.text, spellings_of(other))
    about = [place for place in places if not is_addressed(clause.text[: place[0]], clause.text[place[1] :])]
    return 2.5 if about and len(clause.words) > 5 else 0.0


ABOUT_OTHERS = re.compile(r"(?:He|She|It|They|This|That|These|Those|His|Her|Their|Its|Such|Which|And|But|Who)\b")
BY = re.compile(rf"\b(?:{'|'.join(sorted(SPEECH))}) $")
CALLING = re.compile(r"(?:^|, |[“\"]|\b(?:[Mm]y [Dd]ear(?:est)?|[Dd]ear|[Oo]h!?) )$")


def is_addressed(before: str, behind: str) -> bool:
    """Whether somebody is spoken to, or named as the speaker, and not spoken about."""
    return bool(BY.search(before)) or (bool(CALLING.search(before)) and behind[:1] in (",", "!", "?", ".", "”", '"'))


def treatment(clause: Clause, slots: Slots) -> float:
    """What the first does to the second."""
    return dealt(clause, slots.get("character1", ""), slots.get("character2", ""))


def location(clause: Clause, slots: Slots) -> float:
    """What kind of place it is, and where."""
    name = slots.get("place", "")
    nouns = PLACE_NOUNS & {word.lower() for word in clause.words if not word[0].isupper()}
    if clause.spoken or not nouns:
        return 0.0
    texts = after(clause, name)
    starts = [clause.text[:start] for start, _ in mentions(clause.text, spellings_of(name))]
    if any(STANDS.match(text) and INTRODUCED.match(before) for text, before in zip(texts, starts, strict=True)):
        return 4.0
    if any(APPOSITION.match(text) for text in texts):
        return 3.0
    return 2.5 if re.search(rf"\b(?:{NOUN}) (?:of|at|in|near) {re.escape(name)}\b[^.]*\b(?:{IS})\b", clause.text) else 0.0


INTRODUCED = re.compile(r"^(?:(?:The|A) (?:\w+ ){1,2}of |.{0,50}(?:, |\bthat ))?$")
NOUN = "|".join(sorted(PLACE_NOUNS - words("stood stands lies lay walk")))
IS = "was|were|had|stood|lay|contained|looked|consisted|seemed|appeared"


def happening(clause: Clause, slots: Slots) -> float:
    """Something that is done there."""
    name = slots.get("place", "")
    if clause.spoken or not mentions(clause.text, spellings_of(name)):
        return 0.0
    return 2.0 if begins_with_name(clause) and re.search(r"\b(?:at|in|to|from|for|of|into|near) ", clause.text) else 0.0


NAMED = re.compile(r"^(?:The |Sir |Lady |Mr\.? |Mrs\.? |Miss )?[A-Z][a-z]+(?:['’]s)?(?:,| [\w’']+)")
VERB = re.compile(rf"\b(?:was|were|had|did|could|would|{'|'.join(sorted(IRREGULAR))}|\w{{3,}}ed)\b")


def begins_with_name(clause: Clause) -> bool:
    """A clause that says who or what it is about, and has a verb."""
    return bool(NAMED.match(clause.text)) and bool(VERB.search(clause.text)) and clear(clause)


def thing(clause: Clause, slots: Slots) -> float:
    """What an object is, or what is done with it."""
    name = slots.get("object", "")
    places = mentions(clause.text, spellings_of(name)) if not clause.spoken else []
    if not places:
        return 0.0
    follows = WORD.findall(clause.text[places[0][1] :])[:4]
    leads = WORD.findall(clause.text[: places[0][0]])[-4:]
    if places[0][0] < BEFORE_SUBJECT // 4 and OBJECT_TELLS & set(follows):
        return 3.5
    if OBJECT_TELLS & set(follows):
        return 2.5
    return 2.0 if OBJECT_TELLS & set(leads) and begins_with_name(clause) else 0.0


def spell(clause: Clause, slots: Slots) -> float:
    """What a spell does."""
    name = slots.get("spell", "")
    told = subject_in(clause.text, spellings_of(name), present=True)
    if told and not clause.spoken:
        return 4.0
    called = re.search(rf"\b(?:call|called|spell|sang|cast)\b[^.]{{0,30}}{re.escape(name)}", clause.text)
    return 2.0 if called and not clause.spoken else 0.0


def moment(clause: Clause, slots: Slots) -> float:
    """What happens at a time."""
    phrase = slots.get("time", "")
    if clause.spoken or not mentions(clause.text, spellings_of(phrase)):
        return 0.0
    begins = clause.text.lower().startswith(phrase.lower()) and not PRONOUN_FIRST.match(clause.text[len(phrase) :])
    return 2.5 if VERB.search(clause.text) and (begins or named_early(clause)) else 0.0


PRONOUN_FIRST = re.compile(r"^,? (?:he|she|it|they|his|her|their|this|that)\b")


def named_early(clause: Clause) -> bool:
    """A name among the first words, beside one that merely begins the sentence."""
    return bool(re.search(r"(?<=[ ,])[A-Z][a-z]{2,}", clause.text[:90])) or begins_with_name(clause)


def occasion(clause: Clause, slots: Slots) -> float:
    """What happens then; the whole sentence says so."""
    opening = slots.get("occasion", "")
    return 5.0 if opening and clause.text.lower().startswith(opening.lower() + ",") else 0.0


def event(clause: Clause, slots: Slots) -> float:
    name = slots.get("event", "")
    if clause.spoken or not mentions(clause.text, spellings_of(name)):
        return 0.0
    first = mentions(clause.text, spellings_of(name))[0][0] < BEFORE_SUBJECT // 3
    return 1.6 + 0.5 * names_someone(name) + 0.5 * first if VERB.search(clause.text) and len(clause.words) > 7 else 0.0


def topic(clause: Clause, slots: Slots) -> float:
    """A general statement about whatever fills the other slots: themes, aspects, lists of the user's own."""
    names = [name for slot, name in slots.items() if slot != "chapter"]
    if not names or any(not mentions(clause.text.lower(), (name.lower(),)) for name in names):
        return 0.0
    return 1.0 + bool(re.search(r"\b(?:is|are|was|were)\b", clause.text)) + begins_with_name(clause)


def asks(wording: str) -> re.Pattern[str]:
    return re.compile(wording, re.IGNORECASE)


ASKS: tuple[tuple[str, re.Pattern[str], Pattern], ...] = (
    ("occasion", asks(r""), occasion),
    ("spell", asks(r""), spell),
    ("time", asks(r""), moment),
    ("object", asks(r""), thing),
    ("place", asks(r"\bsays?\b|\btells? "), speech),
    ("place", asks(r"\bhappen|\btold|\bdone there|\bevents?\b"), happening),
    ("place", asks(r""), location),
    ("event", asks(r""), event),
    ("character2", asks(r"\bsays?\b|\btells?\b"), speech),
    ("character2", asks(r"\btreat|\bbehave|\bdo to\b|\bfeel about\b|\bthink of\b"), treatment),
    ("character2", asks(r"\bpass(?:es)? between|\bhappens? between"), dealing),
    ("character2", asks(r""), relation),
    ("character", asks(r"\bfeel|\bmood|\bemotion|\bspirits\b"), feelings),
    ("character", asks(r"\bthink|\bopinion|\bbelieve|\bjudge"), opinion),
    ("character", asks(r"\bwant|\bwish|\bdecide|\bintend|\bplan\b"), intention),
    ("character", asks(r"\breact|\bface\b|\bgesture"), reaction),
    ("character", asks(r"\btell|\breport|\bsays?\b"), report),
    ("character", asks(r"\bwhere\b|\bgo(?:es)?\b"), movement),
    ("character", asks(r"\bwhy\b|\bmotiv|\breason"), reason),
    ("character", asks(r"\bdoes .*\bdo\b|\bexplain what\b|\bact(?:s|ions?)?\b|.* does in\b"), action),
    ("character", asks(r""), description),
)
"""(slot that is filled, wording, pattern): the first that fits says what is asked."""


def pattern_of(text: str, slots: Slots) -> Pattern:
    """What a question asks, told by its slots and its wording."""
    for slot, wording, pattern in ASKS:
        if slot in slots and wording.search(text):
            return pattern
    return topic
