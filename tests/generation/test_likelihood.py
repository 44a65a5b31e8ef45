import math

import pytest
import torch

from bench import catalog
from bench.generation.likelihood import Row, batches, likelihoods, text_likelihoods


@pytest.fixture(scope="module")
def tiny():
    family, argument = catalog.load("model", "tiny-gpt2")
    source = family.open(argument)
    base, _ = catalog.load("method", "base")
    model = base.prepare(source, base.Config(), seed=0, dtype="float32", device="cpu")
    return model, source.tokenizer()


def test_a_likelihood_is_the_sum_of_the_tokens_log_probabilities(tiny):
    model, tokenizer = tiny
    before, after = (tokenizer(text, add_special_tokens=False)["input_ids"] for text in ("Name the", " colour of snow"))
    with torch.no_grad():
        logs = model(torch.tensor([before + after])).logits[0].log_softmax(-1)
    expected = sum(float(logs[len(before) - 1 + at, token]) for at, token in enumerate(after))
    (found,) = likelihoods(model, tokenizer, ["Name the"], [" colour of snow"], device="cpu")
    assert (found.logprob, found.tokens) == (pytest.approx(expected, abs=1e-4), len(after))


def test_likelihoods_do_not_depend_on_what_stands_in_the_same_batch(tiny):
    prompts, answers = ["Name it.", "A much longer question about the sea and ships."], ["Sea.", "The ships are old."]
    together = likelihoods(*tiny, prompts, answers, device="cpu")
    alone = [likelihoods(*tiny, [p], [a], device="cpu")[0] for p, a in zip(prompts, answers, strict=True)]
    assert [each.logprob for each in together] == pytest.approx([each.logprob for each in alone], abs=1e-3)


def test_an_empty_continuation_and_one_beyond_the_positions_have_none(tiny):
    assert likelihoods(*tiny, ["Name it.", "Name it."], ["", "word " * 400], device="cpu") == [None, None]


def test_the_head_runs_where_something_is_predicted_and_nowhere_else(tiny):
    model, tokenizer = tiny
    after = tokenizer([" colour of snow", "Sea"], add_special_tokens=False)["input_ids"]
    read = []
    seen = model.lm_head.register_forward_hook(lambda head, inputs, logits: read.append(logits.shape[:-1].numel()))
    likelihoods(model, tokenizer, ["Name the", "A question about ships."], [" colour of snow", "Sea"], device="cpu")
    seen.remove()
    assert read == [sum(map(len, after))]


def test_batches_hold_rows_of_like_length_and_no_more_than_asked():
    rows = [Row([0] * length, [0]) for length in (3, 9, 1, 7, 5)]
    assert list(batches(rows, range(5), entries=10, most=2)) == [[1, 3], [4, 0], [2]]


def test_the_refusal_logit_is_of_the_first_position(tiny):
    one, other = likelihoods(*tiny, ["Name it."] * 2, ["Sea.", "Another thing altogether"], device="cpu")
    assert one.refusal_logit == pytest.approx(other.refusal_logit, abs=1e-4)
    assert math.isfinite(one.refusal_logit)


def test_a_text_is_measured_from_its_second_token_and_cut_at_the_positions(tiny):
    short, long = text_likelihoods(*tiny, ["The sea is blue.", "The sea is blue. " * 200], device="cpu")
    assert short.tokens == len(tiny[1]("The sea is blue.")["input_ids"]) - 1
    assert long.tokens == 255


def test_no_prompts_give_nothing(tiny):
    assert likelihoods(*tiny, [], [], device="cpu") == []
