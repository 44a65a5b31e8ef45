"""What the patterns look at in a clause: its subject, its first words, and whether it can stand alone."""

import re
from collections.abc import Callable, Mapping

from bench.synthesis.clauses import WORD, Clause, Subject, is_verb, mentions, spellings_of, subject_in
from bench.synthesis.lexicon import IRREGULAR, words

Slots = Mapping[str, str]
"""Slot -> what fills it: {"character": "Rosa", "chapter": "3"}."""
Pattern = Callable[[Clause, Slots], float]
"""0 for a clause that does not answer, more for a better answer."""

UNCLEAR = re.compile(
    r"^(?:He|She|It|They|We|You|I|This|That|These|Those|His|Her|Their|Its|Our|Your|My|Such|Which|Who|What|How|Why|Both"
    r"|Neither|Either|Another|Others?|Here|If|To|Is|Are|Do|Did|Had|Would|Could|Should|Will|Can|Let)\b"
)
"""Beginnings that need the sentence before, or that ask."""
PRONOUNS = re.compile(r"\b(?:he|she|it|they|him|them|his|her|their|this|that one|these|those)\b", re.IGNORECASE)
COPULAS = words("was is were had has")


def clear(clause: Clause) -> bool:
    """Whether a clause can be understood without the one before it, and is no question."""
    first = clause.text.split(" ", 1)[0].strip(",.").lower()
    return not (UNCLEAR.match(clause.text) or is_verb(first) or clause.text.rstrip("”\"'’").endswith("?"))


def anonymous(text: str) -> bool:
    """Whether "she" or "him" stands there before anybody is named."""
    pronoun, name = SOMEBODY.search(text), PERSON.search(text)
    return pronoun is not None and (name is None or pronoun.start() < name.start())


SOMEBODY = re.compile(r"\b(?:he|she|they|him|her|his|their|them|it)\b")
NO_PERSON = "Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
PERSON = re.compile(
    rf"(?<=[\w,] )(?<!\bin )(?<!\bat )(?<!from )(?!{NO_PERSON})[A-Z][a-z]{{2,}}|^(?:Mr|Mrs|Miss|Lady|Sir)\b"
)
"""A name that is not merely where something is, or when."""


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


def names_someone(text: str) -> bool:
    return bool(re.search(r"\b[A-Z][a-z]{2,}", text))


NAMED = re.compile(r"^(?:The |Sir |Lady |Mr\.? |Mrs\.? |Miss )?[A-Z][a-z]+(?:['’]s)?(?:,| [\w’']+)")
VERB = re.compile(rf"\b(?:was|were|had|did|could|would|{'|'.join(sorted(IRREGULAR))}|\w{{3,}}ed)\b")


def begins_with_name(clause: Clause) -> bool:
    """A clause that says who or what it is about, and has a verb."""
    return bool(NAMED.match(clause.text)) and bool(VERB.search(clause.text)) and clear(clause)


APPOSITION = re.compile(
    r"^, (?:(?:the|a|an|who|whose|where|which|situated|one of)\b[^,.;]+|(?:his|her|their) (?:\w+ )?\w+(?=[,.;]))"
)
"""What follows a name and says who or what it is."""
