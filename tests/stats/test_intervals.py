import numpy as np
import pytest
from scipy.stats import binomtest, ttest_1samp

from bench.stats.intervals import bootstrap, bootstrap_mean, bootstrap_ratio, t_interval, wilson


@pytest.mark.parametrize(("hits", "n"), [(0, 50), (1, 3), (95, 100), (50, 50), (3, 1000)])
def test_wilson_equals_scipy(hits, n):
    assert wilson(hits, n) == pytest.approx(tuple(binomtest(hits, n).proportion_ci(method="wilson")), abs=1e-12)


def test_wilson_is_not_empty_at_zero():
    assert wilson(0, 50) == pytest.approx((0, 0.0713), abs=1e-4)


def test_wilson_of_95_in_100():
    assert wilson(95, 100) == pytest.approx((0.888, 0.978), abs=1e-3)


def test_wilson_without_a_denominator_is_none():
    assert wilson(0, 0) == (None, None)


def test_wilson_refuses_more_hits_than_trials():
    with pytest.raises(ValueError, match="3 successes of 2"):
        wilson(3, 2)


@pytest.mark.parametrize("value", [0.0, 0.3, 1.0])
def test_bootstrap_of_constant_data_is_that_constant(value):
    assert bootstrap_mean([value] * 7) == (value, value)


def test_bootstrap_of_nothing_is_none():
    assert bootstrap_mean([]) == (None, None)
    assert bootstrap(0, len) == (None, None)


def test_bootstrap_is_the_same_for_the_same_seed():
    data = list(range(20))
    assert bootstrap_mean(data, seed=3) == bootstrap_mean(data, seed=3) != bootstrap_mean(data, seed=4)


def test_bootstrap_of_a_mean_is_near_the_normal_interval():
    data = np.random.default_rng(1).normal(size=400)
    half = 1.96 * data.std() / 20
    assert bootstrap_mean(data) == pytest.approx((data.mean() - half, data.mean() + half), abs=0.02)


def test_bootstrap_mean_agrees_with_the_general_bootstrap():
    data = np.arange(30.0)
    assert bootstrap_mean(data) == pytest.approx(bootstrap(30, lambda rows: float(data[rows].mean())))


def test_large_data_is_drawn_in_chunks():
    low, high = bootstrap_mean(np.arange(5000) % 2)
    assert 0.48 < low < 0.5 < high < 0.52


def test_bootstrap_of_a_ratio_of_clusters_of_one_is_that_of_the_mean():
    values = [0, 1, 1, 0, 1, 1, 1]
    assert bootstrap_ratio(values, [1] * 7) == pytest.approx(bootstrap_mean(values))


def test_bootstrap_of_a_ratio_draws_whole_clusters():
    alone, together = bootstrap_ratio([0, 1] * 30, [1] * 60), bootstrap_ratio([0, 3] * 10, [3] * 20)
    assert together[1] - together[0] > 1.5 * (alone[1] - alone[0])


def test_bootstrap_of_a_ratio_without_a_denominator_is_none():
    assert bootstrap_ratio([], []) == bootstrap_ratio([0.0], [0.0]) == (None, None)


@pytest.mark.parametrize("values", [[0.1, 0.4], [-0.5, -0.6, -0.45], [1.0, 2.0, 4.0, 8.0]])
def test_students_interval_equals_scipy(values):
    wanted = ttest_1samp(values, 0).confidence_interval(0.95)
    assert t_interval(values) == pytest.approx((wanted.low, wanted.high), abs=1e-12)


@pytest.mark.parametrize("values", [[], [0.5]])
def test_students_interval_of_fewer_than_two_values_is_none(values):
    assert t_interval(values) == (None, None)


def test_students_interval_of_equal_values_is_as_wide_as_their_resolution():
    assert t_interval([0.3] * 3) == (0.3, 0.3)
    low, high = t_interval([0.3] * 3, resolution=0.1)
    assert high - low == pytest.approx(2 * 4.3027 * 0.1 / 12**0.5 / 3**0.5, abs=1e-4)
    assert t_interval([0.1, 0.4], resolution=0.1) == t_interval([0.1, 0.4])
