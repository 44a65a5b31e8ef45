"""From per-example values to a Score with denominator and interval; no values give None and the reason."""

from collections.abc import Mapping, Sequence

from bench.record import Score
from bench.stats.intervals import ENDLESS, Ends, Interval, mean_of_items, wilson

Values = Sequence[tuple[str, float]]
"""(example id, value) pairs."""
Parts = Mapping[str, float | None]

NO_OUTPUTS = "no outputs"
SHARE: Ends = (0.0, 1.0)
"""The scale of overlap scores."""


def share(hits: int, n: int) -> float | None:
    """hits / n, None without a denominator."""
    return hits / n if n else None


def rate(values: Values, signature: str, unscored: int = 0, why: str = "", parts: Parts | None = None) -> Score:
    """Share of 1s (0..1) with its Wilson interval."""
    hits = sum(value == 1 for _, value in values)
    return scored(values, share(hits, len(values)), wilson(hits, len(values)), signature, unscored, why, parts)


def mean(
    values: Values,
    signature: str,
    unscored: int = 0,
    why: str = "",
    parts: Parts | None = None,
    ends: Ends = ENDLESS,
) -> Score:
    """Plain mean, of a scale with those ends, with Hall's interval, a Student's t that knows of skewness."""
    numbers = [value for _, value in values]
    average = sum(numbers) / len(numbers) if numbers else None
    return scored(values, average, mean_of_items(numbers, ends), signature, unscored, why, parts)


def scored(
    values: Values,
    value: float | None,
    interval: Interval,
    signature: str,
    unscored: int,
    why: str,
    parts: Parts | None,
) -> Score:
    return Score(
        value=value,
        n=len(values),
        unscored=unscored,
        why=why if values or why else NO_OUTPUTS,
        per_example={example_id: float(number) for example_id, number in values},
        low=interval[0],
        high=interval[1],
        signature=signature,
        parts=dict(parts or {}),
    )
