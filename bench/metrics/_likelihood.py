"""Likelihood of held-out documents: which outputs carry it, and ratios of sums bootstrapped by document."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from bench.record import Output
from bench.stats.intervals import Interval, bootstrap

NOT_MEASURED = "no output carries the likelihood of a held-out text"


def measured(output: Output) -> bool:
    """It carries a finite log-likelihood of at least one token."""
    return output.nll is not None and math.isfinite(output.nll) and output.nll_tokens > 0


def missing(outputs: Sequence[Output], scored: int, why_none: str) -> str:
    """Why some or all outputs are not scored; "" when all are."""
    if not outputs or scored == len(outputs):
        return ""
    return f"{len(outputs) - scored} outputs without a finite likelihood" if scored else why_none


def per_token(nats: np.ndarray, tokens: np.ndarray) -> float:
    """Sum of nats / sum of tokens, so that a long document weighs more than a short one."""
    return float(nats.sum() / tokens.sum())


def by_document(nats: Sequence[float], tokens: Sequence[int], form: Callable[[float], float]) -> tuple[float, Interval]:
    """`form` of the nats per token, and its interval over 2000 resamples of whole documents."""
    sums, counts = np.array(nats, dtype=float), np.array(tokens, dtype=float)
    value = form(per_token(sums, counts))
    low, high = bootstrap(len(sums), lambda rows: form(per_token(sums[rows], counts[rows])))
    if low is None or high is None:
        return value, (None, None)
    # Equal documents differ in the last digit once they are summed in another order.
    return value, (min(low, value), max(high, value))
