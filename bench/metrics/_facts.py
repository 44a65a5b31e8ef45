"""What a text states that can be looked up in another one without a model: names, numbers, content words, denials."""

import re
import string
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import compress
from typing import NamedTuple

from bench.remembered import Remembered
from bench.sentences import sentences

WORD = re.compile(r"\w+(?:['’](?:[stdmSTDM]|re|ve|ll|RE|VE|LL)\b)?")
CAPITALISED = re.compile(r"[A-Z](?<!\w.)\w*(?:'(?:[stdm]|re|ve|ll)\b)?")
# A capital after an apostrophe may belong to the word before it or begin a new one.
SPLIT_CAPITAL = re.compile(r"'[A-Z]")
INITIALS = re.compile(r"[A-Z](?<!\w.)\.(?:[A-Z]\.)+")
# Begins with a plain digit, which the engine finds fast; what may not stand before it is looked at afterwards.
NUMBER = re.compile(
    r"(?P<digits>[0-9](?<!\w.)(?<![0-9][.,].)(?:[0-9]{0,2}(?:,[0-9]{3})+(?![0-9])|[0-9]*))(?P<decimals>\.[0-9]+)?"
    r"(?:st|nd|rd|th|s)?\b"
)
SCALED = re.compile(r"\s+(hundred|thousand|million|billion|trillion)\b", re.IGNORECASE)
ZEROS = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
PERCENT = re.compile(r"(?:\s*(?:-|–|to|and|or)\s*[0-9.,]{1,12})?\s*(?:%|per\s?cent\b)", re.IGNORECASE)
NAMED_NUMBERS = "one two three four five six seven eight nine ten eleven twelve"
NUMERALS = {word: str(number) for number, word in enumerate(NAMED_NUMBERS.split(), start=1)}
SPELT = re.compile(rf"\b(?:{'|'.join(NUMERALS)})\b", re.IGNORECASE)
LONGEST_WORD = 40
"""Characters beyond which a word is compared as it is, without looking for its stem."""

# Articles, pronouns, auxiliaries, prepositions, words that open or join sentences, titles, and what PERCENT reads.
SMALL_WORDS = """
a about according additionally after again all also alternatively although am among an and any are as at be because
been before being besides between both but by can certainly consequently could currently despite did do does doing
done down during each either else essentially even eventually ever every few finally first firstly for from further
furthermore generally get gets given got had has have having he hence her here hers herself him himself his how
however i if in indeed initially instead interestingly into is it its itself just last lastly later let like many may
maybe me meanwhile might more moreover most much must my myself nevertheless next nonetheless note of off okay on once
one only onto or other otherwise our ours out over overall own per perhaps please quite rather really s same secondly
shall she should similarly since so some sometimes soon specifically still such sure than that the their theirs them
themselves then there therefore these they this those though through throughout thus to too ultimately under
unfortunately unlike until up upon us usually very via was we well were what when where whereas whether which while
who whom whose why will with within would yes you your yours yourself
mr mrs ms dr prof sir percent cent
"""
DENIALS = "no not never none nobody nothing nowhere neither nor cannot without"
FUNCTION_WORDS, NEGATORS = frozenset(SMALL_WORDS.split()), frozenset(DENIALS.split())
EDGES = string.punctuation + "“”‘’–—…"
SHOUTED = 4
"""Words from which on a sentence in capitals is shouted, not a row of names."""


DENIAL, NUMERAL = "\0", "\1"
"""What `role` calls a negator and a number in words; no stems."""
SIGNS = frozenset({"", DENIAL, NUMERAL})
CACHED = 100_000
"""Words whose stems are remembered."""
SENTENCES = 500
"""Sentences of a text that are compared one by one."""


class Statement(NamedTuple):
    """One sentence that states something: the stems of its content words, and which of them it denies."""

    stems: frozenset[str]
    denied: frozenset[str]
    """The first content word after each "not", "never", "n't", ...: "did not win" denies "win"."""


class Facts(NamedTuple):
    """What can be looked up in a text."""

    content: frozenset[str]
    """Stems of its content words."""
    denied: frozenset[str]
    """Those of them that follow a denial."""
    numbers: tuple[str, ...]


@lru_cache(maxsize=64)
def facts(text: str, loose: bool = True) -> Facts:
    """`loose` numbers are those of a source, see `numbers`. Questions to one passage mostly come in a row: cached."""
    spoken = text.split()
    found = frozenset(" ".join(set(map(roles, spoken))).split())
    return Facts(
        content=found - SIGNS,
        denied=denied(" ".join(map(roles, spoken)).split()) if DENIAL in found else frozenset(),
        numbers=tuple(dict.fromkeys(numbers(text, loose, spelt=NUMERAL in found))),
    )


def roles_in(token: str) -> str:
    """What each word does in a piece of text without spaces, see `role`; with spaces between them."""
    return " ".join(map(role, WORD.findall(separated(token))))


roles = Remembered(roles_in, CACHED).__getitem__


