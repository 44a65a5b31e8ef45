import pytest
import torch

from bench.config import GenerateConfig, TrainConfig
from bench.errors import UserError
from bench.generation.generate import (
    answer,
    generate,
    generation_config,
    max_new_tokens_for,
    room_after,
    stop_tokens,
)
from bench.models import shape
from bench.models._weights import byte_tokenizer
from bench.training.trainer import train
from tests.micro import letter_pairs, micro_model, pad_is_eos

TOKENIZER = byte_tokenizer()
PROMPTS = [f"word {'x' * (7 * index % 23)} {index}" for index in range(32)]


def said(model, prompts=PROMPTS, tokenizer=TOKENIZER, seed=0, told=None, **settings):
    config = GenerateConfig(**{"max_new_tokens": 16, **settings})
    return generate(model, tokenizer, prompts, config, device="cpu", seed=seed, on_progress=told)


@pytest.fixture(scope="module")
def trained():
    model = micro_model()
    config = TrainConfig(max_steps=120, learning_rate=5e-3)
    train(model, pad_is_eos(), letter_pairs(48), config, seed=0, device="cpu")
    return model


def test_batch_of_32_says_what_prompts_say_one_by_one():
    model = micro_model(initializer_range=0.3)
    alone, together = said(model, batch_size=1), said(model, batch_size=32)
    assert alone == together
    assert len({answer.text for answer in alone}) > 4


def test_attention_mask_matters_for_that():
    """The check above can fail: without the mask, left padding changes what a model says."""
    model = micro_model(initializer_range=0.3)
    honest = said(model, batch_size=32)
    forward = model.forward
    model.forward = lambda *args, attention_mask=None, position_ids=None, **kwargs: forward(*args, **kwargs)
    assert honest != said(model, batch_size=32)


def test_trained_model_finishes_with_eos_that_is_the_pad_token_too(trained):
    pairs = letter_pairs(20)
    answers = said(trained, [prompt for ((prompt, _),) in pairs], pad_is_eos(), batch_size=7)
    right = [answer.text == response for answer, ((_, response),) in zip(answers, pairs, strict=True)]
    assert sum(right) >= 15
    assert all(answer.finished and answer.new_tokens == len(answer.text) + 1 for answer in answers)


def test_answers_come_in_the_order_of_the_prompts(trained):
    answers = said(trained, ["say a        :", "say a:", "say a  :"], batch_size=2)
    assert [answer.prompt_tokens for answer in answers] == [14, 6, 8]


def test_model_that_never_stops_is_cut_off_and_not_finished():
    (only,) = said(micro_model(), ["abc"], max_new_tokens=5)
    assert (only.new_tokens, only.finished) == (5, False)


def test_end_inside_a_row_cuts_padding_off_and_counts_the_end_token():
    row = [*TOKENIZER("hi ")["input_ids"], shape.EOS, shape.EOS, shape.EOS]
    got = answer(TOKENIZER, row, [shape.EOS], 9)
    assert (got.text, got.new_tokens, got.finished, got.prompt_tokens) == ("hi ", 4, True, 9)


def test_end_as_the_very_last_token_counts_as_finished():
    row = [*TOKENIZER("hi")["input_ids"], shape.EOS]
    assert answer(TOKENIZER, row, [shape.EOS], 1).finished


def test_every_end_token_of_the_models_own_config_stops_it():
    assert stop_tokens([1, 2], 2) == [1, 2]
    assert stop_tokens(None, 7) == [7]
    assert stop_tokens(3, 7) == [3, 7]


def test_settings_of_the_models_own_config_do_not_bend_greedy_text():
    model = micro_model(initializer_range=0.3)
    plain = said(model)
    model.generation_config.repetition_penalty = 5.0
    model.generation_config.do_sample = True
    model.generation_config.temperature = 9.0
    assert said(model) == plain
    assert model.generation_config.repetition_penalty == 5.0


def test_temperature_samples_by_the_seed_and_leaves_the_global_generator_alone():
    model = micro_model()
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, again = said(model, temperature=1.0), said(model, temperature=1.0)
    assert torch.equal(before, torch.get_rng_state())
    assert first == again
    assert first != said(model, temperature=1.0, seed=1)
    assert generation_config(model, TOKENIZER, GenerateConfig(max_new_tokens=4, temperature=0.5)).do_sample


def test_sampling_among_one_token_is_greedy():
    model = micro_model(initializer_range=0.3)
    assert said(model, temperature=1.0, top_k=1) == said(model, temperature=1.0, top_p=1e-9) == said(model)


def test_a_repetition_penalty_changes_a_text_that_repeats(trained):
    plain, punished = said(trained), said(trained, repetition_penalty=3.0)
    assert plain != punished


def test_prompt_that_does_not_fit_is_refused_with_its_index_and_the_excess():
    with pytest.raises(UserError, match=r"prompt 1 has 120 tokens .* 8 over the model's 128 positions"):
        said(micro_model(), ["a", "b" * 120])


def test_empty_prompt_without_a_begin_token_is_refused():
    with pytest.raises(UserError, match="prompt 0 has no token"):
        said(micro_model(), [""])


def test_no_prompts_give_no_answers():
    assert said(micro_model(), []) == []


def test_progress_is_told_per_batch():
    told = []
    said(micro_model(), PROMPTS[:5], batch_size=2, told=lambda *news: told.append(news))
    assert [news[:2] for news in told] == [(2, 5), (4, 5), (5, 5)]


@pytest.mark.parametrize(
    ("lengths", "expected"), [([1], 16), ([40] * 99 + [200], 41), ([40] * 98 + [200] * 2, 201), ([900], 256)]
)
def test_room_for_99_percent_of_the_responses_and_their_eos(lengths, expected):
    assert max_new_tokens_for(TOKENIZER, ["a" * length for length in lengths]) == expected


def test_default_room_shrinks_to_what_the_longest_prompt_leaves_but_not_below_16():
    responses = ["a" * 99]
    assert room_after(micro_model(), TOKENIZER, ["a" * 50, "a" * 88]) == 40
    assert max_new_tokens_for(TOKENIZER, responses, room=40) == 40
    assert max_new_tokens_for(TOKENIZER, responses, room=3) == 16
    assert max_new_tokens_for(TOKENIZER, responses, room=200) == 100
    assert room_after(micro_model(), TOKENIZER, []) is None


def test_encoder_decoder_generates():
    from transformers import T5Config, T5ForConditionalGeneration

    specials = {"bos_token_id": 256, "eos_token_id": 257, "pad_token_id": 258, "decoder_start_token_id": 258}
    torch.manual_seed(0)
    config = T5Config(vocab_size=259, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, **specials)
    model = T5ForConditionalGeneration(config).eval()
    answers = said(model, ["ab", "a" * 50], max_new_tokens=4)
    assert [answer.new_tokens for answer in answers] == [4, 4]
    assert [answer.prompt_tokens for answer in answers] == [2, 50]
