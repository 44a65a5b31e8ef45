"""ROUGE as rouge-score 0.1.2 computes it, equal to the last digit and many times faster.

Words are stemmed by rouge-score's own tokenizer, each distinct one once, because stemming is most of its time. The
length of a longest common subsequence comes from a row of bits per word (Hyyro 2004) in place of a table, and so do
the words that rouge-score's backtracking picks out of the table for rougeLsum.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import chain, pairwise
from typing import NamedTuple, TypeVar

WORD = re.compile("[a-z0-9]+")
BLOCK = 1024
"""Rows of bits kept at once; the rest is computed again where the backtracking comes by, so that memory stays small."""

Item = TypeVar("Item", str, tuple[str, str])
Tokens = Sequence[str]
Masks = Mapping[str, int]
"""Token -> the places where it stands, as bits."""


class Text(NamedTuple):
    """A text as ROUGE sees it."""

    tokens: list[str]
    """Stems, of the whole text."""
    lines: list[list[str]]
    """The same per line ("\\n" alone ends one), lines without a token left out."""
    counts: Counter[str]
    """Token -> how often it stands in the text."""


def reader() -> Callable[[str], Text]:
    """A function from text to stems by rouge-score's tokenizer (lower case, a-z and 0-9, Porter's stemmer)."""
    from rouge_score.tokenizers import DefaultTokenizer

    tokenizer = DefaultTokenizer(use_stemmer=True)

    @cache
    def stem(word: str) -> str:
        return "".join(tokenizer.tokenize(word))

    def tokens(text: str) -> list[str]:
        return list(filter(None, map(stem, WORD.findall(text.lower()))))

    def read(text: str) -> Text:
        lines = [found for line in text.split("\n") if (found := tokens(line))]
        whole = list(chain.from_iterable(lines))
        return Text(whole, lines, Counter(whole))

    return read


def f1(hits: int, said: int, gold: int) -> float:
    precision, recall = hits / max(said, 1), hits / max(gold, 1)
    return 2 * precision * recall / (precision + recall) if hits else 0.0


def rouge1(said: Text, gold: Text) -> float:
    return f1(overlap(said.counts, gold.counts), len(said.tokens), len(gold.tokens))


def rouge2(said: Text, gold: Text) -> float:
    hits = overlap(Counter(pairwise(said.tokens)), Counter(pairwise(gold.tokens)))
    return f1(hits, len(said.tokens) - 1, len(gold.tokens) - 1)


def rouge_l(said: Text, gold: Text) -> float:
    return f1(lcs_length(said.tokens, gold.tokens), len(said.tokens), len(gold.tokens))


def rouge_lsum(said: Text, gold: Text) -> float:
    """Per line of the reference the union of its longest common subsequences with all lines of the answer."""
    if len(said.lines) == 1 == len(gold.lines):
        return rouge_l(said, gold)
    # rouge-score counts a word no more often than it stands in the answer.
    hits = overlap(Counter(union(said.lines, gold.lines)), said.counts)
    return f1(hits, len(said.tokens), len(gold.tokens))


VARIANTS: Mapping[str, Callable[[Text, Text], float]] = {"1": rouge1, "2": rouge2, "L": rouge_l, "Lsum": rouge_lsum}
"""F of an answer against a reference, 0..1."""


def overlap(one: Mapping[Item, int], other: Mapping[Item, int]) -> int:
    return sum(min(one[item], other[item]) for item in one.keys() & other.keys())


def places(tokens: Tokens) -> dict[str, int]:
    masks: dict[str, int] = {}
    for place, token in enumerate(tokens):
        masks[token] = masks.get(token, 0) | 1 << place
    return masks


def rows(tokens: Tokens, masks: Masks, row: int, whole: int) -> list[int]:
    """The table of LCS lengths, a row per token and before the first: bit j is 0 where the length grows at column j."""
    made = [row]
    for token in tokens:
        if mask := masks.get(token, 0):
            new = row & mask
            row = ((row + new) | (row - new)) & whole
        made.append(row)
    return made


def lcs_length(one: Tokens, other: Tokens) -> int:
    few, many = (one, other) if len(one) < len(other) else (other, one)
    masks, whole = places(few), (1 << len(few)) - 1
    row = whole
    # As `rows`, which keeps them all.
    for token in many:
        if mask := masks.get(token, 0):
            new = row & mask
            row = ((row + new) | (row - new)) & whole
    return len(few) - row.bit_count()


def union(said: Sequence[Tokens], gold: Sequence[Tokens]) -> list[str]:
    """Of each reference line the tokens that stand in its LCS with any line of the answer."""
    columns = [(places(line), len(line)) for line in dict.fromkeys(map(tuple, said))]
    found = []
    for line in gold:
        taken = {place for masks, width in columns for place in lcs_places(line, masks, width)}
        found += [line[place] for place in taken]
    return found


def lcs_places(line: Tokens, masks: Masks, width: int) -> list[int]:
    """The places in `line` of the one LCS that rouge-score's backtracking finds."""
    if masks.keys().isdisjoint(line):
        return []
    whole = (1 << width) - 1
    first_rows = [whole]
    for begin in range(0, len(line) - BLOCK, BLOCK):
        first_rows.append(rows(line[begin : begin + BLOCK], masks, first_rows[-1], whole)[-1])
    found: list[int] = []
    for block in reversed(range(len(first_rows))):
        tokens = line[block * BLOCK : (block + 1) * BLOCK]
        table = rows(tokens, masks, first_rows[block], whole)
        taken, width = backtrack(table, tokens, masks, width)
        found += [block * BLOCK + place for place in taken]
    return found


def backtrack(table: Sequence[int], tokens: Tokens, masks: Masks, column: int) -> tuple[list[int], int]:
    """(places taken, column where the first row is reached). From the end: a match is taken; without one, one word of
    the answer is dropped where that keeps the length and dropping one of the reference would not."""
    taken, row = [], len(tokens)
    while row and column:
        mask, below = masks.get(tokens[row - 1], 0), (1 << column) - 1
        if mask >> (column - 1) & 1:
            row, column = row - 1, column - 1
            taken.append(row)
        elif mask and table[row] >> (column - 1) & 1 and grows(table, row, below):
            column -= 1
        else:
            row -= 1
    return taken, column


def grows(table: Sequence[int], row: int, below: int) -> bool:
    """The LCS is longer with this row's token than without, up to the columns of `below`."""
    return (table[row] & below).bit_count() < (table[row - 1] & below).bit_count()
