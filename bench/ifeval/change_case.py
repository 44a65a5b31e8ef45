"""Responses in capitals, in lower case, or with so many words in capitals."""

import re
from functools import cache
from typing import Any

from bench.ifeval.instruction import Instruction, compare
from bench.ifeval.language import detect

# Words that nltk's tokenizer cuts in two.
CONTRACTED = frozenset({"CANNOT", "GIMME", "GONNA", "GOTTA", "LEMME", "WANNA"})

FINAL_PERIOD = re.compile(r"\.(?=[\])}>\"'’”»]*+$)")


def capital_word_frequency(response: str, capital_frequency: int, capital_relation: str) -> bool:
    return compare(count_capitals(response), capital_relation, capital_frequency)


def count_capitals(text: str) -> int:
    """Tokens in capitals as nltk's word_tokenize gives them: "DON'T" is two, "WELL-KNOWN" one.

    Only pieces that could hold one go through the tokenizer, which looks at each piece between spaces by itself,
    and of sentences only at the final period; that of each piece is taken off here.
    """
    pieces = [piece for piece in text.split() if piece.lower() != piece]
    whole = sum(piece.isupper() for piece in pieces if is_whole(piece))
    parts = " ".join(FINAL_PERIOD.sub(" ", piece) for piece in pieces if not is_whole(piece))
    return whole + (sum(token.isupper() for token in tokenizer().tokenize(parts)) if parts else 0)


def is_whole(piece: str) -> bool:
    return piece.isalpha() and piece not in CONTRACTED


@cache
def tokenizer() -> Any:
    from nltk.tokenize import NLTKWordTokenizer

    return NLTKWordTokenizer()


def english_capital(response: str) -> bool:
    return response.isupper() and detect(response) in ("en", None)


def english_lowercase(response: str) -> bool:
    return response.islower() and detect(response) in ("en", None)


INSTRUCTIONS = {
    "change_case:capital_word_frequency": Instruction(
        capital_word_frequency,
        {"capital_frequency": "count", "capital_relation": "relation"},
        relation="capital_relation",
    ),
    "change_case:english_capital": Instruction(english_capital),
    "change_case:english_lowercase": Instruction(english_lowercase),
}
