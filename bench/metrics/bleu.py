"""Corpus BLEU (Papineni et al. 2002) by sacrebleu (arXiv 1804.08771), as a share: sacrebleu prints 100 times as much.

Several references count together, as BLEU defines it. `per_example` is the BLEU of each sentence with effective
order; the corpus value is not its mean, so the interval resamples the n-gram counts of the outputs.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain
from typing import Any

import numpy as np

from bench.behaviour import final_of
from bench.errors import UserError, nearest
from bench.metrics._references import missing, missing_note, notes, unscored_note
from bench.record import Output, Score
from bench.stats.intervals import bootstrap
from bench.stats.scores import scored

HIGHER_IS_BETTER = True
UNIT = "score"
TOKENIZERS = ("13a", "intl", "char", "zh", "none", "ja-mecab", "ko-mecab")
"""Those of sacrebleu that work without a download; the last two need its extras `ja` and `ko`."""
NO_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
"""Letters of scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
ORDERS = 4
"""BLEU counts n-grams of 1 to 4 words."""
SPLIT_AT_SPACES = ("13a", "intl", "none")

Judged = Sequence[tuple[Output, list[str]]]
Words = Callable[[str], list[str]]


def score(outputs: Sequence[Output], argument: str = "") -> Score:
    """BLEU (0..1) with the tokenizer `argument`, 13a without one; outputs with blank references only are not scored.

    Raises UserError for a tokenizer that is unknown or not installed.
    """
    tokenizer = argument or "13a"
    words = splitter(tokenizer)
    judged = [(output, gold) for output in outputs if (gold := [text for text in output.references if text.strip()])]
    counts = np.array([counted(final_of(output), gold, words) for output, gold in judged], dtype=float)
    values = [(judged[at][0].example_id, bleu(row, effective_order=True)) for at, row in enumerate(counts)]
    low, high = bootstrap(len(values), lambda rows: bleu(np.bincount(rows, minlength=len(counts)) @ counts))
    return scored(
        values,
        bleu(counts.sum(axis=0)) if values else None,
        (low, high),
        signature(tokenizer, judged),
        unscored=len(outputs) - len(judged),
        why=why(outputs, judged, tokenizer),
        parts={"missing": float(missing([output for output, _ in judged]))},
    )


def library(tokenizer: str) -> Any:
    """sacrebleu's metric, made only where the tokenizer needs no download."""
    from sacrebleu.metrics.bleu import BLEU

    if tokenizer not in TOKENIZERS:
        raise UserError(f"unknown tokenizer {tokenizer!r} of metric 'bleu'.{nearest(tokenizer, TOKENIZERS)}")
    try:
        return BLEU(tokenize=tokenizer)
    except (ImportError, RuntimeError):
        extra = f"sacrebleu[{tokenizer[:2]}]"
        raise UserError(f"metric 'bleu:{tokenizer}' needs a library that is missing; pip install {extra}") from None


def splitter(tokenizer: str) -> Words:
    """From text to words with sacrebleu's tokenizer.

    13a looks no further than a word's own characters, but where "-" ends a line; so it sees each distinct word once,
    which saves most of the time that BLEU takes.
    """
    tokenised = library(tokenizer).tokenizer

    def whole(text: str) -> list[str]:
        return tokenised(text.rstrip()).split()

    parts = cache(whole)

    def by_word(text: str) -> list[str]:
        joined = "-\n" in text or "<skipped>" in text
        return whole(text) if joined else list(chain.from_iterable(map(parts, text.split())))

    return by_word if tokenizer == "13a" else whole


def counted(answer: str, references: Sequence[str], words: Words) -> list[float]:
    """What BLEU sums: length, length of the nearest reference (of two the shorter), matches and n-grams by order."""
    said, *gold = [words(text) for text in (answer, *references)]
    nearest_length = min((abs(len(each) - len(said)), len(each)) for each in gold)[1]
    totals = [max(len(said) - before, 0) for before in range(ORDERS)]
    return [len(said), nearest_length, *matching(said, gold), *totals]


def matching(said: Sequence[str], gold: Sequence[Sequence[str]]) -> list[int]:
    """By order, n-grams of the answer, each no more often than it stands in the reference that has it most often."""
    own, accepted = ngrams(said), ngrams(gold[0])
    for each in gold[1:]:
        accepted |= ngrams(each)
    matches = [0] * ORDERS
    for ngram in own.keys() & accepted.keys():
        matches[len(ngram) - 1] += min(own[ngram], accepted[ngram])
    return matches


def ngrams(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    """Of 1 to 4 words."""
    shifted = [words[begin:] for begin in range(ORDERS)]
    return Counter(chain.from_iterable(zip(*shifted[:order], strict=False) for order in range(1, ORDERS + 1)))


def bleu(counts: np.ndarray, effective_order: bool = False) -> float:
    """BLEU (0..1) by sacrebleu's formula, of one output's counts or of their sum."""
    from sacrebleu.metrics.bleu import BLEU

    said, gold, *rest = (int(count) for count in counts)
    found = BLEU.compute_bleu(rest[:ORDERS], rest[ORDERS:], said, gold, "exp", effective_order=effective_order)
    # sacrebleu gives 100.00000000000004 for equal texts.
    return min(found.score / 100, 1.0)


def signature(tokenizer: str, judged: Judged) -> str:
    """sacrebleu's own signature; references that differ in number from output to output are "var"."""
    metric = library(tokenizer)
    numbers = {len(gold) for _, gold in judged}
    metric.num_refs = numbers.pop() if len(numbers) == 1 else -1
    return f"bleu corpus 0..1 (sacrebleu prints 100x) {metric.get_signature()}"


def why(outputs: Sequence[Output], judged: Judged, tokenizer: str) -> str:
    scored = [output for output, _ in judged]
    return notes(unscored_note(len(outputs) - len(judged)), missing_note(scored), unspaced_note(judged, tokenizer))


def unspaced_note(judged: Judged, tokenizer: str) -> str:
    count = sum(any(NO_SPACES.search(text) for text in gold) for _, gold in judged)
    if not count or tokenizer not in SPLIT_AT_SPACES:
        return ""
    return f"{count} in a script without spaces, which {tokenizer} leaves whole: bleu:zh or bleu:char would not"
