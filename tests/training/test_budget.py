from dataclasses import replace

import pytest

from bench.config import TrainConfig
from bench.errors import UserError
from bench.training.batches import LengthGroupedBatches
from bench.training.budget import ENDLESS, budget, limited
from tests.training.runs import SETTINGS, trained


def planned(config, lengths=(3,) * 20):
    return budget(config, LengthGroupedBatches(lengths, config.batch_size, 0), 0)


def test_an_epoch_ends_with_a_step_of_the_batches_that_are_left():
    plan = planned(TrainConfig(epochs=2.0, batch_size=4, accumulation=2))
    assert (plan.steps, plan.steps_per_epoch, plan.limit) == (6, 3, "epochs")


def test_part_of_an_epoch_is_rounded_up_to_a_step():
    assert planned(TrainConfig(epochs=0.1, batch_size=4)).steps == 1


def test_tokens_are_counted_in_the_batches_that_are_really_drawn():
    config = replace(SETTINGS, max_steps=None, max_tokens=300)
    _, result = trained(config)
    _, shorter = trained(replace(config, max_tokens=None, max_steps=result.steps - 1))
    assert shorter.useful_tokens < 300 <= result.useful_tokens
    assert result.ended_by == "max_tokens"


def test_a_token_budget_counts_across_epochs_and_accumulated_batches():
    config = TrainConfig(max_tokens=100, batch_size=4, accumulation=2)
    assert planned(config).steps == 5, "24, 48 and 60 in the first epoch, 84 and 108 in the second"


def test_the_schedule_fits_a_token_budget():
    _, result = trained(replace(SETTINGS, max_steps=None, max_tokens=300, warmup_ratio=0.5))
    assert result.resolved["warmup_steps"] == -(-result.steps // 2)
    assert result.resolved["peak_learning_rate"] > 0.5 * SETTINGS.learning_rate


def test_the_first_of_several_budgets_ends_training():
    assert planned(TrainConfig(epochs=1.0, max_tokens=6, batch_size=4)).limit == "max_tokens"
    assert planned(TrainConfig(max_steps=1, max_tokens=600, batch_size=4)).limit == "max_steps"


def test_seconds_end_training_at_the_step_that_reaches_them_and_bring_the_rate_down():
    _, result = trained(replace(SETTINGS, max_steps=None, max_seconds=0.5))
    assert result.ended_by == result.resolved["ended_by"] == "max_seconds"
    assert result.loss_curve[-1][0] == result.steps < ENDLESS


def test_seconds_that_are_not_reached_change_nothing_but_the_knob():
    _, result = trained(replace(SETTINGS, max_seconds=1e6))
    assert (result.steps, result.ended_by) == (6, "max_steps")


def test_warm_up_steps_of_a_run_in_seconds_are_refused():
    with pytest.raises(UserError, match="needs max_steps or epochs"):
        planned(TrainConfig(max_seconds=9.0, warmup_steps=5))


def test_a_methods_epochs_stand_in_only_where_no_budget_was_chosen():
    assert limited(TrainConfig(), 5.0).epochs == 5.0
    for knob in ({"max_steps": 5}, {"max_tokens": 5}, {"max_seconds": 5.0}):
        assert limited(TrainConfig(**knob), 5.0).epochs is None


def test_a_method_that_must_know_its_steps_is_refused_without_them():
    class Method:
        begin = staticmethod(lambda model, total: None)

    with pytest.raises(UserError, match="must know its steps"):
        trained(replace(SETTINGS, max_steps=None, max_seconds=1.0), method=Method)
