"""The smallest difference that a test set could have shown, so that "no difference" is not read as "the same".

Power analysis as in Card et al., "With Little Power Comes Great Responsibility" (arXiv 2010.06595), with the formula
of Miller (arXiv 2411.00640): (z of 1 - alpha/2 + z of the power) standard errors of the paired difference.
"""

POWER = 0.8
ALPHA = 0.05
FEWEST = 6
"""Items that must change in one direction before exact McNemar can be below 0.05: 2 / 2^6 = 0.03."""


def detectable(error: float, n: int, is_rate: bool = False) -> float | None:
    """A true difference that is shown with probability 0.8 at alpha 0.05, in the unit of the error; None without items.

    `error` is the standard error of the difference as it was measured. Where nothing varied it says nothing: of a rate
    at least 6 of the n items must change, of anything else None.
    """
    from scipy.special import ndtri

    if n == 0:
        return None
    wanted = float(ndtri(1 - ALPHA / 2) + ndtri(POWER)) * error
    least = min(1.0, FEWEST / n) if is_rate else 0.0
    return max(wanted, least) or None
