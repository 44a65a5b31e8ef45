import math
from dataclasses import replace

import pytest
import torch

from bench.errors import UserError
from bench.models._weights import byte_tokenizer
from bench.training import weights
from bench.training.batches import Collator, encode
from bench.training.ledger import NonFiniteLoss
from bench.training.loss import labelled_loss
from bench.training.validation import Judge, Validation, mean_loss
from tests.micro import letter_pairs
from tests.training.runs import SETTINGS, flat, tiny, trained

UNEVEN = [(("say it", "a" * (1 + 3 * (number % 5))),) for number in range(9)]
EXAMPLES = encode(byte_tokenizer(), UNEVEN, max_length=99)[0]


def judged(values, higher_is_better=True):
    """A judge that says these values one after the other, and keeps the weights that it saw."""
    left, seen = list(values), []

    def score(model):
        seen.append(weights.copied(model))
        return left.pop(0)

    return Judge(score, higher_is_better), seen


def test_the_loss_of_a_split_is_the_mean_over_its_tokens_and_not_over_its_batches():
    model = tiny()
    parts = [labelled_loss(model, Collator(0)([example])) for example in EXAMPLES]
    expected = sum(loss.item() * count.item() for loss, count in parts) / sum(count.item() for _, count in parts)
    assert mean_loss(model, EXAMPLES, Collator(0), 4, "cpu") == pytest.approx(expected, abs=1e-6)


def test_looks_change_no_weight_even_with_dropout():
    config = replace(SETTINGS, dropout=0.2)
    plain, _ = trained(config)
    looked, result = trained(replace(config, evaluate_every=2), validation=UNEVEN)
    assert torch.equal(flat(plain), flat(looked))
    assert [look.step for look in result.looks] == [2, 4, 6]


def test_the_split_is_looked_at_once_an_epoch_and_at_the_end_where_nothing_else_was_chosen():
    _, result = trained(replace(SETTINGS, max_steps=7, restore_best=True), validation=UNEVEN)
    assert [look.step for look in result.looks] == [5, 7]
    assert result.resolved["evaluate_every"] == 5


def test_without_a_knob_that_needs_it_the_split_is_not_looked_at():
    _, result = trained(validation=UNEVEN)
    assert (result.looks, result.best, result.resolved["evaluate_every"]) == ((), None, None)


def test_early_stopping_ends_after_its_patience_and_says_so():
    judge, _ = judged([0.5, 0.6, 0.6, 0.1, 0.9])
    config = replace(SETTINGS, max_steps=20, evaluate_every=1, early_stopping=2, best_by="rougeL")
    _, result = trained(config, validation=UNEVEN, judge=judge)
    assert (result.steps, result.ended_by) == (4, "early_stopping")
    assert [look.judged for look in result.looks] == [0.5, 0.6, 0.6, 0.1]
    assert result.loss_curve[-1][0] == 4


def test_restore_best_gives_bit_for_bit_the_weights_of_the_best_look():
    judge, seen = judged([0.1, 0.3, 0.3, 0.2, 0.2, 0.2])
    config = replace(SETTINGS, evaluate_every=1, restore_best=True, best_by="rougeL")
    model, result = trained(config, validation=UNEVEN, judge=judge)
    assert (result.best.step, result.steps) == (2, 6)
    assert all(torch.equal(weight, seen[1][name]) for name, weight in weights.changing(model).items())


def test_the_best_loss_is_the_lowest():
    config = replace(SETTINGS, max_steps=12, learning_rate=0.05, schedule="constant", evaluate_every=1)
    _, result = trained(replace(config, restore_best=True), validation=UNEVEN)
    assert result.best.loss == min(look.loss for look in result.looks)


def test_a_judge_without_a_value_is_never_the_best():
    judge, _ = judged([None, 0.2, None], higher_is_better=False)
    config = replace(SETTINGS, max_steps=3, evaluate_every=1, restore_best=True, best_by="error")
    _, result = trained(config, validation=UNEVEN, judge=judge)
    assert result.best.step == 2


def test_an_empty_validation_split_is_refused_by_the_knob_that_needs_it():
    with pytest.raises(UserError, match=r"train\.early_stopping needs a validation split"):
        trained(replace(SETTINGS, early_stopping=2))
    with pytest.raises(UserError, match=r"train\.sweep needs a validation split"):
        trained(replace(SETTINGS, sweep=(0.5, 2.0)))


def test_a_validation_loss_that_is_not_finite_ends_the_run_at_its_step():
    model = tiny()
    with torch.no_grad():
        model.transformer.ln_f.weight.fill_(math.nan)
    with pytest.raises(NonFiniteLoss, match="validation loss is not finite at step 3"):
        Validation(EXAMPLES, Collator(0), 4, "cpu").look(model, 3)


def test_a_sweep_looks_once_at_the_end_and_leaves_the_steps_alone():
    _, result = trained(replace(SETTINGS, sweep=(1.0,)), validation=letter_pairs(4))
    assert result.looks == ()
    assert result.best.step == 6
