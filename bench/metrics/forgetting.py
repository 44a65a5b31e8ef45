"""Forgetting: how much likelier held-out general text was before training, in nats per token (definitions 5.4).

Positive means forgotten. Both likelihoods come from the same tokens, so tokenisers need not agree across models.
"""

import math
from collections.abc import Sequence

from bench.metrics._likelihood import NOT_MEASURED, by_document, measured, missing
from bench.record import Output, Score
from bench.stats.scores import NO_OUTPUTS

HIGHER_IS_BETTER = False
UNIT = "nats"
FLOORS = ()
READS = ("held_out",)
SIGNATURE = "forgetting sum(nll after - before) / sum tokens bootstrap:2000 by document"
NO_BEFORE = "no likelihood from before training; a base model that was not trained has nothing to forget"


def score(outputs: Sequence[Output], argument: str = "") -> Score:
    """(sum of nll - sum of nll_before) / sum of tokens; the interval resamples documents. None for a base model."""
    known = [output for output in outputs if measured(output) and has_before(output)]
    why = missing(outputs, len(known), NO_BEFORE if any(measured(output) for output in outputs) else NOT_MEASURED)
    unscored = len(outputs) - len(known)
    if not known:
        return Score(None, 0, unscored, why or NO_OUTPUTS, signature=SIGNATURE)
    tokens = [output.nll_tokens for output in known]
    lost = [change(output) for output in known]
    value, (low, high) = by_document(lost, tokens, float)
    each = {o.example_id: nats / t for o, nats, t in zip(known, lost, tokens, strict=True)}
    return Score(value, len(known), unscored, why, each, low, high, signature=SIGNATURE, parts=parts(known))


def has_before(output: Output) -> bool:
    return output.nll_before is not None and math.isfinite(output.nll_before)


def change(output: Output) -> float:
    return (output.nll or 0.0) - (output.nll_before or 0.0)


def parts(known: Sequence[Output]) -> dict[str, float | None]:
    """Nats per token after and before, and how many tokens were predicted."""
    tokens = sum(output.nll_tokens for output in known)
    after = sum(output.nll or 0.0 for output in known) / tokens
    before = sum(output.nll_before or 0.0 for output in known) / tokens
    return {"after": after, "before": before, "tokens": float(tokens)}
