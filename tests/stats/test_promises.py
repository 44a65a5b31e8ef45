"""A small part of benchmarks/intervals.py with fixed seeds: what the intervals and tests promise is kept."""

import importlib.util
import sys

import pytest

from bench.catalog import ROOT

COUNT = 300
SLACK = 0.04
"""Three standard errors of a share of 5 % in 300 comparisons."""


@pytest.fixture(scope="module")
def simulation():
    spec = importlib.util.spec_from_file_location("intervals_benchmark", ROOT / "benchmarks" / "intervals.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_wilson_covers_95_per_cent_of_all_rates(simulation):
    found = [line[1] for line in simulation.wilson_lines(0) if "mean over" in line[0]]
    assert found == pytest.approx([0.95] * 3, abs=0.006)


@pytest.mark.parametrize(("n", "per_source"), [(10, 1), (100, 1), (100, 5)])
def test_one_run_without_a_difference_is_told_apart_in_at_most_5_per_cent(simulation, n, per_source):
    rng = simulation.np.random.default_rng(1)
    found = [simulation.compared(rng, n, 0.5, per_source, 1, 0.0, 2)[0] for _ in range(COUNT)]
    assert simulation.share(found, simulation.told) <= 0.05 + SLACK
    assert simulation.share(found, lambda f: simulation.covers((f.low, f.high), 0.0)) >= 0.95 - SLACK


@pytest.mark.parametrize("luck", [0.0, 1.0])
def test_two_seeds_without_a_difference_are_told_apart_in_at_most_5_per_cent(simulation, luck):
    rng = simulation.np.random.default_rng(1)
    found = [simulation.compared(rng, 40, 0.5, 1, 2, luck, 2)[0] for _ in range(COUNT)]
    assert simulation.share(found, simulation.told) <= 0.05 + SLACK


def test_a_table_of_four_equal_methods_has_a_false_winner_in_at_most_5_per_cent(simulation):
    rng = simulation.np.random.default_rng(1)
    tables = [simulation.compared(rng, 40, 0.5, 1, 1, 0.0, 4) for _ in range(COUNT // 3)]
    wrong = sum(min(simulation.holm([each.p for each in pairs])) <= 0.05 for pairs in tables)
    assert wrong / len(tables) <= 0.05 + 1.7 * SLACK


def test_items_that_ignore_their_source_cover_too_little(simulation):
    """The simulation itself can fail: five copies of each item, taken for a hundred items."""
    rng = simulation.np.random.default_rng(1)
    ids, sources = simulation.items(100, 5)
    codes = simulation.cluster_codes(ids, sources)
    drawn = [simulation.answers(rng, 0.5, simulation.difficulties(rng, 100, 5, 0.0, 2.0)) for _ in range(COUNT)]
    plain, by_source = (
        sum(simulation.covers(interval(values, codes), 0.5) for values in drawn) / COUNT
        for interval in (simulation.plain_wilson, simulation.clustered_wilson)
    )
    assert plain < 0.85 < 0.95 - SLACK <= by_source
