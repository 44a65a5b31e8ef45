"""Key words that must, must not, or must so often stand in a response, and how often a letter must.

As the official code does, words are found in any case, and inside longer words unless they are forbidden ones.
They are searched as plain text, not as regular expressions; none of the 541 prompts has one where that differs.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from bench.ifeval.instruction import Instruction, compare


@lru_cache(maxsize=4096)
def anywhere(word: str) -> re.Pattern[str]:
    return re.compile(re.escape(word), re.IGNORECASE)


@lru_cache(maxsize=4096)
def whole_words(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)


def existence(response: str, keywords: Sequence[str]) -> bool:
    return all(anywhere(word).search(response) for word in keywords)


def frequency(response: str, keyword: str, frequency: int, relation: str) -> bool:
    return compare(len(anywhere(keyword.strip()).findall(response)), relation, frequency)


def forbidden_words(response: str, forbidden_words: Sequence[str]) -> bool:
    return whole_words(tuple(forbidden_words)).search(response) is None


def letter_frequency(response: str, letter: str, let_frequency: int, let_relation: str) -> bool:
    """Counts any character: the official code draws a random letter in place of "#" and "!"."""
    return compare(response.lower().count(letter.strip().lower()), let_relation, let_frequency)


INSTRUCTIONS = {
    "keywords:existence": Instruction(existence, {"keywords": "texts"}),
    "keywords:frequency": Instruction(
        frequency, {"keyword": "text", "frequency": "count", "relation": "relation"}, relation="relation"
    ),
    "keywords:forbidden_words": Instruction(forbidden_words, {"forbidden_words": "texts"}, forbids=True),
    "keywords:letter_frequency": Instruction(
        letter_frequency,
        {"letter": "letter", "let_frequency": "count", "let_relation": "relation"},
        relation="let_relation",
    ),
}
