import pytest
import torch
from transformers import T5Config, T5ForConditionalGeneration

from bench.methods import p_tuning, prefix, prompt_tuning
from bench.models._weights import byte_tokenizer
from bench.training.batches import Collator, encode
from bench.training.loss import labelled_logits, labelled_loss, slices_logits, text_positions, virtual_tokens
from tests.micro import SPECIALS, letter_pairs, micro_model, micro_source


def batch_of(count, seq2seq=False):
    examples, _ = encode(byte_tokenizer(), letter_pairs(count), max_length=99, seq2seq=seq2seq)
    batch = Collator(SPECIALS["pad_token_id"])(examples)
    return {name: batch[name] for name in ("input_ids", "attention_mask", "labels")}


def gradients(model, loss):
    model.zero_grad()
    loss.backward()
    return torch.cat([weight.grad.flatten() for weight in model.parameters()])


def test_head_at_labelled_positions_gives_the_models_own_loss_and_gradients():
    model, batch = micro_model(), batch_of(5)
    plain = model(**batch).loss
    loss, tokens = labelled_loss(model, batch)
    assert loss.item() == pytest.approx(plain.item(), abs=1e-6)
    assert tokens.item() == 5 * 4
    expected = gradients(model, plain)
    assert torch.allclose(gradients(model, labelled_loss(model, batch)[0]), expected, atol=1e-6)


def test_head_runs_at_labelled_positions_only():
    model, batch = micro_model(), batch_of(5)
    labelled = torch.zeros_like(batch["labels"], dtype=torch.bool)
    labelled[1, 3] = labelled[4, 2] = True
    assert labelled_logits(model, batch, labelled).shape == (2, 259)


def test_architecture_without_sliced_logits_gives_the_same_loss(monkeypatch):
    model, batch = micro_model(), batch_of(5)
    expected = labelled_loss(model, batch)[0].item()
    assert slices_logits(model)
    monkeypatch.setattr("bench.training.loss.slices_logits", lambda model: False)
    assert labelled_loss(model, batch)[0].item() == pytest.approx(expected, abs=1e-6)


def test_padding_does_not_change_the_loss():
    model, batch = micro_model(), batch_of(1)
    alone = labelled_loss(model, batch)[0].item()
    wide = {"input_ids": 7, "attention_mask": 0, "labels": -100}
    padded = {name: torch.nn.functional.pad(batch[name], (0, 9), value=wide[name]) for name in batch}
    assert labelled_loss(model, padded)[0].item() == pytest.approx(alone, abs=1e-5)


def test_encoder_decoder_loss_counts_every_response_token():
    config = T5Config(vocab_size=259, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, **SPECIALS)
    config.decoder_start_token_id = SPECIALS["pad_token_id"]
    model = T5ForConditionalGeneration(config).eval()
    loss, tokens = labelled_loss(model, batch_of(3, seq2seq=True))
    assert torch.isfinite(loss)
    assert tokens.item() == 3 * 4


@pytest.mark.parametrize("method", [prompt_tuning, prefix, p_tuning], ids=lambda method: method.__name__[14:])
@pytest.mark.parametrize("sliced", [True, False])
def test_learned_tokens_before_the_text_bear_no_loss_and_move_no_label(tmp_path, monkeypatch, method, sliced):
    source = micro_source(tmp_path / "model", initializer_range=0.2)
    model = method.prepare(source, method.Config(virtual_tokens=3), dtype="float32", device="cpu", seed=0).eval()
    monkeypatch.setattr("bench.training.loss.slices_logits", lambda model: sliced)
    batch = batch_of(5)
    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    logits = logits[:, -batch["labels"].shape[1] :]
    plain = torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), batch["labels"][:, 1:].flatten())
    loss, tokens = labelled_loss(model, batch)
    assert loss.item() == pytest.approx(plain.item(), abs=1e-5)
    assert tokens.item() == 5 * 4


def test_text_has_all_positions_of_a_model_without_learned_tokens():
    assert (virtual_tokens(micro_model()), text_positions(micro_model())) == (0, 128)
