import pytest
import torch

from bench.config import TrainConfig
from bench.methods import adalora
from bench.training.loss import labelled_loss
from bench.training.trainer import train
from tests.micro import letter_pairs, micro_source
from tests.training.test_loss import batch_of

WHERE = {"dtype": "float32", "device": "cpu", "seed": 0}


@pytest.fixture
def source(tmp_path):
    return micro_source(tmp_path / "m")


def prepared(source, **settings):
    return adalora.prepare(source, adalora.Config(**settings), **WHERE)


def trained(source, model, steps):
    config = TrainConfig(max_steps=steps, learning_rate=5e-3, batch_size=8)
    return train(model, source.tokenizer(), letter_pairs(16), config, seed=0, device="cpu", method=adalora)


def ranks(model):
    return [int((weight != 0).sum()) for name, weight in model.named_parameters() if "lora_E" in name]


@pytest.mark.parametrize("steps", [2, 7])
def test_the_mean_rank_in_the_end_is_the_target(source, steps):
    model = prepared(source, r=6, target_r=3)
    trained(source, model, steps)
    assert sum(ranks(model)) == 3 * 8
    assert max(ranks(model)) <= 6


def test_one_step_is_enough(source):
    assert trained(source, prepared(source), 1).steps == 1


def test_ranks_are_not_taken_before_the_warm_part_is_over(source):
    model = prepared(source, r=6, target_r=3, warm=0.5, final=0.0)
    adalora.begin(model, 10)
    assert [model.base_model.rankallocator.budget_schedule(step)[0] for step in (1, 5, 10)] == [48, 48, 24]


def test_the_penalty_is_what_peft_adds_to_a_models_own_loss(source):
    model, batch = prepared(source), batch_of(5)
    added = model(**batch).loss - labelled_loss(model, batch)[0]
    assert adalora.penalty(model).item() == pytest.approx(added.item(), abs=1e-5)
    adalora.penalty(model).backward()
    assert any(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in model.parameters())


def test_training_goes_on_from_its_state_as_if_it_had_not_stopped(source):
    model = prepared(source, r=6, target_r=3)
    trained(source, model, 7)
    kept = adalora.state(model)
    other = prepared(source, r=6, target_r=3)
    adalora.begin(other, 7)
    adalora.load_state(other, kept)
    assert other.base_model.rankallocator.kept == model.base_model.rankallocator.kept
    again = adalora.state(other)
    assert again.keys() == kept.keys()
    assert all(torch.equal(again[name], kept[name]) for name in kept)
