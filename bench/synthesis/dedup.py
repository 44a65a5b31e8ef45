"""Near-copies among pairs: both the question and the answer of one are those of an earlier one, by ROUGE-L >= 0.7.

0.7 is Self-Instruct's threshold (arXiv 2212.10560). There it judges instructions alone; instructions filled into one
template share most of their words and are none the less about different things, so here the answer has to be a copy,
too. What is compared at all is chosen by MinHash (Broder 1997; datasketch) over the words of the answers.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple
from zlib import crc32

from bench.metrics._rouge import Text, lcs_length, reader

THRESHOLD = 0.7
PERMUTATIONS = 128
FEW = 5000
"""Pairs up to which MinHash is set to miss next to nothing; it then proposes more to compare than it has to."""
NEARLY_EXACT, SELECTIVE = (64, 2), (32, 4)
"""(bands, rows of each): two answers with half of their words in common are missed with a chance of 1e-8, and 0.13;
with two thirds of them in common, 1e-16 and 0.001."""
EVERY = 1000

Progress = Callable[[int, int], None]


class Copy(NamedTuple):
    """A pair that repeats an earlier one, by their indices."""

    first: int
    second: int
    similarity: float
    """ROUGE-L of the answers."""


class Said(NamedTuple):
    """One text as ROUGE sees it."""

    tokens: list[str]
    occurrences: frozenset[tuple[str, int]]
    """Each token with which time it stands there: the words that two texts share are the intersection."""


class Asked(NamedTuple):
    """One pair."""

    question: Said
    answer: Said


def copies(pairs: Sequence[tuple[str, str]], threshold: float = THRESHOLD, tell: Progress | None = None) -> list[Copy]:
    """Each (question, answer) that copies an earlier one, once, with the first that it copies.

    A copy is no original for others: with a chain of small changes every second link may stay.
    """
    read = reader()
    kept: dict[int, Asked] = {}
    found: list[Copy] = []
    for index, (own, candidates, keep) in enumerate(proposed(pairs, read)):
        copy = next((one for one in candidates if similar(kept[one], own, threshold)), None)
        if copy is None:
            kept[index] = own
            keep()
        else:
            found.append(Copy(copy, index, rouge(kept[copy].answer, own.answer)))
        if tell and (index % EVERY == 0 or index + 1 == len(pairs)):
            tell(index + 1, len(pairs))
    return found


Proposal = tuple[Asked, Sequence[int], Callable[[], None]]
"""The pair, indices of earlier ones worth comparing, and a function that makes it one of them."""


def proposed(pairs: Sequence[tuple[str, str]], read: Callable[[str], Text]) -> Iterator[Proposal]:
    """By MinHash over the set of words of the answer."""
    from datasketch import MinHash, MinHashLSH

    near: Any = MinHashLSH(num_perm=PERMUTATIONS, params=NEARLY_EXACT if len(pairs) <= FEW else SELECTIVE)
    texts = [Asked(as_words(read, question), as_words(read, answer)) for question, answer in pairs]
    sketches = MinHash.generator(map(encoded, texts), num_perm=PERMUTATIONS, hashfunc=crc32)
    for index, (own, sketch) in enumerate(zip(texts, sketches, strict=True)):
        yield own, sorted(near.query(sketch)), partial(near.insert, index, sketch, check_duplication=False)


def as_words(read: Callable[[str], Text], text: str) -> Said:
    """ROUGE reads a to z and digits; of a text without any, each character counts as a word."""
    tokens = read(text).tokens or [c for c in text.casefold() if not c.isspace()]
    times: Counter[str] = Counter()
    occurrences = []
    for token in tokens:
        times[token] += 1
        occurrences.append((token, times[token]))
    return Said(tokens, frozenset(occurrences))


def encoded(asked: Asked) -> set[bytes]:
    return {token.encode("utf-8", "surrogatepass") for token in asked.answer.tokens}


def similar(one: Asked, other: Asked, threshold: float) -> bool:
    """The cheap bound of the answers first: templates make questions alike."""
    return reaches(one.answer, other.answer, threshold) and reaches(one.question, other.question, threshold)


def reaches(one: Said, other: Said, threshold: float) -> bool:
    """ROUGE-L >= threshold; the words in common are an upper bound of the longest common subsequence."""
    ours, theirs = len(one.tokens), len(other.tokens)
    least = threshold * (ours + theirs) / 2 - 1e-9
    if min(ours, theirs) < least or len(one.occurrences & other.occurrences) < least:
        return False
    return lcs_length(one.tokens, other.tokens) >= least


def rouge(one: Said, other: Said) -> float:
    """ROUGE-L as F1, 0..1; 1 for two blank texts."""
    sizes = len(one.tokens) + len(other.tokens)
    return 2 * lcs_length(one.tokens, other.tokens) / sizes if sizes else 1.0
