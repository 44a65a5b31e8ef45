"""The models of our own: each loads as its family does, and is small enough to lie in a repository."""

import json

import pytest

from bench import catalog
from bench.data.dataset import load_dataset
from bench.models import positions
from bench.prompts.rendering import render

FAMILIES = {"tiny-gpt2": "gpt2", "tiny-llama": "llama", "tiny-opt": "opt", "tiny-t5": "t5"}


def opened(name: str):
    family, argument = catalog.load("model", name)
    return family.open(argument)


def test_these_are_all():
    assert catalog.fixture_models() == sorted(FAMILIES)


@pytest.mark.parametrize("name", FAMILIES)
def test_weights_stored_as_float16_are_loaded_in_float32_and_are_as_many_as_recorded(name):
    source = opened(name)
    model = source.load()
    record = json.loads((source.folder / "training.json").read_text())
    assert model.config.model_type == FAMILIES[name]
    assert {str(weight.dtype) for weight in model.parameters()} == {"torch.float32"}
    assert model.num_parameters() == record["parameters"] < 2.1e6
    assert (source.folder / "model.safetensors").stat().st_size < 4.2e6


@pytest.mark.parametrize("name", FAMILIES)
def test_the_tokenizer_fits_the_embeddings_and_pads_with_a_token_of_its_own(name):
    source = opened(name)
    tokenizer = source.tokenizer()
    assert len(tokenizer) == source.load().config.vocab_size
    assert tokenizer.pad_token_id not in (None, tokenizer.eos_token_id)


def test_opt_begins_every_text_with_its_end_token():
    tokenizer = opened("tiny-opt").tokenizer()
    assert tokenizer("Sales fell.").input_ids[0] == tokenizer.eos_token_id == tokenizer.bos_token_id


def test_llama_shares_keys_and_values_and_chats_with_a_stop_token_of_its_own():
    source = opened("tiny-llama")
    config, tokenizer = source.load().config, source.tokenizer()
    assert (config.num_attention_heads, config.num_key_value_heads) == (6, 2)
    rendered = render(load_dataset("everyday").train[0], "chat", tokenizer=tokenizer)
    assert rendered.stop == "<|im_end|>" != tokenizer.eos_token
    assert rendered.prompt.startswith("<|im_start|>user\n")
    assert rendered.prompt.endswith("<|im_end|>\n<|im_start|>assistant\n")


def test_t5_has_the_gated_activation_no_last_position_and_starts_decoding_with_pad():
    source = opened("tiny-t5")
    config = source.load().config
    assert config.is_encoder_decoder
    assert config.is_gated_act
    assert positions(config) is None
    assert config.decoder_start_token_id == source.tokenizer().pad_token_id == 0


def test_dialogues_are_short_for_the_model_that_is_tuned_on_them():
    tokenizer = opened("tiny-t5").tokenizer()
    prompts = [render(example, "seq2seq").prompt for example in load_dataset("dialogues").train]
    assert max(len(ids) for ids in tokenizer(prompts).input_ids) < 150
