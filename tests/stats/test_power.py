import pytest

from bench.stats.power import detectable


def test_the_smallest_difference_is_2_8_standard_errors():
    assert detectable(0.02, 100) == pytest.approx(0.02 * 2.8016, abs=1e-5)


def test_a_rate_needs_six_changed_items():
    assert detectable(0.0, 100, is_rate=True) == 0.06
    assert detectable(0.0, 5, is_rate=True) == 1


@pytest.mark.parametrize(("error", "n"), [(0.1, 0), (0.0, 10)])
def test_without_items_or_variation_nothing_is_known(error, n):
    assert detectable(error, n) is None
