from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch.nn.functional import cross_entropy
from transformers import LlamaConfig, LlamaForCausalLM, OPTConfig, OPTForCausalLM, get_scheduler

from bench.config import TrainConfig
from bench.errors import UserError
from bench.methods import prompt_tuning
from bench.training.arguments import arguments
from bench.training.batches import Collator, Encoded
from bench.training.dropout import set_dropout
from bench.training.smoothing import smoothed_loss
from tests.micro import letter_pairs, micro_source
from tests.training.runs import SETTINGS, flat, tiny, tiny_t5, trained

UNEVEN = [(("say it", "a" * (1 + 3 * (number % 5))),) for number in range(16)]
SMALL = {"vocab_size": 259, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}


def gradients(config, model=None, pairs=UNEVEN):
    """Of each step, as the optimizer had them."""
    seen = []

    def on_step(model, step, total):
        seen.append(torch.cat([each.grad.flatten() for each in model.parameters() if each.grad is not None]))

    _, result = trained(config, model, pairs, method=SimpleNamespace(on_step=on_step))
    return seen, result


@pytest.mark.parametrize("model", [tiny, tiny_t5])
def test_accumulated_batches_have_the_loss_and_gradient_of_one_big_batch(model):
    config = replace(SETTINGS, max_steps=2, warmup_ratio=0.0, max_grad_norm=0.0)
    (one, two), whole = gradients(replace(config, batch_size=16), model())
    (first, second), parts = gradients(replace(config, batch_size=4, accumulation=4), model())
    assert (first - one).abs().max() < 1e-5 * one.abs().max()
    assert torch.allclose(second, two, atol=1e-4)
    assert parts.loss_curve[0][1] == pytest.approx(whole.loss_curve[0][1], abs=1e-5)
    assert (parts.steps, parts.loss_tokens) == (whole.steps, whole.loss_tokens)


def test_accumulation_over_more_batches_than_an_epoch_has_makes_one_step_of_the_epoch():
    _, result = trained(replace(SETTINGS, accumulation=9, epochs=3.0, max_steps=None))
    assert (result.steps, result.resolved["epochs"]) == (3, 3.0)
    assert result.loss_tokens == 3 * 20 * 4


def test_a_dataset_smaller_than_a_batch_is_one_batch():
    _, result = trained(replace(SETTINGS, batch_size=64, epochs=2.0, max_steps=None), pairs=letter_pairs(3))
    assert result.steps == 2


@pytest.mark.parametrize("model", [tiny, tiny_t5])
def test_smoothed_loss_is_that_of_torch_over_the_labelled_tokens(model):
    model = model()
    joined = not model.config.is_encoder_decoder
    rows = [Encoded([5, 6, 7, 8], [-100, -100, 7, 8], joined), Encoded([9, 10, 11], [-100, 10, 11], joined)]
    batch = {name: part for name, part in Collator(0)(rows).items() if isinstance(part, torch.Tensor)}
    logits, labels = model(**batch).logits, batch["labels"]
    shifted = (logits[:, :-1], labels[:, 1:]) if joined else (logits, labels)
    expected = cross_entropy(shifted[0].flatten(0, 1), shifted[1].flatten(), ignore_index=-100, label_smoothing=0.2)
    loss, count = smoothed_loss(model, batch, 0.2)
    assert (loss.item(), count.item()) == (pytest.approx(expected.item(), abs=1e-6), 4)


def test_label_smoothing_raises_the_loss_that_is_trained_and_not_that_of_a_look():
    config = replace(SETTINGS, evaluate_every=1, max_steps=1, learning_rate=1e-9)
    _, plain = trained(config, validation=letter_pairs(8))
    _, smooth = trained(replace(config, label_smoothing=0.3), validation=letter_pairs(8))
    assert smooth.loss_curve[0][1] != pytest.approx(plain.loss_curve[0][1], abs=1e-4)
    assert smooth.looks[0].loss == pytest.approx(plain.looks[0].loss, abs=1e-6)


@pytest.mark.parametrize(
    "model",
    [
        tiny,
        tiny_t5,
        lambda: OPTForCausalLM(OPTConfig(**SMALL, ffn_dim=64, word_embed_proj_dim=32, dropout=0.0)),
        lambda: LlamaForCausalLM(LlamaConfig(**SMALL, intermediate_size=64)),
    ],
    ids=["gpt2", "t5", "opt", "llama"],
)
def test_dropout_reaches_the_forward_pass_of_every_family(model):
    model, ids = model().train(), {"input_ids": torch.tensor([[1, 2, 3, 4]])}
    inputs = ids | ({"labels": ids["input_ids"]} if model.config.is_encoder_decoder else {})
    assert set_dropout(model, 0.5) > 0
    assert not torch.equal(model(**inputs).logits, model(**inputs).logits)
    set_dropout(model, 0.0)
    assert torch.equal(model(**inputs).logits, model(**inputs).logits)


def test_dropout_of_training_is_recorded_and_stands_in_the_models_config():
    model, result = trained(replace(SETTINGS, dropout=0.25, max_steps=1))
    assert (model.config.attn_pdrop, result.resolved["dropout"]) == (0.25, 0.25)


