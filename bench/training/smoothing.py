"""Label smoothing (Szegedy et al. 2016, arXiv 1512.00567) over labelled tokens alone, for every kind of model.

transformers' own smoother needs logits at all positions; these are torch's cross_entropy(label_smoothing=...) at the
labelled ones.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch.nn.functional import cross_entropy, pad

from bench.training.batches import IGNORED
from bench.training.loss import labelled_logits


def smoothed_loss(model: Any, batch: Mapping[str, torch.Tensor], smoothing: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean over the labelled tokens of a batch, `smoothing` of each target spread evenly, and how many they were."""
    labels = batch["labels"]
    if model.config.is_encoder_decoder:
        labelled = labels != IGNORED
        logits = model(**batch, use_cache=False).logits[labelled]
    else:
        labels = pad(labels, (0, 1), value=IGNORED)[:, 1:]
        labelled = labels != IGNORED
        logits = labelled_logits(model, batch, labelled)
    return cross_entropy(logits.float(), labels[labelled], label_smoothing=smoothing), labelled.sum()
