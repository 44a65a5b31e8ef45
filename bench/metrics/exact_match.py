"""Exact match by the rules of SQuAD v1.1 (arXiv 1606.05250): the answer, normalised, is a reference."""

import re
import string
from collections.abc import Sequence

from bench.behaviour import final_of
from bench.record import Output, Score
from bench.stats.scores import rate

HIGHER_IS_BETTER = True
UNIT = "rate"
SIGNATURE = "exact_match normalise:squad-v1.1 best-of-references"

ARTICLES = re.compile(r"\b(a|an|the)\b")
NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def score(outputs: Sequence[Output], argument: str = "") -> Score:
    """Mean over outputs of the best match over references; outputs without a reference are not scored."""
    judged = [output for output in outputs if output.references]
    values = [(output.example_id, float(matches(final_of(output), output.references))) for output in judged]
    unscored = len(outputs) - len(judged)
    return rate(values, SIGNATURE, unscored=unscored, why="no reference" if unscored else "")


def matches(answer: str, references: Sequence[str]) -> bool:
    return normalise(answer) in {normalise(reference) for reference in references}


def normalise(text: str) -> str:
    """SQuAD v1.1: lower case, then no ASCII punctuation, no articles, single spaces."""
    return " ".join(ARTICLES.sub(" ", (text or "").lower().translate(NO_PUNCTUATION)).split())
