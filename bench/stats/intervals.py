"""95 % intervals: Wilson for rates, Student's t for means, percentile bootstrap for what is neither.

Wilson (1927) stays inside 0..1 and is not empty at 0 or 100 % (0 of 50 gives 0 to 7.1 %). Means of scores are skewed
where most are near an end of the scale; Hall's transformation (1992) of Student's t takes the skewness out, in closed
form. Constant data give that constant, at an end of their scale the interval of a rate. F1, BLEU and ratios have the
percentile bootstrap (Efron 1979), not BCa, which gives NaN on constant data, and its ends are moved out as far as small
samples need (Hesterberg 2014, arXiv 1411.5279, "expanded percentile"). All are over test examples; the mean of a few
seeds has Student's interval (1908).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from math import inf, sqrt

import numpy as np

Interval = tuple[float | None, float | None]
Ends = tuple[float, float]
"""Of the scale that values lie on."""
ENDLESS: Ends = (-inf, inf)

Z = 1.959963984540054
"""The 97.5 % point of the normal distribution."""
RESAMPLES = 2000
FEW = 500
"""Items up to which the draws are kept (8 MB)."""
CHUNK = 2_000_000
"""Random indices held at once (16 MB)."""
STRAIGHT = 1e-6
"""Skewness below which it is only rounding."""


def wilson(successes: float, n: float) -> Interval:
    """The 95 % interval of a rate; (None, None) for n = 0. Raises ValueError unless 0 <= successes <= n.

    Of clustered items both are given as the effective number (clusters.effective), which need not be whole.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n}; expected 0 to {n}")
    if n == 0:
        return None, None
    rate, square = successes / n, Z * Z
    centre = (rate + square / (2 * n)) / (1 + square / n)
    half = Z / (1 + square / n) * sqrt(rate * (1 - rate) / n + square / (4 * n * n))
    low = 0.0 if successes == 0 else centre - half
    high = 1.0 if successes == n else centre + half
    return low, high


def t_interval(values: Sequence[float], resolution: float = 0.0) -> Interval:
    """The 95 % interval of the mean of a few independent values, such as paired differences over training seeds.

    `resolution` is the step in which the values can differ, 1/n for a rate of n examples: their spread is taken to be
    at least that of rounding to it, step / sqrt(12), for seeds that agree by chance know nothing more exactly.
    Fewer than two values say nothing of their spread: (None, None).
    """
    from scipy.special import stdtrit

    n = len(values)
    if n < 2:
        return None, None
    data = np.asarray(values, dtype=float)
    spread = 0.0 if (data == data[0]).all() else float(data.std(ddof=1))
    half = float(stdtrit(n - 1, 0.975)) * max(spread, resolution / sqrt(12)) / sqrt(n)
    mean = sum(values) / n if spread else float(values[0])
    return mean - half, mean + half


def mean_of_items(values: Sequence[float], ends: Ends = ENDLESS) -> Interval:
    """The 95 % interval of the mean of independent values, never beyond the smallest and the largest of them.

    Constant data, and one value, give that constant. At an end of their scale they are a rate of 0 or 1 instead, for
    what has not been seen must lie on one side: ten perfect answers, 0.72 to 1. No data: (None, None).
    """
    if len(values) == 0:
        return None, None
    data = np.asarray(values, dtype=float)
    if (data == data[0]).all():
        # As a plain mean computes it: of three times 0.1 that is 0.10000000000000002.
        mean = sum(values) / len(values)
        return at_the_end(mean, len(values), ends) if mean in ends else (mean, mean)
    error = float(data.std(ddof=1)) / sqrt(len(data))
    low, high = skewed_t(float(data.mean()), data - data.mean(), error, len(data) - 1)
    return max(low, float(data.min())), min(high, float(data.max()))


def at_the_end(end: float, n: int, ends: Ends) -> tuple[float, float]:
    """Wilson's interval of none or all of n, on that scale."""
    far = (ends[1] - ends[0]) * Z * Z / (n + Z * Z)
    return (end, end + far) if end == ends[0] else (end - far, end)


