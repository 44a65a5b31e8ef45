"""Test items that come from one source (passage, dialogue, prompt) are no independent evidence: what they count for.

Clustered standard errors as in Miller, "Adding Error Bars to Evals" (arXiv 2411.00640).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from bench.stats.intervals import ENDLESS, Ends, Interval, Z, mean_of_items, skewed_t, wilson

ALIKE = 0.05
"""Correlation within a source for which degrees of freedom are counted; with 0 uneven sources would have too many."""
CERTAIN = 0.5
"""Design effects below are luck: items of one source are not that much less alike than those of two."""
LIKELY = 0.3
"""Standard deviation of the correlations within a source that are expected before there is any data."""
ROUNDED = 2.0
"""Degrees of freedom, at least, of the spread that seeds must have because rates come in steps: with the one of two
seeds intervals of ten answers cover 98 to 100 %, as if nothing were known of rounding."""
LUCK = 0.1
"""Standard deviation of the share of a rate's variance that is training's luck, expected before there is any data: of
few items seeds differ by chance alone, which is then as good as known."""
TINIEST = 1e-12
"""Smaller p-values are not told apart."""


@dataclass(frozen=True)
class Mean:
    """A mean over items and, where there are several, over training seeds."""

    value: float
    parts: tuple[tuple[float, float], ...]
    """(variance, degrees of freedom) of what was sampled (seeds, sources) and of rounding. Variances add up."""

    @property
    def error(self) -> float:
        """Standard error; 0 where all values are equal."""
        return sqrt(sum(variance for variance, _ in self.parts))

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, by Student's t."""
        half = self.quantile(0.05) * self.error
        return self.value - half, self.value + half

    @property
    def p(self) -> float:
        """Two-sided, against 0; the error must be above 0.

        Of two seeds with Banerjee's quantile (1960), which is never too small: at 5 % Cochran and Cox's tells up to
        6.1 % false differences where one degree of freedom has almost all of the variance.
        """
        from scipy.optimize import brentq

        distance, power = abs(self.value) / self.error, 2 if min(freedom for _, freedom in self.parts) < 2 else 1
        if not distance:
            return 1.0
        if self.quantile(TINIEST, power) <= distance:
            return TINIEST
        return float(brentq(lambda p: self.quantile(p, power) - distance, TINIEST, 1.0))

    def quantile(self, p: float, power: int = 1) -> float:
        """Cochran and Cox's: each part's own Student quantile, weighted by its variance; with squares Banerjee's."""
        from scipy.special import stdtrit

        total = sum(variance for variance, _ in self.parts) or 1.0
        shares = (float(-stdtrit(freedom, p / 2)) ** power * variance / total for variance, freedom in self.parts)
        return float(sum(shares) ** (1 / power))


def cluster_codes(ids: Sequence[str], sources: Mapping[str, str]) -> np.ndarray:
    """The number of each item's cluster, from 0; an item without a source stands alone."""
    names = [("source", sources[each]) if sources.get(each) else ("item", each) for each in ids]
    places = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return np.array([places[name] for name in names])


