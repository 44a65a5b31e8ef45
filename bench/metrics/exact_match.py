"""Exact match by the rules of SQuAD v1.1 (arXiv 1606.05250): the answer, normalised, is a reference.

A missing answer counts 0. Where all references are blank, as for v2's questions without an answer, only an
answer that normalises to nothing is right.
"""

import re
import string
from collections.abc import Sequence

from bench.behaviour import final_of
from bench.metrics._references import is_missing, missing, missing_note, notes, unscored_note
from bench.record import Output, Score
from bench.stats.scores import rate

HIGHER_IS_BETTER = True
UNIT = "rate"
SIGNATURE = "exact_match normalise:squad-v1.1 best-of-references missing:0"

ARTICLES = re.compile(r"\b(a|an|the)\b")
NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def score(outputs: Sequence[Output], argument: str = "") -> Score:
    """Share of outputs that match one of their references (0..1, Wilson); those without a reference are not scored."""
    judged = [output for output in outputs if output.references]
    values = [(output.example_id, float(is_match(output))) for output in judged]
    unscored = len(outputs) - len(judged)
    why = notes(unscored_note(unscored), missing_note(judged))
    return rate(values, SIGNATURE, unscored, why, {"missing": float(missing(judged))})


def is_match(output: Output) -> bool:
    return not is_missing(output) and matches(final_of(output), output.references)


def matches(answer: str, references: Sequence[str]) -> bool:
    return normalise(answer) in {normalise(reference) for reference in references}


def normalise(text: str) -> str:
    """SQuAD v1.1: lower case, then no ASCII punctuation, no articles, single spaces."""
    return " ".join(ARTICLES.sub(" ", (text or "").lower().translate(NO_PUNCTUATION)).split())
