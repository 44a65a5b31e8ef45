"""What every method that trains must do on each family of the lectures; a new file is tested without editing a list."""

from dataclasses import replace

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM, OPTConfig, OPTForCausalLM, T5Config, T5ForConditionalGeneration

from bench import catalog
from bench.config import GenerateConfig, TrainConfig
from bench.errors import UserError
from bench.generation.generate import generate
from bench.measure.parameters import parameter_counts
from bench.models import ModelSource
from bench.models._weights import byte_tokenizer
from bench.training.artifacts import ADAPTER, has_virtual_tokens, merged, restore, save
from bench.training.loss import labelled_loss
from bench.training.trainer import train
from tests.micro import SPECIALS, letter_pairs, micro_model

METHODS = [name for name in catalog.names("method") if catalog.load("method", name)[0].TRAINS]
WHOLE = {"full", "frozen"}
"""Methods that leave no adapter but a model."""
WHERE = {"dtype": "float32", "device": "cpu"}
SIZE = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 259}
T5 = {"d_model": 64, "d_kv": 16, "d_ff": 128, "num_layers": 2, "num_heads": 4, "vocab_size": 259, "dropout_rate": 0.0}


def gpt2():
    return micro_model(initializer_range=0.3)


def llama():
    config = LlamaConfig(**SIZE, intermediate_size=128, num_key_value_heads=2, initializer_range=0.2, **SPECIALS)
    return LlamaForCausalLM(config)


def opt():
    places = {"max_position_embeddings": 128, "word_embed_proj_dim": 64}
    config = OPTConfig(**SIZE, ffn_dim=128, dropout=0.0, init_std=0.2, **places, **SPECIALS)
    return OPTForCausalLM(config)


def t5():
    model = T5ForConditionalGeneration(T5Config(**T5, decoder_start_token_id=258, **SPECIALS))
    for weight in model.parameters():
        weight.data += torch.randn_like(weight) / 5
    return model


@pytest.fixture(scope="module", params=[gpt2, llama, opt, t5], ids=lambda make: make.__name__)
def source(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    torch.manual_seed(1)
    request.param().eval().save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return ModelSource(request.param.__name__, folder)


@pytest.fixture(scope="module", params=METHODS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def method(name):
    return catalog.load("method", name)[0]


def prepared(source, method, seed=0, **settings):
    return method.prepare(source, method.Config(**settings), seed=seed, **WHERE)


def two_steps(source, method, model, seed=0):
    config = TrainConfig(max_steps=2, learning_rate=5e-3, warmup_ratio=0.0, batch_size=8)
    return train(model, source.tokenizer(), letter_pairs(16), config, seed=seed, device="cpu", method=method)


@pytest.fixture(scope="module")
def trained(source, method):
    model = prepared(source, method)
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    return model, before, two_steps(source, method, model)


def said(source, model, batch_size=32):
    prompts = [prompt for ((prompt, _),) in letter_pairs(6)]
    config = GenerateConfig(max_new_tokens=8, batch_size=batch_size)
    return [found.text for found in generate(model, source.tokenizer(), prompts, config, device="cpu", seed=0)]


def weights(model):
    return torch.cat([weight.detach().flatten() for weight in model.parameters() if weight.requires_grad])


def test_two_steps_change_every_trainable_weight_and_no_other(trained):
    model, before, result = trained
    changed = {name for name, weight in model.named_parameters() if not torch.equal(weight, before[name])}
    assert changed == {name for name, weight in model.named_parameters() if weight.requires_grad}
    assert result.steps == 2
    assert all(torch.isfinite(weight).all() for weight in model.parameters() if weight.is_floating_point())


def test_what_is_trained_is_something_and_for_all_but_full_not_everything(trained, name):
    trainable, total = parameter_counts(trained[0])
    assert 0 < trainable <= total
    assert (trainable == total) == (name == "full")


def test_the_same_seed_gives_the_same_weights_bit_for_bit(source, method, trained):
    torch.rand(17)
    again = prepared(source, method)
    two_steps(source, method, again)
    assert torch.equal(weights(again), weights(trained[0]))


def test_restored_it_says_what_it_said(source, name, method, trained, tmp_path):
    assert save(trained[0], tmp_path) > 0
    again = restore(source, method, method.Config(), tmp_path, **WHERE)
    assert said(source, again) == said(source, trained[0])
    assert (tmp_path / ADAPTER).is_file() == (name not in WHOLE)
    assert not [path.name for path in tmp_path.iterdir() if path.suffix in {".bin", ".pt", ".pkl"}]


def test_what_it_says_depends_on_no_other_prompt_of_the_batch(source, trained):
    assert said(source, trained[0]) == said(source, trained[0], batch_size=1)


def test_merged_it_says_the_same_or_says_that_it_cannot_be(source, name, method, trained, tmp_path):
    save(trained[0], tmp_path)
    again = restore(source, method, method.Config(), tmp_path, **WHERE)
    if has_virtual_tokens(again):
        with pytest.raises(UserError, match="cannot be merged: its learned tokens are no change of a weight"):
            merged(again)
        return
    whole = merged(again)
    assert type(whole) is type(source.load())
    # Four-bit weights are rounded again when an adapter is added to them.
    assert name == "qlora" or said(source, whole) == said(source, trained[0])


def test_its_loss_is_the_models_own(source, trained):
    model = trained[0].eval()
    seq2seq = bool(model.config.is_encoder_decoder)
    batch = batch_of(source.tokenizer(), seq2seq)
    own = model.get_base_model() if hasattr(model, "get_base_model") and not has_virtual_tokens(model) else model
    loss, _ = labelled_loss(model, batch)
    assert loss.item() == pytest.approx(own(**batch).loss.item(), abs=1e-5)


def batch_of(tokenizer, seq2seq):
    from bench.training.batches import Collator, encode

    examples, _ = encode(tokenizer, letter_pairs(5), max_length=99, seq2seq=seq2seq)
    batch = Collator(tokenizer.pad_token_id)(examples)
    return {name: batch[name] for name in ("input_ids", "attention_mask", "labels")}


@pytest.mark.parametrize("method_name", [name for name in METHODS if name != "qlora"])
def test_a_model_stored_quantised_is_refused_in_one_line(source, method_name, tmp_path):
    method = catalog.load("method", method_name)[0]
    config = (source.folder / "config.json").read_text(encoding="utf-8")
    stored = '{"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": true},' + config.lstrip()[1:]
    (tmp_path / "config.json").write_text(stored, encoding="utf-8")
    with pytest.raises(UserError, match=f"stored quantised .bitsandbytes., and {method_name} .*; use qlora") as caught:
        prepared(replace(source, folder=tmp_path), method)
    assert "\n" not in str(caught.value)
