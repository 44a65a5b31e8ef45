"""How well a clause tells of a place, an object, a spell, a time, an event, or any other topic."""

import re

from bench.synthesis.clauses import BEFORE_SUBJECT, WORD, Clause, mentions, spellings_of, subject_in
from bench.synthesis.forms import APPOSITION, COPULAS, VERB, Slots, after, anonymous, begins_with_name, names_someone
from bench.synthesis.lexicon import OBJECT_TELLS, PLACE_NOUNS, words

STANDS = re.compile(r"^(?:,? (?:was|is|were|stood|stands|lay|lies|had|has|consisted|contained|looked|belonged)\b)")


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
    return (
        2.5 if re.search(rf"\b(?:{NOUN}) (?:of|at|in|near) {re.escape(name)}\b[^.]*\b(?:{IS})\b", clause.text) else 0.0
    )


INTRODUCED = re.compile(r"^(?:(?:The|A) (?:\w+ ){1,2}of |.{0,50}(?:, |\bthat ))?$")
NOUN = "|".join(sorted(PLACE_NOUNS - words("stood stands lies lay walk")))
IS = "was|were|had|stood|lay|contained|looked|consisted|seemed|appeared"


def happening(clause: Clause, slots: Slots) -> float:
    """Something that is done there."""
    name = slots.get("place", "")
    if clause.spoken or not mentions(clause.text, spellings_of(name)):
        return 0.0
    if anonymous(clause.text) and not begins_with_name(clause):
        return 0.0
    return 2.0 if begins_with_name(clause) and re.search(r"\b(?:at|in|to|from|for|of|into|near) ", clause.text) else 0.0


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
    return 2.0 if (OBJECT_TELLS - COPULAS) & set(leads) and begins_with_name(clause) else 0.0


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
    if anonymous(clause.text) and not begins_with_name(clause):
        return 0.0
    begins = clause.text.lower().startswith(phrase.lower())
    return 2.5 if VERB.search(clause.text) and (begins or named_early(clause)) else 0.0


def named_early(clause: Clause) -> bool:
    """A name among the first words, beside one that merely begins the sentence."""
    return bool(re.search(r"(?<=[ ,])[A-Z][a-z]{2,}", clause.text[:90])) or begins_with_name(clause)


def occasion(clause: Clause, slots: Slots) -> float:
    """What happens then; the whole sentence says so."""
    opening = slots.get("occasion", "")
    begins = bool(opening) and clause.text.lower().startswith(opening.lower() + ",")
    return 5.0 if begins and not anonymous(clause.text) else 0.0


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