def cluster_sums(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    return np.bincount(codes, weights=values)


def clustered_variance(values: np.ndarray, codes: np.ndarray) -> float:
    """Of the mean of the values (CR1 of even clusters); 0 for one cluster, which says nothing of it."""
    sizes = np.bincount(codes)
    if len(sizes) == 1:
        return 0.0
    sums = cluster_sums(values - values.mean(), codes)
    return float((sums**2).sum()) * evidence(sizes)[1] / len(values) ** 2


def evidence(sizes: np.ndarray) -> tuple[float, float]:
    """Degrees of freedom that a variance over clusters of such sizes has, and the factor that makes it unbiased.

    Satterthwaite's, as Bell and McCaffrey (2002) take them: of even clusters one less than there are, and n / (n - 1);
    fewer where one holds most items, for it draws the mean to itself. For items that are as alike as ALIKE.
    """
    own, shares = sizes * (1 + ALIKE * (sizes - 1)), sizes / sizes.sum()
    total, crossing, square = float(own.sum()), float(own @ shares), float(shares @ shares)
    trace = total * (1 + square) - 2 * crossing
    squares = float(own @ own) * (1 + 2 * square) + 2 * crossing**2 + total**2 * square**2
    squares += 2 * total * float(own @ shares**2) - 4 * float(own**2 @ shares) - 4 * total * crossing * square
    return trace**2 / squares, total / trace


def effective(values: np.ndarray, codes: np.ndarray) -> float:
    """Independent items that would say as much: n over the design effect (Kish 1965), never above n.

    The number of clusters where all values are equal, for then nothing tells how alike a cluster is.
    """
    n, groups, spread = len(values), int(codes.max()) + 1, float(values.var())
    if groups in (1, n) or spread == 0:
        return float(groups)
    return n / max(1.0, clustered_variance(values, codes) * n / spread)


def clustered_wilson(values: np.ndarray, codes: np.ndarray) -> Interval:
    """Wilson's interval of a rate with the number of independent items whose interval would be as wide."""
    size = as_independent(values, codes)
    return wilson(float(values.mean()) * size, size)


def as_independent(values: np.ndarray, codes: np.ndarray) -> float:
    """Independent items whose interval, with the normal quantile, is as wide as that of these values; 1 for 1 cluster.

    n over the design effect (Kish 1965). CERTAIN of it is known; the rest is estimated from few clusters and has
    Student's quantile, the two together Banerjee's (1960). Never above n (Korn and Graubard 1998).
    """
    from scipy.special import stdtrit

    sizes = np.bincount(codes)
    if len(sizes) in (1, len(values)):
        return float(len(sizes))
    design, freedom = design_effect(values, codes, sizes)
    wider = (float(stdtrit(freedom, 0.975)) / Z) ** 2
    return len(values) / max(1.0, CERTAIN + wider * max(0.0, design - CERTAIN))


def design_effect(values: np.ndarray, codes: np.ndarray, sizes: np.ndarray) -> tuple[float, float]:
    """How much less items of clusters say than independent ones, and the degrees of freedom of that.

    The mean of two estimates weighted by their degrees of freedom, as in a moderated t (Smyth 2004): that of the
    clusters, and 1, as sure as correlations within clusters of 0 give or take LIKELY make it, which is very sure of
    pairs and hardly at all of chapters. The clusters alone are too jumpy where they are small, and know nothing where
    all values are equal.
    """
    n, spread = len(values), float(values.var())
    more, (own, _) = LIKELY * (float((sizes**2).sum()) / n - 1), evidence(sizes)
    found = clustered_variance(values, codes) * n / spread if spread else 1 + more
    prior = 2 / more**2
    return (own * found + prior) / (own + prior), own + prior


def mean_interval(runs: Sequence[Mapping[str, float]], sources: Mapping[str, str], ends: Ends = ENDLESS) -> Interval:
    """95 % of the mean over items, one mapping (example id -> value) for each training seed; (None, None) for none.

    One run: Wilson for rates (0s and 1s on a scale that ends there) and clustered_mean for the rest, both by source.
    Several: Student's t over seeds and sources, which several items of one source alone do not allow; of rates as in
    Wilson's interval, for near the ends of the scale Student's covers 84 to 92 %.
    """
    ids = sorted(set.intersection(*map(set, runs))) if runs else []
    if not ids:
        return None, None
    values = np.array([[run[each] for each in ids] for run in runs], dtype=float)
    codes = cluster_codes(ids, sources)
    is_rate = ends in (ENDLESS, (0.0, 1.0)) and bool(np.isin(values, (0, 1)).all())
    if len(runs) == 1:
        return clustered_wilson(values[0], codes) if is_rate else within(clustered_mean(values[0], codes, ends), ends)
    if codes.max() == 0 < len(ids) - 1:
        return None, None
    return rate_over_seeds(values, codes) if is_rate else within(crossed(values, codes).interval, ends)


def rate_over_seeds(values: np.ndarray, codes: np.ndarray) -> Interval:
    """Of a rate over (seeds, items): Wilson's interval, with training's luck taken as it was seen.

    What chance makes of the items belongs to the rate asked about, as in Wilson's; what seeds differ beyond that does
    not, and counted with it the interval covers 98 to 99 %. Where all are right, or all wrong, the seeds add nothing to
    what the items of one say.
    """
    n = values.shape[1]
    found = crossed(values, codes, 1 / n)
    rate, (by_seed, freedom) = found.value, found.parts[0]
    if not 0 < rate < 1:
        size = as_independent(values[0], codes)
        return wilson(rate * size, size)
    chance = min(by_seed, together(values, codes))
    known = (chance, freedom + 2 / (LUCK * n) ** 2)
    square = Mean(rate, ((by_seed - chance, freedom), known, *found.parts[1:])).quantile(0.05) ** 2
    # The ends are where (rate - end)^2 = own + scaled end (1 - end).
    own, scaled = square * (by_seed - chance), square * (found.error**2 - by_seed + chance) / (rate * (1 - rate))
    centre = (rate + scaled / 2) / (1 + scaled)
    half = sqrt(scaled * rate * (1 - rate) + scaled**2 / 4 + own * (1 + scaled)) / (1 + scaled)
    return max(0.0, centre - half), min(1.0, centre + half)


def clustered_mean(values: np.ndarray, codes: np.ndarray, ends: Ends = ENDLESS) -> Interval:
    """Student's t over sources with the skewness taken out; several items of one source alone: (None, None)."""
    sizes, mean = np.bincount(codes), float(values.mean())
    if len(sizes) == len(values):
        return mean_of_items(values.tolist(), ends)
    if len(sizes) == 1:
        return None, None
    parts = cluster_sums(values - mean, codes) * len(sizes) / len(values)
    return skewed_t(mean, parts, sqrt(clustered_variance(values, codes)), evidence(sizes)[0])


def within(interval: Interval, ends: Ends) -> Interval:
    low, high = interval
    return interval if low is None or high is None else (max(low, ends[0]), min(high, ends[1]))


def crossed(values: np.ndarray, codes: np.ndarray, resolution: float = 0.0, rounding_freedom: float = ROUNDED) -> Mean:
    """The mean of (seeds, items) values, both being samples: the variances over seeds and over clusters are added.

    Clark's min F' (1973) did so. Its Satterthwaite degrees of freedom are not safe: of two seeds that agree by luck
    they told 12 % false differences where training varies most; Cochran and Cox's weighted quantile (1950) keeps to 5
    or 6. What seeds and items do together is in both variances, and is taken off that of the items, which are many:
    else the interval covers 99 % in place of 95. `resolution` as in t_interval; what it adds to the spread of the seeds
    is a part of its own. Needs two seeds.
    """
    seeds, sizes = len(values), np.bincount(codes)
    freedom = evidence(sizes)[0] if len(sizes) > 1 else 1
    by_seed = float(values.mean(axis=1).var(ddof=1))
    rounding = (max(0.0, resolution**2 / 12 - by_seed) / seeds, max(seeds - 1, rounding_freedom))
    by_item = max(0.0, clustered_variance(values.mean(axis=0), codes) - together(values, codes))
    return Mean(float(values.mean()), ((by_seed / seeds, seeds - 1), rounding, (by_item, freedom)))


def together(values: np.ndarray, codes: np.ndarray) -> float:
    """Variance of the mean by what seeds and items do together: what is left without either's own mean."""
    seeds = len(values)
    left = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
    return sum(clustered_variance(row, codes) for row in left) / (seeds * (seeds - 1))
