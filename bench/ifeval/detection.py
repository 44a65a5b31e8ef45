"""langdetect's answer for a text, from its profiles and with its seed, several times as fast as its own loop.

The algorithm is Shuyo's (2010) as in langdetect 1.0.9: random n-grams of the text move the probabilities of 55
languages until one is certain, in seven trials. Faster are only the bookkeeping (n-grams once per word, arrays in
place of lists); tests/ifeval/test_language.py compares both.
"""

import re
from functools import cache, lru_cache
from itertools import chain
from random import Random
from typing import Any, NamedTuple

SEED = 0
TRIALS, CHARACTERS = 7, 10_000
ALPHA, WIDTH, BASE = 0.5, 0.05, 10_000
CERTAIN, STEPS, LEAST = 0.99999, 1000, 0.1
LATIN = re.compile(r"[A-z]+")
OTHER_SCRIPTS = re.compile("[\u0300-\u1dff\u1f00-\U0010ffff]+")


class Profiles(NamedTuple):
    """What langdetect knows."""

    languages: list[str]
    rows: dict[str, list[float]]
    """N-gram -> its probability in each language."""
    plain: dict[int, str]
    """Code point -> the character that stands for it, a space for everything that is no letter; grows with use."""
    detector: Any
    """langdetect's Detector class, for its patterns of addresses."""
    ngram: Any
    """langdetect's NGram class."""


@cache
def profiles() -> Profiles:
    from langdetect import detector_factory
    from langdetect.detector import Detector
    from langdetect.utils.ngram import NGram

    class Plain(dict[int, str]):
        def __missing__(self, point: int) -> str:
            self[point] = NGram.normalize(chr(point))
            return self[point]

    detector_factory.init_factory()
    factory = detector_factory._factory
    return Profiles(factory.langlist, factory.word_lang_prob_map, Plain(), Detector, NGram)


def detect(text: str) -> str | None:
    """A language code such as "en"; "unknown" where none is likely, None for a text without any known n-gram."""
    *words, last = plain(text).split(" ")
    found = list(chain.from_iterable(rows(word, " ") for word in words if word)) + rows(last, "")
    return most_likely(found) if found else None


def plain(text: str) -> str:
    """Without addresses, without Latin letters in a text of another script, and with spaces for non-letters."""
    known = profiles()
    text = known.detector.MAIL_RE.sub(" ", known.detector.URL_RE.sub(" ", text))
    text = known.ngram.normalize_vi(text)[:CHARACTERS]
    if 2 * length(LATIN, text) < length(OTHER_SCRIPTS, text):
        text = LATIN.sub("", text)
    return text.translate(known.plain)


def length(pattern: re.Pattern[str], text: str) -> int:
    return sum(map(len, pattern.findall(text)))


@lru_cache(maxsize=16384)
def rows(word: str, after: str) -> list[Any]:
    """Rows of the 1- to 3-grams of a word after a space, in reading order; none inside a run of capitals."""
    said = f" {word}{after}"
    ends = [end for end in range(1, len(said)) if not (said[end].isupper() and said[end - 1].isupper())]
    grams = [said[max(0, end - size + 1) : end + 1] for end in ends for size in range(1, min(4, end + 2))]
    known = profiles().rows
    return [row(gram) for gram in grams if gram != " " and gram in known]


@cache
def row(gram: str) -> Any:
    import numpy as np

    return np.array(profiles().rows[gram])


def most_likely(found: list[Any]) -> str:
    import numpy as np

    random, languages = Random(SEED), profiles().languages
    mean = np.zeros(len(languages))
    for _ in range(TRIALS):
        mean += trial(found, random, len(languages)) / TRIALS
    best = int(mean.argmax())
    return languages[best] if mean[best] > LEAST else "unknown"


def trial(found: list[Any], random: Random, languages: int) -> Any:
    """The probability of each language when one of them is certain, or after a thousand n-grams."""
    import numpy as np

    probability, chosen = np.full(languages, 1 / languages), np.empty(languages)
    weight = (ALPHA + random.gauss(0.0, 1.0) * WIDTH) / BASE
    draws, bits, add = random.getrandbits, len(found).bit_length(), np.add
    for step in range(STEPS + 1):
        while (index := draws(bits)) >= len(found):  # what random.choice does, in a third of its time
            pass
        probability *= add(found[index], weight, chosen)
        if step % 5 == 0:
            probability /= probability.sum()
            if probability.max() > CERTAIN:
                break
    return probability
