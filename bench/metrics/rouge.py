"""ROUGE-1, ROUGE-2 and ROUGE-L F1 (Lin 2004) with Google's rouge-score: stemmed, best reference, plain mean.

A plain mean over outputs, not the resampled median of `evaluate`. rouge-score sees ASCII letters and digits
only, so a reference in another script is left unscored and counted instead of giving a silent 0.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from bench.behaviour import final_of
from bench.errors import UserError, nearest
from bench.record import Output, Score
from bench.stats.scores import mean

HIGHER_IS_BETTER = True
UNIT = "score"
VARIANTS = ("1", "2", "L")

Rows = Sequence[tuple[str, dict[str, float]]]
"""(example id, column -> F) pairs."""


def score(outputs: Sequence[Output], argument: str = "") -> Score | Mapping[str, Score]:
    """One Score (0..1) for argument 1, 2 or L, three columns without one. Raises UserError for another."""
    if argument and argument not in VARIANTS:
        raise UserError(f"unknown argument {argument!r} of metric 'rouge'.{nearest(argument, VARIANTS)}")
    columns = [f"rouge{variant}" for variant in ([argument] if argument else VARIANTS)]
    scores = columns_of(outputs, columns)
    return scores[columns[0]] if argument else scores


def columns_of(outputs: Sequence[Output], columns: Sequence[str]) -> dict[str, Score]:
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(list(columns), use_stemmer=True)
    judged = [(output, latin) for output in outputs if (latin := scorable(output.references))]
    rows = [(output.example_id, best(scorer, final_of(output), latin)) for output, latin in judged]
    return {column: column_score(outputs, rows, column) for column in columns}


def best(scorer: Any, answer: str, references: Sequence[str]) -> dict[str, float]:
    """F of each column, its maximum over the references."""
    per_reference = [scorer.score(reference, answer) for reference in references]
    return {column: max(float(row[column].fmeasure) for row in per_reference) for column in per_reference[0]}


def column_score(outputs: Sequence[Output], rows: Rows, column: str) -> Score:
    values = [(example_id, row[column]) for example_id, row in rows]
    signature = f"{column} stemmer:yes best-of-references mean rouge-score {version('rouge-score')}"
    return mean(values, signature, unscored=len(outputs) - len(values), why=reasons(outputs))


def reasons(outputs: Sequence[Output]) -> str:
    left_out = [output for output in outputs if not scorable(output.references)]
    foreign = sum(any(reference.strip() for reference in output.references) for output in left_out)
    blank = len(left_out) - foreign
    said = [f"{foreign} with non-Latin references, which rouge-score cannot read"] if foreign else []
    return "; ".join([*said, f"{blank} without a reference"] if blank else said)


def scorable(references: Sequence[str]) -> list[str]:
    """The references that rouge-score can read."""
    return [reference for reference in references if is_latin(reference)]


def is_latin(text: str) -> bool:
    """Some ASCII letter or digit, and at most half of the letters from other scripts."""
    letters = [c for c in text if c.isalpha()]
    foreign = sum(not c.isascii() and not unicodedata.name(c, "").startswith("LATIN") for c in letters)
    return any(c.isascii() and c.isalnum() for c in text) and 2 * foreign <= len(letters)
