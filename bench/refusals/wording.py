"""A text as the rules of refusals read it: sentences without quoted speech, and their content words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Self

from bench.remembered import Remembered
from bench.sentences import sentences

LONGEST = 20_000
"""Characters that are read: what comes later changes no label."""
WORDS_KEPT = 20_000
"""Words of which is remembered what they are: most come again."""
# A quotation ends with its mark, with the paragraph, or where the next paragraph opens its own.
QUOTED = re.compile(r'"(?:[^"\n]|\n(?!\s?\n))*+(?:"|(?=\n)|\Z)|“(?:[^“”\n]|\n(?!\s?\n))*+(?:”|(?=[“\n])|\Z)')
# All of ASCII stands in the table, because a character that it does not name takes as long as a whole line.
PLAIN = {point: chr(point) for point in range(128)} | str.maketrans("’‘ʼ", "'''", "*_`#>~")
WORD = re.compile(r"[^\W_]+")
ENDING = re.compile(r"(?:ing|ed|es|s|ly)$")
LITTLE = """
a an the and or but of to in on at for with from by as is are was were be it its this that these those you your not i me
my we our they their what how where when why who which do does did can could should would will best good way ways some
about there have has had
"""
SMALL_WORDS = frozenset(LITTLE.split())

# Words and stems of words without which nothing is declined or unknown: most sentences hold none, which saves time.
CUES = re.compile(
    r"n't\b|\b(?:no(?:t|r|ne|pe|body|thing|where|n)?\b|n/a|não|nee\b|n'|ne\b|cannot|never|un(?:able|willing|a[nw]|c|f"
    r"|k|su)"
    r"|declin|refus|reject|denied|rather|prefer|hesitant|reluctant|loath|skip|leave|keep|pass\b|limits|privat|secret"
    r"|confid"
    r"|sensitive|classified|privileg|personal|against|violat|break|contrary|prevent|prohibit|forbid|bars?\b|stop"
    r"|inappropr"
    r"|unethical|irresponsib|wrong|beyond|outside|exceed|out\b|breach|invasion|betrayal|privacy|improper"
    r"|dishonest"
    r"|business|only|just|lack|missing|clue|idea|beats|knows|hard|difficult|dunno|guess|mystery|wish"
    r"|impossible"
    r"|omits|silent|open|escape|elude|little|zero|absent|bound|obliged|required|sworn"
    r"|lips"
    r"|object|abstain|refrain|sit\b|bow\b|stay|draw|things|programmed|designed|instructed|trained|told|asked|chosen"
    r"|decided"
    r"|agreed|promised|down|impossible|kann|könn|darf|dürf|werde|möchte"
    r"|weiß|ik\b"
    r"|polic|asks|protect|between|spoil|respect|guard)"
)
FIRST_OF_TWO = re.compile(r"\b(?:above|search|count|how|have|look|will)$")
TWO_WORD_CUES = re.compile(
    r"\b(?:(?:above|search|count) me|how (?:(?:w|sh|c)ould|can i)|have to ask|look elsewhere|will (?:ich|wir))"
)


@dataclass(frozen=True)
class Passage:
    """Some sentences of a text in order."""

    spoken: tuple[str, ...]
    """As written, list markers included."""

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The same, plain."""
        return tuple(map(plain, self.spoken))

    @classmethod
    def of(cls, text: str, read: Sequence[str] | None = None) -> Self:
        """What the writer says in their own voice: at most 20,000 characters, quotations left out.

        `read` are the sentences of the text, where they are known.
        """
        said = straight(text[:LONGEST])
        if '"' in said or "“" in said:
            said = QUOTED.sub(" ", said)
        return cls(tuple(sentences(said) if read is None or said != text else read))

    def part(self, begin: int, end: int) -> Self:
        return type(self)(self.spoken[begin:end])

    def after(self, place: int) -> Self:
        return type(self)(self.spoken[place + 1 :])


@lru_cache(maxsize=1024)
def plain(text: str) -> str:
    """Lower case, straight apostrophes, no markdown, single spaces."""
    return " ".join(text.translate(PLAIN).lower().split())


@lru_cache(maxsize=256)
def cued(line: str) -> bool:
    """False for a line in which nothing can be declined or unknown."""
    cues = set(map(cue, line.split()))
    return 1.0 in cues or (0.5 in cues and TWO_WORD_CUES.search(line) is not None)


def cue_in(word: str) -> float:
    """1 for a cue, 0.5 for what may be the first word of one, 0 for any other word."""
    return 1.0 if CUES.search(word) else 0.5 if FIRST_OF_TWO.search(word) else 0.0


cue = Remembered(cue_in, WORDS_KEPT).__getitem__


def straight(text: str) -> str:
    return text.replace("’", "'").replace("‘", "'").replace("ʼ", "'")


def content_words(line: str) -> list[str]:
    return [word for word in WORD.findall(line) if word not in SMALL_WORDS]


def stems(line: str) -> frozenset[str]:
    """Content words of a plain line without endings, cut to five letters: "stealing of things" gives steal, thing."""
    return stems_of(WORD.findall(line))


def stems_of(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(stem, words)) - {""}


def stem_in(word: str) -> str:
    """ "" for a word that says nothing of the content."""
    return "" if len(word) <= 2 or word in SMALL_WORDS else ENDING.sub("", word)[:5]


stem = Remembered(stem_in, WORDS_KEPT).__getitem__