def skewed_t(centre: float, parts: np.ndarray, error: float, freedom: float) -> tuple[float, float]:
    """Student's 95 % interval with the skewness of the parts taken out (Hall 1992, "On the removal of skewness").

    `parts` are what the mean is made of, as distances from `centre`; `error` is its standard error. Without skewness,
    and without an error, it is Student's own.
    """
    from scipy.special import stdtrit

    n, quantile = len(parts), float(stdtrit(freedom, 0.975))
    spread = error * sqrt(n)
    skewness = float((parts**3).mean()) / spread**3 if spread > 0 else 0.0
    if abs(skewness) < STRAIGHT:
        return centre - quantile * error, centre + quantile * error
    low, high = (float(np.cbrt(1 + skewness * (end / sqrt(n) - skewness / (6 * n)))) for end in (quantile, -quantile))
    return centre - spread * 3 * (low - 1) / skewness, centre - spread * 3 * (high - 1) / skewness


def bootstrap(n: int, statistic: Callable[[np.ndarray], float], seed: int = 0) -> Interval:
    """The 95 % interval of any statistic of n items, given 2000 index arrays of length n; of none (None, None)."""
    if n == 0:
        return None, None
    rng = np.random.default_rng(seed)
    return percentiles([[statistic(row) for row in chunk] for chunk in index_chunks(rng, n)], n)


def bootstrap_ratio(numerators: Sequence[float], denominators: Sequence[float], seed: int = 0) -> Interval:
    """The 95 % interval of sum(numerators) / sum(denominators), whose pairs (clusters) are drawn together.

    Without a pair whose denominator is above 0: (None, None).
    """
    pairs = [(a, b) for a, b in zip(numerators, denominators, strict=True) if b > 0]
    if not pairs:
        return None, None
    above, below = np.asarray(pairs, dtype=float).T
    if len(pairs) <= FEW:
        drawn = draw_counts(len(pairs), seed)
        return percentiles([(drawn * above).sum(axis=1) / (drawn * below).sum(axis=1)], len(pairs))
    chunks = index_chunks(np.random.default_rng(seed), len(pairs))
    return percentiles([above[chunk].sum(axis=1) / below[chunk].sum(axis=1) for chunk in chunks], len(pairs))


@lru_cache(maxsize=4)
def draw_counts(n: int, seed: int) -> np.ndarray:
    """How often each resample draws each item: the same draws for all pairs of a table, made once."""
    chunks = index_chunks(np.random.default_rng(seed), n)
    counted = [np.bincount((np.arange(len(c))[:, None] * n + c).ravel(), minlength=c.size) for c in chunks]
    return np.concatenate(counted).reshape(-1, n).astype(np.float64)


def index_chunks(rng: np.random.Generator, n: int) -> Iterator[np.ndarray]:
    rows = max(1, min(RESAMPLES, CHUNK // n))
    for begin in range(0, RESAMPLES, rows):
        yield rng.integers(0, n, (min(rows, RESAMPLES - begin), n))


def percentiles(chunks: Sequence[Sequence[float] | np.ndarray], n: int) -> Interval:
    """Of resampled statistics of n items (or clusters)."""
    tail = 100 * expanded_tail(n)
    low, high = np.percentile(np.concatenate([np.asarray(chunk, dtype=float) for chunk in chunks]), (tail, 100 - tail))
    return float(low), float(high)


def expanded_tail(n: int) -> float:
    """The share to leave out at each end: 2.5 %, less for small n.

    A plain percentile interval is narrow there by sqrt((n - 1) / n) and by the normal distribution in place of
    Student's: 0.86 % of 10 items, 2.3 % of 100.
    """
    from scipy.special import ndtr, stdtrit

    return float(ndtr(-float(stdtrit(n - 1, 0.975)) * sqrt(n / (n - 1)))) if n > 1 else 0.025
