"""ROUGE-1, -2, -L and -Lsum F1 (Lin 2004) as Google's rouge-score: stemmed, best reference, plain mean.

A plain mean over outputs, not the resampled median of `evaluate`. rouge-score sees ASCII letters and digits
only, so a reference in another script is left unscored and counted instead of giving a silent 0; an answer in
another script than a Latin reference is a fair 0. For rougeLsum a sentence is a line.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from bench.behaviour import final_of
from bench.errors import UserError, nearest
from bench.metrics._references import missing, missing_note, notes, unscored_note
from bench.metrics._rouge import VARIANTS, reader
from bench.record import Output, Score
from bench.stats.scores import SHARE, mean

HIGHER_IS_BETTER = True
UNIT = "score"

Judged = Sequence[tuple[Output, list[str]]]
"""Outputs with the references that rouge-score can read."""


def score(outputs: Sequence[Output], argument: str = "") -> Score | Mapping[str, Score]:
    """One Score (0..1) for argument 1, 2, L or Lsum, four columns without one. Raises UserError for another."""
    if argument and argument not in VARIANTS:
        raise UserError(f"unknown argument {argument!r} of metric 'rouge'.{nearest(argument, VARIANTS)}")
    readable = [scorable(output.references) for output in outputs]
    judged = [(output, gold) for output, gold in zip(outputs, readable, strict=True) if gold]
    left_out = [output for output, gold in zip(outputs, readable, strict=True) if not gold]
    values = rouge(judged, [argument] if argument else list(VARIANTS))
    scores = {f"rouge{name}": column_score(name, column, judged, left_out) for name, column in values.items()}
    return scores[f"rouge{argument}"] if argument else scores


def rouge(judged: Judged, variants: Sequence[str]) -> dict[str, list[float]]:
    """Variant -> F of each output, the best over its references."""
    read = reader()
    values: dict[str, list[float]] = {variant: [] for variant in variants}
    for output, references in judged:
        said, gold = read(final_of(output)), [read(reference) for reference in references]
        for variant in variants:
            values[variant].append(max(VARIANTS[variant](said, text) for text in gold))
    return values


def column_score(variant: str, values: Sequence[float], judged: Judged, left_out: Sequence[Output]) -> Score:
    scored = [output for output, _ in judged]
    pairs = [(output.example_id, value) for output, value in zip(scored, values, strict=True)]
    why = notes(reasons(left_out), missing_note(scored))
    parts = {"missing": float(missing(scored))}
    return mean(pairs, signature(variant), len(left_out), why, parts, SHARE)


def signature(variant: str) -> str:
    lines = " sentences:lines" if variant == "Lsum" else ""
    return f"rouge{variant} stemmer:yes{lines} best-of-references mean rouge-score {version('rouge-score')}"


def reasons(left_out: Sequence[Output]) -> str:
    foreign = sum(any(reference.strip() for reference in output.references) for output in left_out)
    said = f"{foreign} with non-Latin references, which rouge-score cannot read" if foreign else ""
    return notes(said, unscored_note(len(left_out) - foreign))


def scorable(references: Sequence[str]) -> list[str]:
    """The references that rouge-score can read."""
    return [reference for reference in references if is_latin(reference)]


def is_latin(text: str) -> bool:
    """Some ASCII letter or digit, and at most half of the letters from other scripts."""
    if not any(c.isascii() and c.isalnum() for c in text):
        return False
    letters = [] if text.isascii() else [c for c in text if c.isalpha()]
    foreign = sum(not c.isascii() and not unicodedata.name(c, "").startswith("LATIN") for c in letters)
    return 2 * foreign <= len(letters)
