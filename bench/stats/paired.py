"""Two methods on the same test items: the change with its 95 % interval, and how likely luck alone makes such a one.

One training run is judged over test items: exact McNemar (1947) where each item is right or wrong and stands alone, a
sign-flip permutation of whole clusters (passages) elsewhere. Its interval is Tango's (1998, score interval) for right
and wrong, else Student's t over clusters with the skewness taken out. Several training runs are a second sample beside
the items, and their luck is added (clusters.crossed).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np

from bench.stats.clusters import (
    as_independent,
    cluster_codes,
    cluster_sums,
    clustered_mean,
    crossed,
    effective,
)
from bench.stats.intervals import Interval, Z

Values = Mapping[str, float]
"""Example id -> value."""
FLIPS = 9999
"""Random sign patterns, where there are too many clusters to try all."""
EXACT = 13
"""Clusters up to which every pattern of signs is tried."""
CLOSE = 1e-9
"""Sums nearer than that are equal but for floating point."""


@dataclass(frozen=True)
class Paired:
    """What the items say about two methods, in the column's own unit."""

    change: float
    """Mean of the first minus the second."""
    low: float | None
    """95 % interval, of this pair alone."""
    high: float | None
    p: float
    """Two-sided, not yet corrected for other pairs."""
    test: str
    """Name of the test."""
    n: int
    """Items that both have."""
    clusters: int
    """Sources that these items come from."""
    seeds: int
    """Training runs on each side."""
    up: int
    """Items on which the first is above the second, over seeds in the mean."""
    down: int
    spread: float
    """Standard error of the change by items alone, from which the smallest difference that would show is told."""


def paired(pairs: Sequence[tuple[Values, Values]], sources: Mapping[str, str] | None = None) -> Paired | None:
    """The test of (first, second) values, one pair of mappings per training seed; None without a common item.

    `sources` names the cluster of an item; an item that it lacks stands alone.
    """
    ids = sorted(set.intersection(*(set(side) for pair in pairs for side in pair))) if pairs else []
    if not ids:
        return None
    first, second = (np.array([[pair[side][each] for each in ids] for pair in pairs], dtype=float) for side in (0, 1))
    codes = cluster_codes(ids, sources or {})
    # Twelve digits: what floating point adds must not pass for a difference.
    changes = np.round(first - second, 12)
    is_rate = bool(np.isin(first, (0, 1)).all() and np.isin(second, (0, 1)).all())
    interval, p, test = (one_run if len(pairs) == 1 else several_runs)(changes, codes, is_rate)
    means = changes.mean(axis=0)
    return Paired(
        change=float(changes.mean()),
        low=interval[0],
        high=interval[1],
        p=p,
        test=test,
        n=len(ids),
        clusters=int(codes.max()) + 1,
        seeds=len(pairs),
        up=int((means > 0).sum()),
        down=int((means < 0).sum()),
        spread=float(means.std()) / sqrt(effective(means, codes)),
    )


def one_run(changes: np.ndarray, codes: np.ndarray, is_rate: bool) -> tuple[Interval, float, str]:
    sums, alone = cluster_sums(changes[0], codes), int(codes.max()) + 1 == len(codes)
    interval = rate_change(changes[0], codes) if is_rate else clustered_mean(changes[0], codes)
    if is_rate and alone:
        return interval, mcnemar(int((changes > 0).sum()), int((changes < 0).sum())), "exact McNemar"
    return interval, sign_flip(sums), "sign-flip permutation" + ("" if alone else " by source")


def several_runs(changes: np.ndarray, codes: np.ndarray, is_rate: bool) -> tuple[Interval, float, str]:
    if codes.max() == 0:
        return (None, None), 1.0, "no test: one source alone"
    step = 1 / len(codes) if is_rate else 0.0
    found, tested = crossed(changes, codes, step), crossed(changes, codes, step, rounding_freedom=1)
    if not found.error:
        return found.interval, sign_flip(cluster_sums(changes[0], codes)), "sign-flip permutation"
    return found.interval, tested.p, "Student's t over seeds and items"


def mcnemar(up: int, down: int) -> float:
    """Two-sided exact p of so many items that changed one way and the other; 1 where none did."""
    from scipy.special import bdtr

    return min(1.0, 2 * float(bdtr(min(up, down), up + down, 0.5)))


def sign_flip(sums: np.ndarray, seed: int = 0) -> float:
    """Two-sided p of the sum of clusters whose signs are flipped at random: all patterns of few, 9,999 of many.

    Clusters that sum to zero say nothing. The observed pattern counts, so that p is never 0.
    """
    moved = sums[np.abs(sums) > CLOSE]
    if not len(moved):
        return 1.0
    if len(moved) <= EXACT:
        signs = 1 - 2 * ((np.arange(2 ** len(moved))[:, None] >> np.arange(len(moved))) & 1)
        return float((np.abs(signs @ moved) >= abs(moved.sum()) - CLOSE).mean())
    as_far = int((np.abs(random_signs(len(moved), seed) @ moved) >= abs(moved.sum()) - CLOSE).sum())
    return (1 + as_far) / (1 + FLIPS)


@lru_cache(maxsize=4)
def random_signs(n: int, seed: int) -> np.ndarray:
    """The same patterns for all pairs of a table, made once."""
    return (2 * np.random.default_rng(seed).integers(0, 2, (FLIPS, n), dtype=np.int8) - 1).astype(np.float32)


def rate_change(changes: np.ndarray, codes: np.ndarray) -> Interval:
    """Tango's interval of a difference of paired rates; clusters count as the items that they are worth.

    It is not empty where nothing changed, and may leave 0 out after four changes one way, where McNemar's exact test
    asks for six: the interval keeps its 95 %, the test its 5 %.
    """
    size = as_independent(changes, codes)
    up, down = (float((side * changes > 0).sum()) * size / len(changes) for side in (1, -1))
    return -upper_end(down, up, size), upper_end(up, down, size)


def upper_end(up: float, down: float, n: float) -> float:
    """The largest true difference that is no more than Z standard errors above the one found.

    The errors are those under the difference asked about, with the rate of changes that is then most likely (Tango,
    "Equivalence test and confidence interval for the difference in proportions for the paired-sample design", 1998).
    """
    from scipy.optimize import brentq

    found = (up - down) / n

    def excess(difference: float) -> float:
        """Squared distance less that of Z standard errors, in items."""
        moved = up + down - (2 * n - up + down) * difference
        rate = (moved + sqrt(max(0.0, moved**2 + 8 * n * down * difference * (1 - difference)))) / (4 * n)
        return (up - down - n * difference) ** 2 - Z * Z * n * (2 * rate + difference * (1 - difference))

    # At the difference found itself nothing is in excess, and where no item changed the errors are 0 too.
    return 1.0 if found + CLOSE >= 1 else float(brentq(excess, found + CLOSE, 1.0))
