from dataclasses import replace

import pytest

from bench.case import Case
from bench.record import RunRecord, Score
from bench.running import Run

RIGHT = Case("s", "m", "d", "full", variant="right")
WRONG = replace(RIGHT, variant="wrong", against="right")


def a_run(values, seeds=3, n=100):
    """`values` of each (variant, seed)."""

    def make(case):
        value = values[case.variant][case.seed]
        return RunRecord(case, "ok", scores={"bleu": Score(0.5, n), "f1": Score(value, n, why="no label")})

    return Run(make, [case.with_seed(seed) for case in (RIGHT, WRONG) for seed in range(seeds)])


def test_a_cost_is_the_mean_paired_difference_over_the_suites_seeds():
    cost = a_run({"right": (0.9, 0.8, 0.7), "wrong": (0.4, 0.3, 0.2)}).cost(WRONG, "f1")
    assert cost.mean == pytest.approx(-0.5)
    assert cost.is_shown


def test_seeds_that_disagree_show_no_cost():
    assert not a_run({"right": (0.9, 0.2, 0.5), "wrong": (0.4, 0.8, 0.5)}).cost(WRONG, "f1").is_shown


def test_one_example_more_in_every_seed_is_not_shown_where_the_test_is_that_coarse():
    assert not a_run({"right": (0.5, 0.5, 0.5), "wrong": (0.6, 0.6, 0.6)}, n=3).cost(WRONG, "f1").is_shown


def test_one_seed_has_no_interval():
    cost = a_run({"right": (0.9,), "wrong": (0.4,)}, seeds=1).cost(WRONG, "f1")
    assert (cost.low, cost.high, cost.is_shown) == (None, None, False)


def test_a_missing_number_fails_with_its_reason():
    with pytest.raises(pytest.fail.Exception, match="no f1: no label"):
        a_run({"right": (0.9,), "wrong": (None,)}, seeds=1).cost(WRONG, "f1")


@pytest.mark.parametrize("status", ["error", "timeout", "nan_loss"])
def test_a_case_that_did_not_end_well_fails_the_test_with_its_reason(status):
    run = Run(lambda case: RunRecord(case, status, "why it ended"), [RIGHT])
    with pytest.raises(pytest.fail.Exception, match=f"{status}: why it ended"):
        run(RIGHT)


def test_a_gain_of_one_run_has_an_interval_over_the_items():
    def make(case):
        right = float(case.variant == "right")
        return RunRecord(
            case, "ok", scores={"f1": Score(right, 40, per_example={str(item): right for item in range(40)})}
        )

    gain = Run(make, [RIGHT, WRONG]).gain(RIGHT, WRONG, "f1")
    assert gain.mean == 1
    assert gain.is_shown


def test_two_runs_without_an_item_in_common_have_no_gain():
    run = Run(
        lambda case: RunRecord(case, "ok", scores={"f1": Score(1.0, 1, per_example={case.variant: 1.0})}), [RIGHT]
    )
    with pytest.raises(pytest.fail.Exception, match="no item with f1 in common"):
        run.gain(RIGHT, WRONG, "f1")