def test_warm_up_longer_than_training_never_reaches_the_rate_and_says_what_it_reached():
    _, result = trained(replace(SETTINGS, warmup_steps=10, max_steps=5, learning_rate=1e-3))
    assert result.resolved["peak_learning_rate"] == pytest.approx(1e-3 * 4 / 10)
    assert result.resolved["warmup_steps"] == 10


@pytest.mark.parametrize(("schedule", "middle"), [("cosine", 0.5), ("linear", 0.5), ("constant", 1.0)])
def test_each_schedule_has_its_own_rate_in_the_middle(schedule, middle):
    told = arguments(replace(SETTINGS, schedule=schedule, warmup_ratio=0.0), 4, 0, "cpu")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = get_scheduler(told["lr_scheduler_type"], optimizer, told["warmup_steps"], told["max_steps"])
    for _ in range(2):
        optimizer.step()
        scheduler.step()
    assert scheduler.get_last_lr() == [pytest.approx(middle)]


def test_gradients_are_clipped_to_the_norm_and_not_at_all_with_0():
    (clipped,), _ = gradients(replace(SETTINGS, max_steps=1, max_grad_norm=1e-3))
    (whole,), _ = gradients(replace(SETTINGS, max_steps=1, max_grad_norm=0.0))
    assert clipped.norm() == pytest.approx(1e-3, rel=1e-2)
    assert whole.norm() > 0.1


def test_float16_on_a_cpu_is_refused_before_training():
    with pytest.raises(UserError, match="float16 needs a GPU"):
        trained(replace(SETTINGS, precision="float16"))


def test_bfloat16_trains_float32_weights_and_leaves_no_autocast_behind():
    model, result = trained(replace(SETTINGS, precision="bfloat16"))
    assert result.resolved["precision"] == "bfloat16"
    assert model(torch.tensor([[1, 2]])).logits.dtype == torch.float32
    plain, _ = trained()
    assert not torch.equal(flat(model), flat(plain))
    assert torch.allclose(flat(model), flat(plain), atol=0.05)


def test_gradient_checkpointing_gives_the_same_weights_and_is_off_afterwards():
    model, _ = trained(replace(SETTINGS, gradient_checkpointing=True))
    assert torch.allclose(flat(model), flat(trained()[0]), atol=1e-5)
    assert not any(getattr(module, "gradient_checkpointing", False) for module in model.modules())


def test_loss_on_all_counts_every_token_that_is_predicted():
    _, result = trained(replace(SETTINGS, loss_on="all", epochs=1.0, max_steps=None))
    assert result.loss_tokens == result.useful_tokens - 20


def test_loss_on_all_is_refused_for_an_encoder_decoder():
    with pytest.raises(UserError, match="needs a causal model"):
        trained(replace(SETTINGS, loss_on="all"), tiny_t5())


@pytest.mark.parametrize("stop_token", ["masked", "absent"])
def test_an_empty_response_without_a_trained_stop_token_is_left_out(stop_token):
    config = replace(SETTINGS, stop_token=stop_token, batch_size=1)
    _, result = trained(config, pairs=[*letter_pairs(4), (("say nothing", ""),)])
    assert (result.left_out, result.resolved["examples"]) == (1, 4)


def test_max_length_above_the_positions_is_said_where_it_was_chosen():
    _, chosen = trained(replace(SETTINGS, max_length=600, max_steps=1))
    _, default = trained(replace(SETTINGS, max_steps=1))
    assert chosen.notices == ("train.max_length 600 is above the model's 128 positions; 128 is used",)
    assert (default.notices, default.resolved["max_length"]) == ((), 128)


def test_an_encoder_decoder_learns_on_the_same_path():
    config = TrainConfig(epochs=12.0, batch_size=4, learning_rate=1e-2, evaluate_every=30)
    _, result = trained(config, tiny_t5(), validation=letter_pairs(8, seed=1))
    assert result.loss_curve[-1][1] < 0.6 * result.loss_curve[0][1]
    assert result.looks[-1].loss < result.looks[0].loss


def test_a_penalty_is_added_to_what_is_minimised_and_not_to_the_loss_that_is_told():
    def penalty(model):
        return 100 * model.transformer.ln_f.bias.square().sum() + 100 * model.transformer.ln_f.bias.sum()

    config = replace(SETTINGS, max_steps=1, max_grad_norm=0.0, warmup_ratio=0.0)
    plain, result = trained(config)
    pulled, told = trained(config, method=SimpleNamespace(penalty=penalty))
    assert told.loss_curve == result.loss_curve
    assert pulled.transformer.ln_f.bias.mean() < plain.transformer.ln_f.bias.mean()


def test_learned_tokens_before_the_text_take_their_share_of_the_positions(tmp_path):
    source = micro_source(tmp_path, n_layer=1, n_embd=32)
    model = prompt_tuning.prepare(source, prompt_tuning.Config(), dtype="float32", device="cpu", seed=0)
    _, result = trained(replace(SETTINGS, max_steps=1), model, [*letter_pairs(4), (("x" * 120, "y"),)])
    assert result.left_out == 1
    assert result.resolved["max_length"] == 128 - prompt_tuning.Config().virtual_tokens
