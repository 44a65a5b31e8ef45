import numpy as np
import pytest

from bench.stats.clusters import (
    Mean,
    as_independent,
    cluster_codes,
    clustered_mean,
    clustered_variance,
    clustered_wilson,
    crossed,
    effective,
    evidence,
    mean_interval,
    together,
)
from bench.stats.intervals import t_interval, wilson

SOURCES = {"a": "x", "b": "x", "c": "y"}


def test_an_item_without_a_source_stands_alone_even_if_it_is_named_like_one():
    assert list(cluster_codes(["a", "b", "x", "y", "c"], SOURCES)) == [0, 0, 1, 2, 3]


def test_the_variance_of_clusters_of_one_is_that_of_the_mean():
    values = np.array([0.1, 0.5, 0.9, 0.2])
    assert clustered_variance(values, np.arange(4)) == pytest.approx(values.var(ddof=1) / 4)


def test_one_cluster_says_nothing_of_its_variance():
    assert clustered_variance(np.array([0.0, 1.0]), np.array([0, 0])) == 0


def test_copies_of_a_source_count_once():
    values = np.repeat([0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0], 10)
    assert effective(values, np.repeat(np.arange(10), 10)) < 10 < effective(values, np.arange(100))


def test_alike_values_count_as_many_as_there_are_clusters():
    assert effective(np.ones(20), np.repeat(np.arange(4), 5)) == 4


def test_one_seed_without_sources_is_wilson():
    run = {str(place): float(place < 3) for place in range(10)}
    assert mean_interval([run], {}) == pytest.approx(wilson(3, 10))


def test_sources_make_the_interval_of_a_rate_wider():
    run = {str(place): float(place < 20) for place in range(40)}
    low, high = mean_interval([run], {name: f"s{int(name) // 10}" for name in run})
    plain_low, plain_high = mean_interval([run], {})
    assert (high - low) > 1.5 * (plain_high - plain_low)


def test_several_seeds_of_a_rate_stay_inside_its_scale():
    runs = [{str(place): float(place < 9) for place in range(10)}, {str(place): 1.0 for place in range(10)}]
    low, high = mean_interval(runs, {})
    assert 0 <= low < 0.95 < high <= 1


def test_no_item_in_common_is_no_interval():
    assert mean_interval([{"a": 1.0}, {"b": 0.0}], {}) == mean_interval([], {}) == (None, None)


def test_seeds_alone_are_students_interval():
    values = np.repeat([[0.1], [0.4], [0.3]], 5, axis=1)
    assert crossed(values, np.arange(5)).interval == pytest.approx(t_interval([0.1, 0.4, 0.3]))


def test_the_luck_of_items_is_added_to_that_of_seeds():
    rng = np.random.default_rng(0)
    values = rng.normal(0, 1, (3, 1)) + rng.normal(0, 1, (1, 50))
    found = crossed(values, np.arange(50))
    expected = values.mean(axis=1).var(ddof=1) / 3 + values.mean(axis=0).var(ddof=1) / 50
    assert found.error == pytest.approx(expected**0.5)
    assert found.interval[0] == pytest.approx(found.value - found.quantile(0.05) * expected**0.5)


def test_what_seeds_and_items_do_together_is_counted_once():
    values = np.random.default_rng(0).normal(0, 1, (5, 400))
    (by_seed, _), _, (by_item, _) = crossed(values, np.arange(400)).parts
    assert by_item < 0.3 / (5 * 400) < by_seed < 3 / (5 * 400)


def test_rounding_is_all_that_is_known_of_two_seeds_that_agree():
    values = np.array([[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0]])
    assert crossed(values, np.arange(4), 0.25).parts[:2] == ((0.0, 1), (0.25**2 / 12 / 2, 2))
    assert crossed(values, np.arange(4), 0.25, rounding_freedom=1).parts[1][1] == 1


def test_seeds_that_differ_by_more_than_rounding_have_no_part_of_it():
    values = np.array([[1.0, 1.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]])
    assert crossed(values, np.arange(4), 0.25).parts[:2] == ((0.75**2 / 2 / 2, 1), (0.0, 2))


def test_what_seeds_and_items_do_together_by_hand():
    values = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert together(values, np.arange(2)) == pytest.approx(0.25 * 4 / (1 * 1) / (2 * 2))


def test_the_quantile_is_students_weighted_by_variance():
    assert Mean(0.0, ((3.0, 2), (1.0, 40))).quantile(0.05) == pytest.approx((3 * 4.302653 + 2.021075) / 4, abs=1e-5)


def test_p_and_interval_agree_at_five_per_cent():
    parts = ((0.04, 2), (0.01, 30))
    at_the_edge = Mean(0.0, parts).interval[1]
    assert Mean(at_the_edge, parts).p == pytest.approx(0.05)
    assert Mean(0.0, parts).p == 1
    assert Mean(1e9, parts).p < 1e-9


