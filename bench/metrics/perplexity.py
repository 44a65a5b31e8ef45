"""Perplexity of held-out text: exp of the mean negative log-likelihood per token (Jelinek et al. 1977).

Tokens are those of the model's own tokeniser, so models with different vocabularies cannot be compared by it.
"""

import math
from collections.abc import Sequence

from bench.metrics._likelihood import NOT_MEASURED, by_document, measured, missing
from bench.record import Output, Score
from bench.stats.scores import NO_OUTPUTS

HIGHER_IS_BETTER = False
UNIT = "perplexity"
FLOORS = ()
READS = ("held_out",)
SIGNATURE = "perplexity exp(sum nll / sum tokens) bootstrap:2000 by document"
LARGEST = 700.0
"""Nats per token beyond which exp leaves the range of a float."""


def score(outputs: Sequence[Output], argument: str = "") -> Score:
    """exp(sum of nll / sum of tokens), 1 or more; the interval resamples documents. None without likelihoods."""
    known = [output for output in outputs if measured(output)]
    why = missing(outputs, len(known), NOT_MEASURED)
    unscored = len(outputs) - len(known)
    if not known:
        return Score(None, 0, unscored, why or NO_OUTPUTS, signature=SIGNATURE)
    nats, tokens = [output.nll or 0.0 for output in known], [output.nll_tokens for output in known]
    value, (low, high) = by_document(nats, tokens, perplexity)
    each = {o.example_id: perplexity(n / t) for o, n, t in zip(known, nats, tokens, strict=True)}
    parts = {"nats_per_token": sum(nats) / sum(tokens), "tokens": float(sum(tokens))}
    return Score(value, len(known), unscored, why, each, low, high, signature=SIGNATURE, parts=parts)


def perplexity(nats_per_token: float) -> float:
    return math.exp(min(nats_per_token, LARGEST))
