"""rsLoRA (Kalajdzievski 2023, arXiv 2312.03732): LoRA scaled by alpha / sqrt(r), so that high ranks learn too."""

from dataclasses import dataclass
from typing import Any

from bench.methods import lora
from bench.models import ModelSource

TRAINS = True
EPOCHS = lora.EPOCHS
learning_rate = lora.learning_rate


@dataclass(frozen=True)
class Config(lora.Config):
    """A high rank, for which the method was made, at LoRA's own scale of 2: 16 / sqrt(64)."""

    r: int = 64
    """Rank of the update."""
    alpha: int = 16
    """The update is scaled by alpha / sqrt(r)."""


def prepare(source: ModelSource, config: Config, *, dtype: str, device: str, seed: int) -> Any:
    """The frozen model with adapters that start as the identity."""
    return lora.beside(source, config, "rslora", dtype=dtype, device=device, seed=seed, use_rslora=True)
