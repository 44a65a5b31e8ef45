"""DoRA (Liu et al. 2024, arXiv 2402.09353): LoRA turns a matrix, and a vector of magnitudes scales its rows apart."""

from dataclasses import dataclass
from typing import Any

from bench.methods import lora
from bench.models import ModelSource

TRAINS = True
EPOCHS = lora.EPOCHS
learning_rate = lora.learning_rate


@dataclass(frozen=True)
class Config(lora.Config):
    """LoRA's settings; the magnitudes add one number for each output of a layer."""


def prepare(source: ModelSource, config: Config, *, dtype: str, device: str, seed: int) -> Any:
    """The frozen model with adapters that start as the identity: magnitudes are the matrices' own norms."""
    return lora.beside(source, config, "dora", dtype=dtype, device=device, seed=seed, use_dora=True)
