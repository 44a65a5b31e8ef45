"""What the intervals and tests of bench/stats keep of their promises, by simulation: coverage and false "better".

Run by hand: `OMP_NUM_THREADS=1 nice python benchmarks/intervals.py [COMPARISONS] [NAME...]` (2,000 without a number).
The truth is known because the data are made here: items are drawn anew for every comparison, sources (clusters) share
part of their difficulty, and every training run has luck of its own. A line is out of bounds (!) when a 95 % interval
covers the truth in less than 93 % or more than 97 % of the comparisons, or "better" is said in more than 5 % of those
without a difference; three standard errors of the simulation are allowed for at the 5 %.
"""

import sys
from collections.abc import Callable, Iterator
from itertools import product
from math import sqrt

import numpy as np
from scipy.stats import binom, multinomial

from bench.stats.clusters import cluster_codes, clustered_mean, clustered_wilson, mean_interval
from bench.stats.families import ALPHA, holm, pairs_of
from bench.stats.intervals import Interval, mean_of_items, t_interval, wilson
from bench.stats.paired import Paired, paired, upper_end

SIZES = (10, 40, 100)
RATES = (0.02, 0.1, 0.5, 0.9, 0.98)
UNEVEN = (1, 2, 5, 12)
"""Sizes of sources, in turns."""
Line = tuple[str, float, bool | None]
"""What was simulated, the share found, whether it is a coverage (True), a false difference (False), or neither."""


def items(n: int, per_source: int) -> tuple[list[str], dict[str, str]]:
    """Ids and their sources, `per_source` items each."""
    ids = [f"i{place:04}" for place in range(n)]
    return ids, {name: f"s{place // per_source}" for place, name in enumerate(ids)}


