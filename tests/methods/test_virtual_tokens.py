"""Prompt, prefix and p-tuning: learned tokens before the text must change nothing about the text's own places."""

import pytest
import torch

from bench.config import TrainConfig
from bench.errors import UserError
from bench.generation.likelihood import likelihoods
from bench.methods import base, p_tuning, prefix, prompt_tuning
from bench.training.artifacts import untuned
from bench.training.loss import text_positions, virtual_tokens
from bench.training.trainer import train
from tests.micro import letter_pairs, micro_source

WHERE = {"dtype": "float32", "device": "cpu", "seed": 0}
IDS = torch.arange(40, 52)[None]
VIRTUAL = [prompt_tuning, prefix, p_tuning]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return micro_source(tmp_path_factory.mktemp("m"), initializer_range=0.3)


@pytest.fixture(params=VIRTUAL, ids=lambda method: method.__name__.rpartition(".")[2])
def method(request):
    return request.param


@pytest.fixture
def model(source, method):
    return method.prepare(source, method.Config(virtual_tokens=5), **WHERE).eval()


def last(model, ids, mask):
    with torch.no_grad():
        return model(input_ids=ids, attention_mask=mask).logits[:, -1]


def test_padding_before_a_text_does_not_move_its_places(model):
    padded = torch.cat([torch.full((1, 9), 258), IDS], dim=1)
    mask = torch.cat([torch.zeros(1, 9), torch.ones(1, 12)], dim=1).long()
    alone = last(model, IDS, torch.ones_like(IDS))
    assert torch.allclose(last(model, padded, mask), alone, atol=1e-4)


def test_the_virtual_tokens_are_read_and_switched_off_the_base_answers(source, model):
    plain = last(base.prepare(source, base.Config(), **WHERE), IDS, torch.ones_like(IDS))
    assert not torch.allclose(last(model, IDS, torch.ones_like(IDS)), plain, atol=1e-2)
    with untuned(model):
        assert torch.equal(last(model, IDS, torch.ones_like(IDS)), plain)


def test_switched_off_they_change_no_likelihood(source, model):
    plain, tokenizer = base.prepare(source, base.Config(), **WHERE), source.tokenizer()
    asked = {"prompts": ["say a:", "b"], "continuations": ["xyz", "a longer one"], "device": "cpu"}
    with untuned(model):
        switched_off = likelihoods(model, tokenizer, **asked)
    assert switched_off == likelihoods(plain, tokenizer, **asked)
    assert switched_off != likelihoods(model, tokenizer, **asked)


def test_they_take_positions_from_the_text(model):
    assert (virtual_tokens(model), text_positions(model)) == (5, 128 - 5)


def test_likelihoods_are_those_of_one_token_after_the_other(source, model):
    (found,) = likelihoods(model, source.tokenizer(), ["say a:"], ["xyz"], device="cpu")
    ids = source.tokenizer()("say a:xyz")["input_ids"]
    steps = [
        last(model, torch.tensor([ids[:n]]), torch.ones(1, n).long()).log_softmax(-1)[0, ids[n]] for n in (6, 7, 8)
    ]
    assert found.logprob == pytest.approx(sum(steps).item(), abs=1e-4)


def test_a_text_beside_which_they_do_not_fit_has_no_likelihood(source, model):
    assert likelihoods(model, source.tokenizer(), ["a" * 120], ["xyz"], device="cpu")[0]
    assert likelihoods(model, source.tokenizer(), ["a" * 121], ["xyz"], device="cpu") == [None]


def test_as_many_virtual_tokens_as_positions_are_refused(source, method):
    with pytest.raises(UserError, match="virtual_tokens is 128, and the model has 128 positions in all"):
        method.prepare(source, method.Config(virtual_tokens=128), **WHERE)


def test_a_prefix_is_not_trained_with_gradient_checkpointing(source):
    model = prefix.prepare(source, prefix.Config(), **WHERE)
    config = TrainConfig(max_steps=1, learning_rate=1e-3, gradient_checkpointing=True)
    with pytest.raises(UserError, match="leave that out"):
        train(model, source.tokenizer(), letter_pairs(4), config, seed=0, device="cpu")


def test_a_projected_prefix_trains_more_and_saves_the_same(source):
    plain, projected = (prefix.prepare(source, prefix.Config(projection=p), **WHERE) for p in (False, True))
    sizes = [sum(w.numel() for w in m.parameters() if w.requires_grad) for m in (plain, projected)]
    assert sizes[1] > sizes[0]
    assert (
        plain.get_prompt_embedding_to_save("default").shape == projected.get_prompt_embedding_to_save("default").shape
    )
