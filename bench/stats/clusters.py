"""Test items that come from one source (passage, dialogue, prompt) are no independent evidence: what they count for.

Clustered standard errors as in Miller, "Adding Error Bars to Evals" (arXiv 2411.00640).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np

from bench.stats.intervals import Interval, Z, bootstrap_ratio, wilson

Ends = tuple[float, float]
"""Of the scale that values lie on."""
ENDLESS: Ends = (-inf, inf)
FEW = 8
"""Sources below which drawing from them says too little."""
TINIEST = 1e-12
"""Smaller p-values are not told apart."""


@dataclass(frozen=True)
class Mean:
    """A mean over items and, where there are several, over training seeds."""

    value: float
    parts: tuple[tuple[float, float], ...]
    """(variance, degrees of freedom) of what was sampled: seeds, sources. Variances add up."""

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
    """Of the mean of the values (CR1); 0 for one cluster, which says nothing of it."""
    groups = int(codes.max()) + 1
    if groups == 1:
        return 0.0
    sums = cluster_sums(values - values.mean(), codes)
    return float((sums**2).sum()) * groups / (groups - 1) / len(values) ** 2


def effective(values: np.ndarray, codes: np.ndarray) -> float:
    """Independent items that would say as much: n over the design effect (Kish 1965), never above n.

    The number of clusters where all values are equal, for then nothing tells how alike a cluster is.
    """
    return n_over_design(values, codes, 1.0)


def n_over_design(values: np.ndarray, codes: np.ndarray, weight: float) -> float:
    """`weight` times n over the design effect, never above n."""
    n, groups, spread = len(values), int(codes.max()) + 1, float(values.var())
    if groups in (1, n) or spread == 0:
        return float(groups)
    design = clustered_variance(values, codes) * n / spread
    return n * weight / max(weight, design)


def clustered_wilson(values: np.ndarray, codes: np.ndarray) -> Interval:
    """Wilson's interval of a rate with the effective number of items.

    Few clusters count for less still, by Student's quantile beside the normal one, and then n is the most that they can
    count for (Korn and Graubard 1998).
    """
    from scipy.special import stdtrit

    groups = int(codes.max()) + 1
    weight = (Z / float(stdtrit(groups - 1, 0.975))) ** 2 if groups > 1 else 1.0
    size = n_over_design(values, codes, weight)
    return wilson(float(values.mean()) * size, size)


def mean_interval(runs: Sequence[Mapping[str, float]], sources: Mapping[str, str], ends: Ends = ENDLESS) -> Interval:
    """95 % of the mean over items, one mapping (example id -> value) for each training seed; (None, None) for none.

    One run: Wilson for rates (0s and 1s on a scale that ends there) and clustered_mean for the rest, both by source.
    Several: Student's t over seeds and sources, which several items of one source alone do not allow.
    """
    ids = sorted(set.intersection(*map(set, runs))) if runs else []
    if not ids:
        return None, None
    values = np.array([[run[each] for each in ids] for run in runs], dtype=float)
    codes = cluster_codes(ids, sources)
    is_rate = ends in (ENDLESS, (0.0, 1.0)) and bool(np.isin(values, (0, 1)).all())
    if len(runs) == 1:
        return clustered_wilson(values[0], codes) if is_rate else within(clustered_mean(values[0], codes), ends)
    if codes.max() == 0 < len(ids) - 1:
        return None, None
    return within(crossed(values, codes, 1 / len(ids) if is_rate else 0.0).interval, (0.0, 1.0) if is_rate else ends)


def clustered_mean(values: np.ndarray, codes: np.ndarray) -> Interval:
    """Percentile bootstrap of sources; Student's t over them where they are few.

    A bootstrap of two to five sources covers 50 to 90 % in place of 95, Student's t 92 to 95. Items that stand alone
    are bootstrapped however few they are; several of one source alone say nothing of others: (None, None).
    """
    from scipy.special import stdtrit

    groups = int(codes.max()) + 1
    if groups == 1 < len(values):
        return None, None
    if groups >= FEW or groups == len(values):
        return bootstrap_ratio(cluster_sums(values, codes).tolist(), np.bincount(codes).tolist())
    half = float(stdtrit(groups - 1, 0.975)) * sqrt(clustered_variance(values, codes))
    return float(values.mean()) - half, float(values.mean()) + half


def within(interval: Interval, ends: Ends) -> Interval:
    low, high = interval
    return interval if low is None or high is None else (max(low, ends[0]), min(high, ends[1]))


def crossed(values: np.ndarray, codes: np.ndarray, resolution: float = 0.0) -> Mean:
    """The mean of (seeds, items) values, both being samples: the variances over seeds and over clusters are added.

    Clark's min F' (1973) did so. Its Satterthwaite degrees of freedom are not safe: of two seeds that agree by luck
    they told 12 % false differences where training varies most; Cochran and Cox's weighted quantile (1950) keeps to 5
    or 6. What seeds and items do together is in both variances, and is taken off that of the items, which are many:
    else the interval covers 99 % in place of 95. `resolution` as in t_interval. Needs two seeds.
    """
    seeds, groups = len(values), int(codes.max()) + 1
    by_seed = max(float(values.mean(axis=1).var(ddof=1)), resolution**2 / 12) / seeds
    by_item = max(0.0, clustered_variance(values.mean(axis=0), codes) - together(values, codes))
    return Mean(float(values.mean()), ((by_seed, seeds - 1), (by_item, max(groups - 1, 1))))


def together(values: np.ndarray, codes: np.ndarray) -> float:
    """Variance of the mean by what seeds and items do together: what is left without either's own mean."""
    seeds = len(values)
    left = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0) + values.mean()
    return sum(clustered_variance(row, codes) for row in left) / (seeds * (seeds - 1))
