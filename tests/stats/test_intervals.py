import numpy as np
import pytest
from scipy.stats import binomtest, ttest_1samp

from bench.stats.intervals import bootstrap, bootstrap_ratio, mean_of_items, skewed_t, t_interval, wilson


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
def test_the_interval_of_constant_scores_is_that_constant(value):
    assert mean_of_items([value] * 7) == (value, value)


@pytest.mark.parametrize("end", [0.0, 1.0])
def test_scores_that_are_all_at_an_end_of_their_scale_have_the_interval_of_a_rate(end):
    assert mean_of_items([end] * 7, (0.0, 1.0)) == pytest.approx(wilson(7 * end, 7))
    assert mean_of_items([0.4] * 7, (0.0, 1.0)) == pytest.approx((0.4, 0.4))


def test_the_end_of_another_scale_is_its_own():
    low, high = mean_of_items([-1.0] * 7, (-1.0, 1.0))
    assert low == -1
    assert high == pytest.approx(2 * wilson(0, 7)[1] - 1)


def test_the_interval_of_no_scores_is_none():
    assert mean_of_items([]) == (None, None)
    assert bootstrap(0, len) == (None, None)


@pytest.mark.parametrize("values", [[0.1, 0.4, 0.7], [-0.5, -0.6, -0.4, -0.7, -0.3]])
def test_scores_that_lie_evenly_have_students_interval(values):
    wanted = ttest_1samp(values, 0).confidence_interval(0.95)
    found = mean_of_items(values)
    assert found == pytest.approx((max(wanted.low, min(values)), min(wanted.high, max(values))))


def test_skewed_scores_end_where_halls_cubic_meets_students_quantile():
    values = np.array([1.0, 1, 1, 1, 1, 1, 0.9, 0.8, 0.7, 0.4])
    mean, spread, n = values.mean(), values.std(ddof=1), 10
    skewness = ((values - mean) ** 3).mean() / spread**3
    for end, quantile in zip(skewed_t(mean, values - mean, spread / n**0.5, 9), (2.262157, -2.262157), strict=True):
        far = (mean - end) / spread
        cubic = far + skewness * far**2 / 3 + skewness**2 * far**3 / 27 + skewness / (6 * n)
        assert n**0.5 * cubic == pytest.approx(quantile, abs=1e-5)


def test_the_interval_is_longer_on_the_side_of_the_tail():
    low, high = mean_of_items([1.0] * 7 + [0.9, 0.8, 0.1])
    assert 0.88 - low > 2 * (high - 0.88) > 0


def test_the_interval_of_scores_never_leaves_them():
    assert mean_of_items([0.2, 0.9]) == (0.2, 0.9)


def test_the_interval_of_many_scores_is_the_normal_one():
    data = np.random.default_rng(1).normal(size=4000)
    half = 1.96 * data.std() / 4000**0.5
    assert mean_of_items(list(data)) == pytest.approx((data.mean() - half, data.mean() + half), abs=1e-3)


def test_bootstrap_is_the_same_for_the_same_seed():
    data = np.arange(20.0)
    once, again, other = (bootstrap(20, lambda rows: data[rows].mean(), seed) for seed in (3, 3, 4))
    assert once == again != other


def test_large_data_is_drawn_in_chunks():
    data = np.arange(5000) % 2
    low, high = bootstrap(5000, lambda rows: data[rows].mean())
    assert 0.48 < low < 0.5 < high < 0.52


def test_bootstrap_of_a_ratio_of_clusters_of_one_is_that_of_the_mean():
    values = [0, 1, 1, 0, 1, 1, 1]
    means = bootstrap(7, lambda rows: np.array(values)[rows].mean())
    assert bootstrap_ratio(values, [1] * 7) == pytest.approx(means)


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
