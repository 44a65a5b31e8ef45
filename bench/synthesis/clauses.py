"""Sentences of prose cut into clauses that say something of their own: who does what, and whether somebody speaks."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from bench.metrics._facts import FUNCTION_WORDS, NEGATORS
from bench.sentences import sentences
from bench.synthesis.lexicon import AUXILIARIES, IRREGULAR, NOT_VERBS, SPEECH, TITLES

QUOTES = re.compile(r"[“”\"]")
CUT = re.compile(r"[;:] (?:and |but |for |yet |so )|; ")
WHOLE = 40
"""Words up to which a sentence is not cut."""
OPENERS = "|".join(sorted(word.title() for word in FUNCTION_WORDS | NEGATORS))
OPENER = re.compile(r"^(?:But|And|Yet|So|For|Then|Thus|Now|Nor|Or)\b,? ")
TURN = re.compile(r"^(?:(?:however|therefore|indeed|too|at last|at length|on the contrary|meanwhile|of course),? )")
TO_SOMEBODY = re.compile(r"\b(?:I|me|my|we|us|our|you|your)\b")
"""Words of speech and letters, where no quotation mark stands."""
WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
FINAL = re.compile(r"[\s,;:.—–-]+$")
DANGLING = re.compile(r"(?:[:,]|--|—)\s*[-—]*$")
SHORTEST, LONGEST = 5, 60
"""Words of a clause that can be an answer."""


NAME = rf"(?:(?:{'|'.join(TITLES.split())})\.? )?[A-Z][a-z]+(?: [A-Z][a-z]+)?"
QUOTED = re.compile(r"[“\"][^”\"]*[”\"]?")
SPEAKS = re.compile(
    rf"(?:[”,]\s*(?:{'|'.join(sorted(SPEECH))}) ({NAME})|({NAME})(?: \w+ly)? (?:{'|'.join(sorted(SPEECH))})\b)"
)


class Clause(NamedTuple):
    """A sentence, or a part of one between semicolons that stands for itself."""

    text: str
    """As an answer: with a capital letter, a full stop, and without an opening "But"."""
    sentence: str
    """The whole sentence as it stands in the passage."""
    spoken: bool
    """Somebody says it, or it quotes what somebody says."""
    paragraph: int
    place: int
    """Number of the sentence in its passage."""
    speaker: str = ""
    """Who says it, as the paragraph names him."""

    @property
    def words(self) -> list[str]:
        return WORD.findall(self.text)


@lru_cache(maxsize=4096)
def clauses(passage: str) -> tuple[Clause, ...]:
    """All clauses of a passage of a length that can answer, in order."""
    return tuple(found for found in every_clause(passage) if SHORTEST <= len(found.words) <= LONGEST)


def every_clause(passage: str) -> Iterator[Clause]:
    place = 0
    for number, paragraph in enumerate(passage.split("\n\n")):
        speaker, inside = speaker_in(paragraph), False
        for sentence in sentences(paragraph):
            before, inside = inside, open_after(sentence, inside)
            spoken = before or bool(QUOTES.search(sentence) or TO_SOMEBODY.search(sentence))
            place += 1
            if not DANGLING.search(sentence):
                whole = "“" * before + sentence + "”" * inside
                yield from (Clause(text, sentence, spoken, number, place, speaker) for text in parts(whole, spoken))


def speaker_in(paragraph: str) -> str:
    """Whom the words between the quotations name as speaking, where it is one person."""
    found = {one or other for one, other in SPEAKS.findall(QUOTED.sub(" “ ” ", paragraph))}
    return found.pop() if len(found) == 1 else ""


def open_after(sentence: str, inside: bool) -> bool:
    """Whether a quotation is still open at the end of a sentence."""
    for quote in QUOTES.findall(sentence):
        inside = not inside if quote == '"' else quote == "“"
    return inside


def parts(sentence: str, spoken: bool) -> list[str]:
    """The whole of what is spoken or short; of other sentences each part between semicolons that has a subject."""
    if BLANK.search(sentence):
        return []
    if spoken or len(sentence.split()) <= WHOLE:
        return [answer(sentence)] if balanced(sentence) else []
    return [
        answer(part)
        for place, part in enumerate(CUT.split(sentence))
        if balanced(part) and (not place or NAMED.match(part))
    ]


NAMED = re.compile(r"^(?:the |The )?[A-Z][a-z]+")


BLANK = re.compile(r"\b(?:Lord|Lady|Sir|Mr\.|Mrs\.|Miss|at|of|the) ?(?:--|—)")
"""A name that the author left out."""


def balanced(text: str) -> bool:
    """Every quotation and bracket that opens is closed."""
    curly = text.count("“") - text.count("”")
    return (
        (curly == 0 or '"' in text) and (text.count('"') + abs(curly)) % 2 == 0 and text.count("(") == text.count(")")
    )


def answer(part: str) -> str:
    """The part as a sentence of its own."""
    text = OPENER.sub("", part.strip())
    text = re.sub("[“”]", '"', text) if '"' in text else text
    text = text[:1].upper() + text[1:]
    closing = text[-1:] if text[-1:] in "!?”\"'’)" else ""
    return text if closing else FINAL.sub("", text) + "."


def is_verb(word: str) -> bool:
    """Whether a word after a subject is likely its verb in the past, an auxiliary, or in the present with -s."""
    if word in AUXILIARIES or word in IRREGULAR:
        return True
    return word.islower() and word not in NOT_VERBS and len(word) > 3 and word.endswith("ed")


class Subject(NamedTuple):
    """What a clause says of its subject."""

    verb: str
    predicate: str
    """From the verb on."""


BETWEEN = re.compile(r"^(?:,[^,]{1,80}, ?| ?\([^)]*\) ?)")
ADVERB = re.compile(r"^(?:\w+ly|then|also|now|still|soon|again|even|once|always|often|at (?:last|length|once)) ")
BEFORE_SUBJECT = 80
"""Characters before which the subject of a clause begins."""


@lru_cache(maxsize=200_000)
def subject_in(text: str, names: tuple[str, ...], present: bool = False) -> Subject | None:
    """The verb and what follows where a name stands as the subject at the beginning, after some words at most."""
    for start, end in mentions(text[:BEFORE_SUBJECT], names)[:1]:
        if start and not opens(text[:start]):
            return None
        rest = ADVERB.sub("", TURN.sub("", BETWEEN.sub(" ", text[end:]).lstrip(" ")))
        verb = rest.split(" ", 1)[0].strip(",.;:")
        if is_verb(verb) or (present and re.fullmatch(r"[a-z]{2,}s", verb)):
            return Subject(verb, rest)
    return None


def opens(before: str) -> bool:
    """ "At length, ", "When dinner was over, ": a beginning that ends in a comma and leaves the subject to come."""
    return (before.endswith(", ") and len(before.split()) <= 12) or before in ("At length ", "Then ", "The ", "Poor ")


@lru_cache(maxsize=4096)
def spellings_of(name: str) -> tuple[str, ...]:
    """How a text may call someone of this name, the longest first: "Mr. Darcy" is "Darcy", "Nora Lind" is "Nora"."""
    words = name.split()
    found = [name, name.replace("’", "'"), name[:1].upper() + name[1:]]
    if "’s " in name or "'s " in name:
        pass
    elif name.startswith("the "):
        bare = name.removeprefix("the ")
        found += [f"{article} {bare}" for article in ("The", "this", "This", "a", "A")]
    elif has_title(name) and words[0].rstrip(".") in ("Sir", "Lady"):
        found.append(" ".join(words[:2]))
    elif words[0].rstrip(".") == "Mr":
        found.append(words[-1])
    elif not has_title(name) and name.istitle():
        found += [words[0]] if len(words) == 2 else [f"Mr. {name}", f"Mr {name}"]
    return tuple(sorted(set(found), key=lambda each: (-len(each), each)))


@lru_cache(maxsize=200_000)
def mentions(text: str, names: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Places of any of the names as whole words, in order; "Bennet" is not found in "Mrs. Bennet"."""
    found: list[tuple[int, int]] = []
    for name in names:
        at = text.find(name)
        while at >= 0:
            end = at + len(name)
            if stands_alone(text, at, end, name) and not any(at < right and left < end for left, right in found):
                found.append((at, end))
            at = text.find(name, end)
    return tuple(sorted(found))


def stands_alone(text: str, start: int, end: int, name: str) -> bool:
    """Whether the place holds the whole name of somebody: no other word's part, and no title or first name before."""
    if text[end : end + 1].isalnum() or text[max(0, start - 1) : start].isalnum():
        return False
    return has_title(name) or not name[0].isupper() or not FIRST_NAME.search(text[max(0, start - 24) : start])


FIRST_NAME = re.compile(rf"\b(?:(?:{'|'.join(TITLES.split())})\.? |(?!(?:{OPENERS}) )[A-Z][a-z]{{2,}} )$")


def has_title(name: str) -> bool:
    return name.split(" ", 1)[0].rstrip(".") in TITLED


TITLED = frozenset(TITLES.split())
