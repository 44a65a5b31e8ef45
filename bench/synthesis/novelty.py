"""Whether an instruction is new: ROUGE-L (Lin 2004) below 0.7 against all that were kept before (Self-Instruct)."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

TOO_NEAR = 0.7
WORD = re.compile(r"[a-z0-9]+")


class Near(NamedTuple):
    score: float
    """F-measure of ROUGE-L (0..1)."""
    text: str


class Known(NamedTuple):
    text: str
    words: list[str]
    counts: Counter[str]


class Novelty:
    """The instructions that were kept so far."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.kept: list[Known] = []
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        words = WORD.findall(text.lower())
        self.kept.append(Known(text, words, Counter(words)))

    def nearest(self, text: str) -> Near | None:
        """The first that is too near, or None. Shared words bound the score, so that few are compared in full."""
        words = WORD.findall(text.lower())
        counts = Counter(words)
        for known in self.kept:
            length = len(words) + len(known.words)
            if 2 * (counts & known.counts).total() < TOO_NEAR * length:
                continue
            score = 2 * common(words, known.words) / max(1, length)
            if score >= TOO_NEAR:
                return Near(score, known.text)
        return None


def common(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for word in one:
        before = 0
        for place, against in enumerate(other, start=1):
            before, row[place] = row[place], before + 1 if word == against else max(row[place], row[place - 1])
    return row[-1]
