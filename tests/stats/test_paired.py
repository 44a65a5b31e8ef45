from itertools import product

import numpy as np
import pytest
from scipy.stats import binomtest, permutation_test

from bench.stats.paired import mcnemar, paired, rate_change, sign_flip


def rates(text):
    """ "1101" -> {"0": 1.0, "1": 1.0, "2": 0.0, "3": 1.0}."""
    return {str(place): float(mark) for place, mark in enumerate(text)}


def test_exact_mcnemar_of_one_against_nine_by_hand():
    assert mcnemar(1, 9) == pytest.approx(2 * (1 + 10) / 2**10)


@pytest.mark.parametrize(("up", "down"), [(0, 1), (3, 3), (7, 2), (0, 200), (1000, 900)])
def test_mcnemar_agrees_with_scipys_binomial_test(up, down):
    assert mcnemar(up, down) == mcnemar(down, up) == pytest.approx(binomtest(up, up + down).pvalue)


def test_mcnemar_of_items_that_all_agree_is_one():
    assert mcnemar(0, 0) == 1


def test_five_changes_one_way_are_too_few_for_mcnemar():
    assert mcnemar(0, 5) > 0.05 > mcnemar(0, 6)


def test_flipping_signs_of_few_clusters_tries_all_patterns():
    sums = np.array([3.0, 1.0, -0.5, 2.0])
    as_far = [abs(np.dot(signs, sums)) >= 5.5 for signs in product((-1, 1), repeat=4)]
    assert sign_flip(sums) == sum(as_far) / 16


def test_flipping_signs_of_many_agrees_with_scipy():
    sums = np.random.default_rng(1).normal(0.3, 1, 40)
    theirs = permutation_test((sums,), np.sum, permutation_type="samples", n_resamples=9999, rng=0).pvalue
    assert sign_flip(sums) == pytest.approx(theirs, abs=0.02)


def test_flipping_signs_of_nothing_but_zeros_is_one():
    assert sign_flip(np.zeros(5)) == 1


def test_flipped_signs_of_right_and_wrong_are_mcnemar():
    assert sign_flip(np.array([1.0] * 9 + [-1.0])) == pytest.approx(mcnemar(9, 1))


def test_a_p_is_never_zero():
    assert sign_flip(np.ones(200)) == 1 / 10_000


def test_the_interval_of_two_equal_rates_is_not_empty():
    end = 1.959964**2 / (10 + 1.959964**2)
    assert rate_change(np.zeros(10), np.arange(10)) == pytest.approx((-end, end), abs=1e-6)


def most_likely(up, down, n, difference):
    """The rate of changes downward that is most likely if the difference is true, by trying all."""
    low = max(0.0, -difference) + 1e-9
    rates = np.linspace(low, (1 - difference) / 2 - 1e-9, 200_001)
    likely = (
        up * np.log(rates + difference) + down * np.log(rates) + (n - up - down) * np.log1p(-2 * rates - difference)
    )
    return rates[np.argmax(likely)]


@pytest.mark.parametrize(("up", "down", "n"), [(8, 2, 40), (1, 3, 10), (20, 20, 100)])
def test_the_ends_of_tangos_interval_are_as_many_errors_away_as_the_quantile(up, down, n):
    changes = np.array([1.0] * up + [-1.0] * down + [0.0] * (n - up - down))
    for end in rate_change(changes, np.arange(n)):
        error = ((2 * most_likely(up, down, n, end) + end * (1 - end)) / n) ** 0.5
        assert abs((up - down) / n - end) / error == pytest.approx(1.959964, abs=1e-3)


def test_a_difference_turned_round_has_the_interval_turned_round():
    changes = np.array([1.0] * 5 + [-1.0] * 2 + [0.0] * 13)
    low, high = rate_change(changes, np.arange(20))
    assert rate_change(-changes, np.arange(20)) == pytest.approx((-high, -low))


def test_four_changes_one_way_leave_0_out_of_the_interval_and_not_of_the_test():
    found = paired([(rates("1111000000"), rates("0000000000"))])
    assert found.low > 0
    assert found.p == 0.125


def test_no_change_of_a_rate_is_beyond_all():
    low, high = rate_change(np.ones(5), np.arange(5))
    assert 0 < low < high == 1


def test_right_and_wrong_alone_is_mcnemars_test():
    found = paired([(rates("111111110"), rates("000000001"))])
    assert (found.test, found.up, found.down, found.n) == ("exact McNemar", 8, 1, 9)
    assert found.p == mcnemar(8, 1)


def test_items_of_one_source_are_permuted_together():
    sources = {str(place): f"s{place // 4}" for place in range(8)}
    found = paired([(rates("11111111"), rates("00000000"))], sources)
    assert (found.test, found.clusters, found.p) == ("sign-flip permutation by source", 2, 0.5)


def test_scores_are_flipped():
    ours, theirs = ({str(place): base + place / 100 for place in range(30)} for base in (0.5, 0.4))
    found = paired([(ours, theirs)])
    assert (found.test, found.change) == ("sign-flip permutation", pytest.approx(0.1))
    assert (found.low, found.high) == pytest.approx((0.1, 0.1))


def test_items_that_one_side_lacks_are_left_out():
    assert paired([(rates("1111"), rates("11"))]).n == 2


@pytest.mark.parametrize("pairs", [[], [({}, {})], [({"a": 1.0}, {"b": 1.0})]])
def test_nothing_in_common_is_no_test(pairs):
    assert paired(pairs) is None


def test_two_seeds_are_judged_over_seeds_and_items():
    found = paired([(rates("1" * 20), rates("0" * 20)), (rates("1" * 20), rates("1" * 10 + "0" * 10))])
    assert (found.seeds, found.test) == (2, "Student's t over seeds and items")
    assert found.low < 0 < found.change < found.high


def test_seeds_that_agree_on_everything_show_a_difference():
    found = paired([(rates("1" * 20), rates("0" * 20))] * 3)
    assert found.p < 0.001
    assert found.low > 0.9


def test_seeds_of_constant_scores_fall_back_on_permutation():
    found = paired([({"a": 0.4, "b": 0.4}, {"a": 0.1, "b": 0.1})] * 2)
    assert (found.p, found.low, found.test) == (0.5, pytest.approx(0.3), "sign-flip permutation")


def test_one_source_alone_shows_nothing_whatever_the_seeds():
    sources = {str(place): "chapter 1" for place in range(20)}
    found = paired([(rates("1" * 20), rates("0" * 20))] * 5, sources)
    assert (found.p, found.low, found.test) == (1.0, None, "no test: one source alone")


def test_floating_point_is_no_difference():
    assert paired([({"a": 0.1 + 0.2}, {"a": 0.3})]).p == 1
