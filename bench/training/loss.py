"""The loss: mean cross entropy over labelled tokens, the output head run at no other position.

The head is a (hidden, vocabulary) product per position; prompts and padding, most of a batch, do not need it.
"""

import inspect
from collections.abc import Mapping
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from bench.training.batches import IGNORED


def labelled_loss(model: Any, batch: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean cross entropy over the labelled tokens of a batch, and how many they were.

    Equal to the model's own loss; a causal model's head runs only where the next token bears loss.
    """
    labels = batch["labels"]
    if model.config.is_encoder_decoder:
        return model(**batch, use_cache=False).loss, (labels != IGNORED).sum()
    targets = torch.nn.functional.pad(labels, (0, 1), value=IGNORED)[:, 1:]
    labelled = targets != IGNORED
    targets = targets[labelled]
    return cross_entropy(labelled_logits(model, batch, labelled).float(), targets), labelled.sum()


def labelled_logits(model: Any, batch: Mapping[str, torch.Tensor], labelled: torch.Tensor) -> torch.Tensor:
    """Logits (labelled tokens, vocabulary) at the True places of `labelled` (batch, time)."""
    inputs = {"input_ids": batch["input_ids"], "attention_mask": batch["attention_mask"], "use_cache": False}
    if slices_logits(model):
        return model(**inputs, logits_to_keep=labelled).logits
    return model(**inputs).logits[labelled]


def slices_logits(model: Any) -> bool:
    """True where the architecture can run its head at chosen positions (247 of transformers 5.23's do)."""
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    return "logits_to_keep" in inspect.signature(type(inner).forward).parameters
