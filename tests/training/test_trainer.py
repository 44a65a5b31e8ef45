import os
from dataclasses import replace

import pytest
import torch

from bench.config import TrainConfig
from bench.errors import UserError
from bench.methods import full, lora
from bench.models._weights import byte_tokenizer
from bench.training.batches import encode
from bench.training.trainer import NonFiniteLoss, arguments, resolved, train
from tests.micro import letter_pairs, micro_model, pad_is_eos

SETTINGS = TrainConfig(batch_size=8, epochs=1.0, learning_rate=3e-3)


def tuned(config=SETTINGS, pairs=None, seed=0, tokenizer=None, **changes):
    model = micro_model(**changes)
    pairs = letter_pairs(40) if pairs is None else pairs
    result = train(model, tokenizer or byte_tokenizer(), pairs, config, seed=seed, device="cpu")
    return model, result


def weights(model):
    return torch.cat([weight.detach().flatten() for weight in model.parameters()])


def test_training_lowers_the_loss_and_counts_what_it_did():
    _, result = tuned(replace(SETTINGS, epochs=4.0))
    assert (result.steps, result.left_out, len(result.loss_curve)) == (20, 0, 20)
    assert result.loss_curve[-1][1] < 0.8 * result.loss_curve[0][1]
    examples, _ = encode(byte_tokenizer(), letter_pairs(40), max_length=128)
    assert result.useful_tokens == 4 * sum(example.length for example in examples)
    assert result.loss_tokens == 4 * 40 * 4
    assert result.useful_tokens < result.padded_tokens


def test_same_seed_gives_bit_equal_weights_and_another_seed_others():
    first, _ = tuned()
    again, _ = tuned()
    other, _ = tuned(seed=1)
    assert torch.equal(weights(first), weights(again))
    assert not torch.equal(weights(first), weights(other))


def test_loss_curve_of_a_long_run_has_about_a_hundred_points_and_ends_at_the_last_step():
    _, result = tuned(TrainConfig(max_steps=250, batch_size=1, learning_rate=1e-3), letter_pairs(3), n_layer=1)
    assert len(result.loss_curve) == 125
    assert result.loss_curve[-1][0] == result.steps == 250


def test_max_steps_replaces_epochs():
    _, result = tuned(TrainConfig(max_steps=7, learning_rate=1e-3, batch_size=8))
    assert (result.steps, result.resolved["steps"], result.resolved["epochs"]) == (7, 7, 1.4)


def test_rate_that_explodes_ends_in_non_finite_loss_with_the_step():
    config = TrainConfig(max_steps=40, learning_rate=1e30, warmup_ratio=0.0)
    with pytest.raises(NonFiniteLoss) as caught:
        tuned(config)
    assert 1 <= caught.value.step <= 40


def test_weight_broken_by_the_last_step_is_noticed():
    with pytest.raises(NonFiniteLoss):
        tuned(TrainConfig(max_steps=1, learning_rate=1e300, warmup_ratio=0.0))


def test_eos_is_learned_although_it_is_the_pad_token():
    model, _ = tuned(TrainConfig(max_steps=120, learning_rate=5e-3), letter_pairs(48), tokenizer=pad_is_eos())
    tokenizer = byte_tokenizer()
    ((prompt, response),) = letter_pairs(1)[0]
    ids = torch.tensor([tokenizer(prompt + response)["input_ids"]])
    assert model(ids).logits[0, -1].argmax() == tokenizer.eos_token_id


def test_progress_is_told_to_the_end():
    told = []
    config = replace(SETTINGS, epochs=2.0)
    train(
        micro_model(), byte_tokenizer(), letter_pairs(40), config, seed=0, device="cpu",
        on_progress=lambda *news: told.append(news),
    )  # fmt: skip
    assert told[-1][:2] == (10, 10)
    assert all(speed > 0 for *_, speed, _ in told)
    assert told[-1][-1] == 0, "no seconds are left"


def test_model_comes_back_without_gradients_and_still_caches(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model, _ = tuned()
    assert not model.training
    assert model.config.use_cache
    assert all(weight.grad is None for weight in model.parameters())
    assert os.listdir(tmp_path) == []


def test_all_examples_too_long_is_an_error_that_says_so():
    with pytest.raises(UserError, match=r"all 40 training examples are longer than 4 tokens"):
        tuned(replace(SETTINGS, max_length=4))


def test_examples_longer_than_the_models_positions_are_left_out():
    _, result = tuned(pairs=[*letter_pairs(8), (("x" * 200, "y"),)])
    assert (result.left_out, result.resolved["max_length"]) == (1, 128)


def test_no_example_is_an_error():
    with pytest.raises(UserError, match="no training example"):
        tuned(pairs=[])


def test_warm_up_is_a_share_of_the_steps():
    assert arguments(replace(SETTINGS, warmup_ratio=0.1), 75, 0, "cpu")["warmup_steps"] == 8


def test_unknown_schedule_is_refused_with_the_nearest_name():
    with pytest.raises(UserError, match="Did you mean 'cosine'"):
        arguments(replace(SETTINGS, schedule="cosin"), 10, 0, "cpu")


def test_resolved_fills_in_the_methods_defaults_and_keeps_what_was_chosen():
    config = resolved(TrainConfig(), lora, 2_000_000)
    assert (config.epochs, config.learning_rate) == (lora.EPOCHS, lora.learning_rate(2_000_000))
    assert resolved(TrainConfig(max_steps=5), full, 2_000_000).epochs is None
    assert resolved(TrainConfig(learning_rate=1e-4), full, 2_000_000).learning_rate == 1e-4
