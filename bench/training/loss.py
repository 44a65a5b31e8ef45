"""The loss: mean cross entropy over labelled tokens, the output head run at no other position.

The head is a (hidden, vocabulary) product per position; prompts and padding, most of a batch, do not need it.
"""

import inspect
from collections.abc import Mapping
from typing import Any

import torch
from torch.nn.functional import cross_entropy, pad

from bench.models import positions
from bench.training.batches import IGNORED


def labelled_loss(model: Any, batch: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean cross entropy over the labelled tokens of a batch, and how many they were.

    Equal to the model's own loss; a causal model's head runs only where the next token bears loss. An
    encoder-decoder's own is not taken, because peft adds AdaLoRA's penalty to it.
    """
    labels = batch["labels"]
    if model.config.is_encoder_decoder:
        labelled = labels != IGNORED
        shifted = model.prepare_decoder_input_ids_from_labels(labels=labels)
        read = {"input_ids": batch["input_ids"], "attention_mask": batch["attention_mask"], "use_cache": False}
        logits = model(**read, decoder_input_ids=shifted).logits[labelled]
        return cross_entropy(logits.float(), labels[labelled]), labelled.sum()
    targets = pad(labels, (0, 1), value=IGNORED)[:, 1:]
    labelled = targets != IGNORED
    targets = targets[labelled]
    return cross_entropy(labelled_logits(model, batch, labelled).float(), targets), labelled.sum()


def labelled_logits(model: Any, batch: Mapping[str, torch.Tensor], labelled: torch.Tensor) -> torch.Tensor:
    """Logits (labelled tokens, vocabulary) at the True places of `labelled` (batch, time)."""
    inputs = {"input_ids": batch["input_ids"], "attention_mask": batch["attention_mask"], "use_cache": False}
    labelled = pad(labelled, (answered_before(model), 0))
    if slices_logits(model):
        return model(**inputs, logits_to_keep=labelled).logits
    return model(**inputs).logits[labelled]


def slices_logits(model: Any) -> bool:
    """True where the architecture can run its head at chosen positions (247 of transformers 5.23's do)."""
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    return "logits_to_keep" in inspect.signature(type(inner).forward).parameters


def virtual_tokens(model: Any) -> int:
    """Positions that an adapter's learned tokens take before the text (prompt, prefix and p-tuning); 0 without."""
    adapter = getattr(model, "active_peft_config", None)
    return adapter.num_virtual_tokens if adapter is not None and adapter.is_prompt_learning else 0


def text_positions(model: Any) -> int | None:
    """The longest text that the model has positions for, its virtual tokens left out, or None (T5's are relative)."""
    limit = positions(model.config)
    return None if limit is None else limit - virtual_tokens(model)


def answered_before(model: Any) -> int:
    """How many of its virtual tokens a causal model gives logits for.

    All, but none for keys and values alone, nor while they are switched off (bench/training/artifacts.py, untuned).
    """
    if not virtual_tokens(model) or model._adapters_disabled:
        return 0
    return 0 if model.active_peft_config.peft_type == "PREFIX_TUNING" else virtual_tokens(model)