def test_sources_that_are_alike_count_as_many_as_their_items_and_no_more():
    run = {str(place): float(place % 2) for place in range(40)}
    assert mean_interval([run], {name: f"s{int(name) // 4}" for name in run}) == pytest.approx(wilson(20, 40))


def test_few_sources_that_differ_count_less_than_their_effective_number():
    values, codes = np.repeat([0.0, 1.0, 0.0, 1.0, 1.0], 10), np.repeat(np.arange(5), 10)
    size = effective(values, codes)
    low, high = clustered_wilson(values, codes)
    plain_low, plain_high = wilson(0.6 * size, size)
    assert low < plain_low < plain_high < high


def test_a_mean_over_several_items_of_one_source_has_no_interval():
    run = {"a": 0.2, "b": 0.4, "c": 0.7}
    assert mean_interval([run], dict.fromkeys(run, "the book")) == (None, None)
    assert mean_interval([run, run], dict.fromkeys(run, "the book")) == (None, None)
    assert mean_interval([run], {}) != (None, None)


@pytest.mark.parametrize(("freedom", "p"), [(1, 0.0621), (2, 0.05)])
def test_two_seeds_are_judged_more_strictly_than_their_interval(freedom, p):
    """The distance is (12.706 + 1.984) / 2 = 7.345; at p 0.0621 Student's 10.22 and 1.89 have that root mean square."""
    found = Mean(1.0, ((0.5, freedom), (0.5, 99)))
    at_the_end = Mean(found.quantile(0.05), ((0.5, freedom), (0.5, 99)))
    assert at_the_end.interval[0] == pytest.approx(0, abs=1e-12)
    assert at_the_end.p == pytest.approx(p, abs=5e-4)
    assert found.quantile(0.05, 2) >= found.quantile(0.05)


def test_few_sources_have_students_interval_where_drawing_from_them_would_be_too_sure():
    run = {"a": 0.2, "b": 0.4, "c": 0.7, "d": 0.9}
    low, high = mean_interval([run], {"a": "x", "b": "x", "c": "y", "d": "y"})
    assert (low + high) / 2 == pytest.approx(0.55)
    assert high - low == pytest.approx(2 * 12.7062 * 0.25)


def test_an_interval_is_cut_where_the_scale_ends():
    run = {"a": 0.2, "b": 0.4, "c": 0.7, "d": 0.9}
    assert mean_interval([run], {"a": "x", "b": "x", "c": "y", "d": "y"}, (0.0, 1.0)) == (0.0, 1.0)


def test_zeros_on_a_scale_from_minus_one_are_no_rate():
    assert mean_interval([dict.fromkeys("abc", 0.0)], {}, (-1.0, 1.0)) == (0.0, 0.0)


@pytest.mark.parametrize("sizes", [[3, 3, 3, 3], [1, 2, 5, 12], [1] * 7, [9, 4]])
def test_the_degrees_of_freedom_are_those_of_the_residuals(sizes):
    sizes = np.array(sizes)
    own = np.diag(sizes * (1 + 0.05 * (sizes - 1.0)))
    centring = np.eye(len(sizes)) - np.outer(sizes, np.ones(len(sizes))) / sizes.sum()
    left = centring @ own @ centring.T
    assert evidence(sizes) == pytest.approx((left.trace() ** 2 / (left @ left).trace(), own.trace() / left.trace()))


def test_sources_of_one_size_have_one_degree_of_freedom_less_than_they_are():
    assert evidence(np.full(5, 8)) == pytest.approx((4, 5 / 4))


def test_a_source_with_most_of_the_items_makes_the_interval_wider():
    values, even, uneven = (
        np.tile([0.1, 0.9, 0.4], 8),
        np.repeat(np.arange(6), 4),
        np.repeat(np.arange(6), [19, 1, 1, 1, 1, 1]),
    )
    (low, high), (wide_low, wide_high) = clustered_mean(values, even), clustered_mean(values, uneven)
    assert wide_high - wide_low > 1.2 * (high - low)


def test_pairs_of_items_are_never_taken_for_one_item_each():
    """Every pair is alike, as few pairs may be by chance: the design effect of 2 that they show is not believed."""
    values, codes = np.repeat([0.0, 1.0, 1.0, 0.0, 1.0], 2), np.repeat(np.arange(5), 2)
    assert 5 < as_independent(values, codes) < 10


def test_chapters_count_as_what_they_show():
    """Twenty items each: what is expected beforehand has next to no weight."""
    values, codes = np.repeat([0.0, 1.0] * 10, 20), np.repeat(np.arange(20), 20)
    assert as_independent(values, codes) == pytest.approx(effective(values, codes), rel=0.15)


def test_equal_answers_count_as_more_than_their_sources_and_less_than_their_number():
    assert 5 < as_independent(np.ones(50), np.repeat(np.arange(5), 10)) < 50