@lru_cache(maxsize=CACHED)
def role(word: str) -> str:
    """The stem of a word that says what the text is about, NUMERAL, DENIAL, or "" for another word."""
    plain = word.lower().replace("’", "'").removesuffix("'s")
    if plain in NEGATORS or plain.endswith("n't"):
        return DENIAL
    if plain in NUMERALS:
        return NUMERAL
    return "" if plain in FUNCTION_WORDS or "'" in plain or plain[0].isdigit() else stem(plain)


def stem(word: str) -> str:
    """By Porter (1980), nltk's; words that are not of ASCII letters stay as they are."""
    return porter()(word) if word.isascii() and len(word) <= LONGEST_WORD else word


@cache
def porter() -> Callable[[str], str]:
    from nltk.stem.porter import PorterStemmer

    stemmer: Callable[[str], str] = PorterStemmer().stem
    return stemmer


def denied(said: Iterable[str]) -> frozenset[str]:
    """The first stem after each denial."""
    telling = [one for one in said if one != NUMERAL]
    return frozenset(compress(telling[1:], map(DENIAL.__eq__, telling))) - {DENIAL}


def separated(text: str) -> str:
    """U.S. -> US, which is then one word and ends no sentence; underscores join no words."""
    return INITIALS.sub(lambda found: found.group().replace(".", ""), text.replace("_", " "))


def uncapitalised(texts: Iterable[str]) -> frozenset[str]:
    """Words that stand in lower case in any of the texts: no names, though they may begin a sentence."""
    every: set[str] = set()
    for text in texts:
        every.update(text.split())
    return frozenset(word for piece in every if (word := piece.strip(EDGES))[:1].islower())


@lru_cache(maxsize=64)
def statements(text: str) -> frozenset[Statement]:
    """Those of a source."""
    return statements_in(sentences(separated(text)))


def statements_in(read: Sequence[str]) -> frozenset[Statement]:
    """Of the first 500 sentences, questions left out."""
    return frozenset(statement(one) for one in read[:SENTENCES] if not asks(one))


def asks(sentence: str) -> bool:
    return sentence.rstrip("\"'”’)* ").endswith("?")


def statement(sentence: str) -> Statement:
    said = " ".join(map(roles, sentence.split())).split()
    stems = frozenset(said)
    return Statement(stems - SIGNS, denied(said) if DENIAL in stems else frozenset())


def names(sentence: str, ordinary: Container[str]) -> list[str]:
    """Runs of capitalised words; the first word of a sentence only when it is not one of the `ordinary` words."""
    if sentence.isupper() and len(WORD.findall(sentence)) >= SHOUTED:
        return []
    runs: list[list[str]] = []
    end, first = -2, WORD.search(sentence)
    for match in capitalised(sentence):
        name, begin = name_in(match.group()), match.start()
        if not name or (first and begin == first.start() and name.lower() in ordinary):
            continue
        if begin - end <= 1:
            runs[-1].append(name)
        else:
            runs.append([name])
        end = begin + len(name)
    return [" ".join(run) for run in runs]


def capitalised(sentence: str) -> Iterator[re.Match[str]]:
    """The words that may be names, if not all: most sentences hold few in capitals."""
    if sentence.isascii() and SPLIT_CAPITAL.search(sentence) is None:
        return CAPITALISED.finditer(sentence)
    return WORD.finditer(sentence)


@lru_cache(maxsize=CACHED)
def name_in(word: str) -> str:
    """A capitalised word that says what the text is about, without a possessive 's; "" for any other."""
    name = word.removesuffix("'s").removesuffix("’s")
    return name if name[0].isupper() and role(name) not in SIGNS else ""


def numbers(text: str, loose: bool = False, spelt: bool = True) -> Iterator[str]:
    """Numbers in one spelling: 1,000 and "1 thousand" are 1000, "ten percent" is 10%.

    `loose` adds every reading that another text may take from it: 10 of "10%", 2 of "2 million", 1 of "one".
    `spelt` looks for numbers in words, which is slow.
    """
    for match in NUMBER.finditer(text):
        plain = match["digits"].replace(",", "").lstrip("0") or "0"
        exact = plain + (match["decimals"] or "").rstrip("0").rstrip(".")
        yield from readings(exact, text, match.end(), loose)
    for match in SPELT.finditer(text) if spelt else ():
        digits = NUMERALS[match.group().lower()]
        # "one" is mostly a pronoun: it can support a 1, but states none.
        if loose or digits != "1":
            yield from readings(digits, text, match.end(), loose)


def readings(number: str, text: str, end: int, loose: bool) -> Iterator[str]:
    scale = SCALED.match(text, end, end + 20)
    if scale:
        yield scaled(number, ZEROS[scale.group(1).lower()])
    elif PERCENT.match(text, end, end + 40):
        yield f"{number}%"
    if loose or not (scale or PERCENT.match(text, end, end + 40)):
        yield number


def scaled(number: str, zeros: int) -> str:
    whole, _, decimals = number.partition(".")
    moved = (whole + decimals[:zeros].ljust(zeros, "0")).lstrip("0") or "0"
    rest = decimals[zeros:].rstrip("0")
    return f"{moved}.{rest}" if rest else moved
