"""PiSSA (Meng et al. 2024, arXiv 2404.02948): LoRA that starts from a matrix's own largest singular directions.

The frozen part is the rest, so that both together are the model as it was. What is saved are the two factors alone;
the rest is computed again from the base model, by the same decomposition (signs that it may choose otherwise cancel).
"""

from dataclasses import dataclass
from typing import Any

from bench.errors import UserError
from bench.methods import _layers, lora
from bench.models import ModelSource

TRAINS = True
EPOCHS = lora.EPOCHS


@dataclass(frozen=True)
class Config(lora.Config):
    """The paper's: alpha equal to r, and no dropout, which would drop a part of the model itself."""

    r: int = 16
    """Singular directions that are trained; at most the width of the narrowest layer."""
    alpha: int = 16
    """The product is scaled by alpha / r, and the start divided by it."""
    dropout: float = 0.0
    """On the adapter's input, while training."""


def learning_rate(parameters: int) -> float:
    """A quarter of LoRA's: the factors are of the size of the matrices, not zero, and each step moves both."""
    return lora.learning_rate(parameters) / 4


def prepare(source: ModelSource, config: Config, *, dtype: str, device: str, seed: int) -> Any:
    """The model split in two; its outputs are those of the base up to rounding."""
    model = lora.beside(source, config, "pissa", dtype=dtype, device=device, seed=seed, init_lora_weights="pissa")
    refuse_wide(model, config.r, source.name)
    return model


def refuse_wide(model: Any, rank: int, name: str) -> None:
    """A matrix has no more singular directions than its narrower side."""
    widths = {key: min(layer.weight.shape) for key, layer in _layers.matrices(model).items() if ".base_layer" in key}
    key = min(widths, key=lambda key: widths[key])
    if rank > widths[key]:
        kind = _layers.kinds([key])[0].removesuffix(".base_layer")
        raise UserError(f"pissa.r is {rank}, and {kind} of {name} has only {widths[key]} directions; lower pissa.r")