def difficulties(rng: np.random.Generator, n: int, per_source: int, item: float, source: float) -> np.ndarray:
    """Logits: standard deviations of what an item and what a source has of its own."""
    own = rng.normal(0, item, n)
    return own + np.repeat(rng.normal(0, source, -(-n // per_source)), per_source)[:n]


def answers(rng: np.random.Generator, rate: float, hard: np.ndarray, luck: float = 0.0) -> np.ndarray:
    """0 or 1 for each item; `luck` is the training run's own logit."""
    logit = np.log(rate / (1 - rate)) + luck + hard
    return (rng.random(len(hard)) < 1 / (1 + np.exp(-logit))).astype(float)


def covers(interval: Interval, truth: float) -> bool:
    low, high = interval
    return low is not None and high is not None and low - 1e-9 <= truth <= high + 1e-9


def wilson_lines(count: int) -> Iterator[Line]:
    """Exact, not simulated: the mean over all rates that a model may have, and the worst corner."""
    for n in SIZES:
        grid = np.linspace(0.005, 0.995, 199)
        found = [exact_wilson(n, rate) for rate in grid]
        yield f"Wilson, n={n}, mean over rates 0.005 to 0.995", float(np.mean(found)), True
        for rate in RATES:
            yield f"Wilson, n={n}, rate {rate}", exact_wilson(n, rate), True


def exact_wilson(n: int, rate: float) -> float:
    return float(sum(binom.pmf(hits, n, rate) for hits in range(n + 1) if covers(wilson(hits, n), rate)))


def clustered_rate_lines(count: int) -> Iterator[Line]:
    for n, per_source in ((40, 4), (100, 5), (200, 10)):
        ids, sources = items(n, per_source)
        codes = cluster_codes(ids, sources)
        for rate in (0.1, 0.5, 0.9):
            truth = marginal(rate)
            for name, interval in (("by source", clustered_wilson), ("sources ignored", plain_wilson)):
                rng = np.random.default_rng(0)
                drawn = (answers(rng, rate, difficulties(rng, n, per_source, 0.5, 1.0)) for _ in range(count))
                hits = sum(covers(interval(values, codes), truth) for values in drawn)
                promised = True if interval is clustered_wilson else None
                yield f"Wilson {name}, n={n} in {n // per_source} sources, rate {rate}", hits / count, promised


def source_grid_lines(count: int) -> Iterator[Line]:
    """Mean over rates 0.05 to 0.95; sources differ as a beta distribution with that correlation within makes them."""
    for sources, size, alike in product((5, 10, 20, 40), (2, 4, 10, 0), (0.0, 0.1, 0.3)):
        codes = codes_of(sizes(sources, size))
        found = [clustered_coverage(count, codes, rate, alike) for rate in (0.05, 0.1, 0.2, 0.3, 0.5)]
        # The other half of the rates is the mirror of this one.
        mean = float(np.average(found, weights=(2, 2, 2, 2, 1)))
        of = f"of {size}" if size else "of 1, 2, 5 and 12"
        yield f"Wilson by source, {sources} sources {of}, correlation {alike}, mean over rates", mean, True


def sizes(sources: int, size: int) -> np.ndarray:
    """`size` items each, or unevenly many for 0."""
    return np.array([size or UNEVEN[place % len(UNEVEN)] for place in range(sources)])


def codes_of(counts: np.ndarray) -> np.ndarray:
    return np.repeat(np.arange(len(counts)), counts)


def clustered_coverage(count: int, codes: np.ndarray, rate: float, alike: float) -> float:
    rng, sources = np.random.default_rng(0), int(codes.max()) + 1
    pair = [side * (1 - alike) / max(alike, 1e-9) for side in (rate, 1 - rate)]
    own = rng.beta(*pair, (count, sources)) if alike else np.full((count, sources), rate)
    drawn = (rng.random((count, len(codes))) < own[:, codes]).astype(float)
    return sum(covers(clustered_wilson(values, codes), rate) for values in drawn) / count


def plain_wilson(values: np.ndarray, codes: np.ndarray) -> Interval:
    return wilson(int(values.sum()), len(values))


def marginal(rate: float) -> float:
    """The mean rate of items and sources of those difficulties."""
    rng = np.random.default_rng(1)
    logit = np.log(rate / (1 - rate)) + rng.normal(0, sqrt(0.5**2 + 1.0), 2_000_000)
    return float((1 / (1 + np.exp(-logit))).mean())


def mean_lines(count: int) -> Iterator[Line]:
    """Scores such as ROUGE: some exact zeros and ones, the others spread between."""
    for n, (name, (draw, truth)) in product(SIZES, SCORES.items()):
        rng = np.random.default_rng(0)
        hits = sum(covers(mean_of_items(draw(rng, n), (0.0, 1.0)), truth) for _ in range(count))
        yield f"mean of scores, n={n}, {name}", hits / count, True
    for n, per_source in ((10, 5), (15, 5), (25, 5), (40, 4), (100, 5)):
        rng = np.random.default_rng(0)
        hits = sum(covers(mean_by_source(rng, n, per_source), 0.0) for _ in range(count))
        yield f"mean by source, n={n} in {n // per_source} sources", hits / count, True
    for sources in (5, 10, 20):
        rng, codes = np.random.default_rng(0), codes_of(sizes(sources, 0))
        hits = sum(covers(clustered_mean(uneven_scores(rng, codes), codes), 0.0) for _ in range(count))
        yield f"mean by source, {sources} uneven sources", hits / count, True


def uneven_scores(rng: np.random.Generator, codes: np.ndarray) -> np.ndarray:
    return rng.normal(0, 1, len(codes)) + rng.normal(0, 0.7, int(codes.max()) + 1)[codes]


def middling(rng: np.random.Generator, n: int) -> list[float]:
    return list(rng.beta(2, 2, n))


def high_scores(rng: np.random.Generator, n: int) -> list[float]:
    """Half of the answers are perfect, the others at 0.8 in the mean."""
    return list(np.where(rng.random(n) < 0.5, 1.0, rng.beta(4, 1, n)))


def mostly_zero(rng: np.random.Generator, n: int) -> list[float]:
    return list(np.where(rng.random(n) < 0.6, 0.0, rng.beta(2, 3, n)))


def mostly_one(rng: np.random.Generator, n: int) -> list[float]:
    return list(np.where(rng.random(n) < 0.8, 1.0, rng.beta(4, 1, n)))


SCORES = {
    "in the middle": (middling, 0.5),
    "half exactly 1": (high_scores, 0.9),
    "60 % exactly 0": (mostly_zero, 0.16),
    "80 % exactly 1": (mostly_one, 0.96),
}
"""Name -> how they are drawn, their true mean."""


def mean_by_source(rng: np.random.Generator, n: int, per_source: int) -> Interval:
    return clustered_mean(difficulties(rng, n, per_source, 1.0, 0.7), cluster_codes(*items(n, per_source)))


def compared(
    rng: np.random.Generator, n: int, rate: float, per_source: int, seeds: int, luck: float, methods: int
) -> list[Paired]:
    """All pairs of methods without a difference: one test set, every training run with luck of its own."""
    ids, sources = items(n, per_source)
    hard = difficulties(rng, n, per_source, 1.5, 1.0 if per_source > 1 else 0.0)
    taste = [difficulties(rng, n, per_source, 1.0, 0.7 if per_source > 1 else 0.0) for _ in range(methods)]
    runs = [
        [dict(zip(ids, answers(rng, rate, hard + own, rng.normal(0, luck)), strict=True)) for _ in range(seeds)]
        for own in taste
    ]
    found = (paired(list(zip(runs[int(a)], runs[int(b)], strict=True)), sources) for a, b in pairs_of(names(methods)))
    return [each for each in found if each]


def names(methods: int) -> list[str]:
    return [str(number) for number in range(methods)]


def rate_change_lines(count: int) -> Iterator[Line]:
    """Exact, not simulated: every pair of chances to change one way and the other, and no difference at all."""
    shares = np.linspace(0.01, 0.99, 50)
    for n in SIZES:
        outcomes = [(up, down, n - up - down) for up in range(n + 1) for down in range(n + 1 - up)]
        ends = np.array([(-upper_end(down, up, n), upper_end(up, down, n)) for up, down, _ in outcomes])
        found = [exact_change(outcomes, ends, *each) for each in product(shares, shares) if sum(each) < 1]
        yield f"Tango, n={n}, mean over all chances of change", float(np.mean(found)), True
        for each in (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4):
            covered = exact_change(outcomes, ends, each, each)
            yield f"Tango, n={n}, no difference, {each:.0%} change each way", covered, True


def exact_change(outcomes: list[tuple[int, int, int]], ends: np.ndarray, up: float, down: float) -> float:
    chances = multinomial.pmf(outcomes, sum(outcomes[0]), (up, down, 1 - up - down))
    return float(chances[(ends[:, 0] <= up - down + 1e-9) & (up - down - 1e-9 <= ends[:, 1])].sum())


def one_run_lines(count: int) -> Iterator[Line]:
    """One training run each, without luck: what may be said of these two models."""
    for n, per_source in ((10, 1), (40, 1), (100, 1), (40, 4), (100, 5)):
        for rate in RATES:
            rng = np.random.default_rng(0)
            found = [compared(rng, n, rate, per_source, 1, 0.0, 2)[0] for _ in range(count)]
            where = f"n={n}" + (f" in {n // per_source} sources" if per_source > 1 else "") + f", rate {rate}"
            yield f"change of a rate, one run, {where}", share(found, lambda f: covers((f.low, f.high), 0.0)), True
            yield f"told apart, one run, {where}", share(found, lambda f: f.p <= ALPHA), False


def score_change_lines(count: int) -> Iterator[Line]:
    """A real change of 0.05 in a score, and none."""
    for n, per_source in ((10, 1), (40, 1), (100, 1), (100, 5)):
        ids, sources = items(n, per_source)
        for change in (0.0, 0.05):
            rng, found = np.random.default_rng(0), []
            for _ in range(count):
                base = difficulties(rng, n, per_source, 0.1, 0.1 if per_source > 1 else 0.0)
                moved = base + change + difficulties(rng, n, per_source, 0.1, 0.07 if per_source > 1 else 0.0)
                found.append(paired([(dict(zip(ids, moved, strict=True)), dict(zip(ids, base, strict=True)))], sources))
            where = f"n={n}" + (f" in {n // per_source} sources" if per_source > 1 else "")
            known = [each for each in found if each]
            hit = share(known, lambda f, truth=change: covers((f.low, f.high), truth))
            yield f"change of a score of {change}, {where}", hit, True
            if not change:
                yield f"told apart, scores, {where}", share(known, lambda f: f.p <= ALPHA), False


SEVERAL_RUNS = ((10, 1, 0.5), (10, 1, 0.9), (40, 1, 0.5), (40, 1, 0.9), (100, 1, 0.5), (100, 1, 0.9), (100, 5, 0.5))
"""(test items, items of a source, rate)."""


def several_run_lines(count: int) -> Iterator[Line]:
    """Training has luck of its own: 0.3 in logits is 7 points around 50 %."""
    for seeds in (2, 3, 5):
        for n, per_source, rate in SEVERAL_RUNS:
            for luck in (0.0, 0.3, 1.0):
                rng = np.random.default_rng(0)
                found = [compared(rng, n, rate, per_source, seeds, luck, 2)[0] for _ in range(count)]
                where = f"{seeds} seeds, n={n}{' by source' if per_source > 1 else ''}, rate {rate}, luck {luck}"
                yield f"change, {where}", share(found, lambda f: covers((f.low, f.high), 0.0)), True
                yield f"told apart, {where}", share(found, lambda f: f.p <= ALPHA), False


def rate_over_seeds_lines(count: int) -> Iterator[Line]:
    """One method's own rate over several training runs, as a cell of a table has it; then single rates."""
    for seeds, n, luck, spread in product((2, 3, 5), SIZES, (0.0, 0.3, 1.0), (0.5, 1.5, 3.0)):
        where = f"{seeds} seeds, n={n}, luck {luck}, items' spread {spread}"
        yield f"rate over {where}, mean over rates", over_rates(count, seeds, n, luck, spread), True
    for seeds, luck in product((2, 3, 5), (0.0, 0.3, 1.0)):
        where = f"{seeds} seeds, n=100 in 20 sources, luck {luck}"
        yield f"rate over {where}, mean over rates", over_rates(count, seeds, 100, luck, 1.0, 5), True
    for seeds, n, rate, luck in product((2, 3, 5), SIZES, (0.5, 0.9, 0.98), (0.0, 0.3, 1.0)):
        yield f"rate over {seeds} seeds, n={n}, rate {rate}, luck {luck}", over_seeds(count, seeds, n, rate, luck), True


def over_rates(count: int, seeds: int, n: int, luck: float, spread: float, per_source: int = 1) -> float:
    """Rates 0.05 to 0.95 of a middling item and run; the upper half is the mirror of the lower."""
    found = [over_seeds(count, seeds, n, rate, luck, spread, per_source) for rate in (0.05, 0.1, 0.2, 0.3, 0.5)]
    return float(np.average(found, weights=(2, 2, 2, 2, 1)))


def over_seeds(
    count: int, seeds: int, n: int, rate: float, luck: float, spread: float = 1.5, per_source: int = 1
) -> float:
    """How often the interval of the mean rate covers that of all items and all training runs."""
    rng, (ids, sources) = np.random.default_rng(3), items(n, per_source)
    shared = 1.0 if per_source > 1 else 0.0
    many = np.random.default_rng(9).normal(0, sqrt(spread**2 + shared**2 + luck**2), 2_000_000)
    truth = float((1 / (1 + np.exp(-np.log(rate / (1 - rate)) - many))).mean())
    hits = 0
    for _ in range(count):
        hard = difficulties(rng, n, per_source, spread, shared)
        runs = [dict(zip(ids, answers(rng, rate, hard, rng.normal(0, luck)), strict=True)) for _ in range(seeds)]
        hits += covers(mean_interval(runs, sources if per_source > 1 else {}), truth)
    return hits / count


def power_lines(count: int) -> Iterator[Line]:
    """Not a promise: how often a real difference of two methods is shown."""
    for low, high in ((0.5, 0.65), (0.85, 0.95)):
        for seeds in (1, 2, 3, 5):
            for n in (40, 100, 200):
                rng = np.random.default_rng(0)
                hit = sum(is_shown(rng, n, low, high, seeds) for _ in range(count))
                yield f"power, rates {low} and {high} of a middling item, {seeds} seeds, n={n}", hit / count, None


def is_shown(rng: np.random.Generator, n: int, low: float, high: float, seeds: int) -> bool:
    """One comparison; training has its luck where there are several seeds."""
    ids, hard, luck = items(n, 1)[0], difficulties(rng, n, 1, 1.0, 0.0), 0.3 if seeds > 1 else 0.0
    runs = [[answers(rng, rate, hard, rng.normal(0, luck)) for rate in (high, low)] for _ in range(seeds)]
    found = paired([(dict(zip(ids, a, strict=True)), dict(zip(ids, b, strict=True))) for a, b in runs])
    return found is not None and told(found)


def seeds_alone_lines(count: int) -> Iterator[Line]:
    """For comparison: Student's t over seeds with the test items taken as fixed, as the table of differences has it."""
    for seeds in (2, 3, 5):
        for luck in (0.0, 0.3):
            rng, hits = np.random.default_rng(0), 0
            for _ in range(count):
                hard, changes = difficulties(rng, 100, 1, 1.5, 0), []
                tastes = [difficulties(rng, 100, 1, 1.0, 0) for _ in range(2)]
                for _ in range(seeds):
                    a, b = (answers(rng, 0.5, hard + taste, rng.normal(0, luck)).mean() for taste in tastes)
                    changes.append(a - b)
                hits += not covers(t_interval(changes, 0.01), 0.0)
            yield f"t over {seeds} seeds alone (items fixed), n=100, luck {luck}: excludes 0", hits / count, None


def table_lines(count: int) -> Iterator[Line]:
    """Any false "better" in a table of four methods, with Holm's correction."""
    for n, seeds, luck in ((10, 1, 0.0), (40, 1, 0.0), (100, 1, 0.0), (100, 2, 0.3), (100, 3, 0.3), (100, 5, 0.3)):
        rng, wrong = np.random.default_rng(0), 0
        for _ in range(count):
            wrong += min(holm([each.p for each in compared(rng, n, 0.5, 1, seeds, luck, 4)])) <= ALPHA
        yield f"any of 6 pairs told apart, Holm, {seeds} seeds, n={n}, luck {luck}", wrong / count, False


def luck_lines(count: int) -> Iterator[Line]:
    """Why one training run never says "better": the same method trained twice, each run with its luck."""
    for luck in (0.1, 0.3, 0.6):
        rng = np.random.default_rng(0)
        found = [compared(rng, 100, 0.5, 1, 1, luck, 2)[0] for _ in range(count)]
        yield f"two runs told apart although the method is one, n=100, luck {luck}", share(found, told), None


def told(found: Paired) -> bool:
    return found.p <= ALPHA


def share(found: list[Paired], is_so: Callable[[Paired], bool]) -> float:
    return sum(map(is_so, found)) / len(found)


LINES: dict[str, Callable[[int], Iterator[Line]]] = {
    "wilson": wilson_lines,
    "clustered": clustered_rate_lines,
    "grid": source_grid_lines,
    "means": mean_lines,
    "tango": rate_change_lines,
    "one-run": one_run_lines,
    "scores": score_change_lines,
    "seeds": several_run_lines,
    "rate-over-seeds": rate_over_seeds_lines,
    "seeds-alone": seeds_alone_lines,
    "power": power_lines,
    "tables": table_lines,
    "luck": luck_lines,
}


def is_in_bounds(found: float, is_coverage: bool | None, count: int) -> bool:
    if is_coverage is None:
        return True
    return 0.93 <= found <= 0.97 if is_coverage else found <= ALPHA + 3 * sqrt(ALPHA * (1 - ALPHA) / count)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    for name in sys.argv[2:] or LINES:
        for what, found, is_coverage in LINES[name](count):
            mark = " " if is_in_bounds(found, is_coverage, count) else "!"
            print(f"{mark} {100 * found:5.1f} %  {what}", flush=True)


if __name__ == "__main__":
    main()
