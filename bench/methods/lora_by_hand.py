"""LoRA in thirty lines (S4.7), without peft: what the lecture's LoRALinear should be, and its mistakes on demand.

Equal to peft's LoRA in outputs and gradients. The lecture draws both factors at random, so that training starts from
another model than the one that was published (`start=random`), and leaves out alpha / r (`scale=none`); its third
mistake, adding an (in, out) product to an (out, in) matrix, cannot be had here: the shapes are those below.
"""

from dataclasses import dataclass
from typing import Any

from bench.errors import UserError, nearest
from bench.methods import _layers, lora
from bench.models import ModelSource

TRAINS = True
EPOCHS = lora.EPOCHS
learning_rate = lora.learning_rate
STARTS = ("identity", "random")
SCALES = ("alpha_over_r", "none")


@dataclass(frozen=True)
class Config:
    """The defaults of lora; the stop token's row is not trained (use lora where the base never met that token)."""

    r: int = 16
    """Rank of the update."""
    alpha: int = 32
    """The update is scaled by alpha / r."""
    dropout: float = 0.1
    """On the adapter's input, while training."""
    target_modules: str | tuple[str, ...] = "all-linear"
    """Module names, or "all-linear": attention and MLP, never the output head."""
    start: str = "identity"
    """identity: B is zero, so that the model starts as it was; random: A and B from a normal distribution (T8)."""
    scale: str = "alpha_over_r"
    """alpha_over_r, or none: the update as it is (T8)."""

    def __post_init__(self) -> None:
        if self.r < 1 or self.alpha < 1:
            raise UserError(f"lora_by_hand.r is {self.r} and alpha {self.alpha}; both must be at least 1")
        if not 0 <= self.dropout < 1:
            raise UserError(f"lora_by_hand.dropout is {self.dropout}; it must be at least 0 and below 1")
        for name, value, known in (("start", self.start, STARTS), ("scale", self.scale, SCALES)):
            if value not in known:
                raise UserError(f"unknown lora_by_hand.{name} {value!r}.{nearest(value, known)}")


def prepare(source: ModelSource, config: Config, *, dtype: str, device: str, seed: int) -> Any:
    """The frozen model in `dtype` with float32 adapters in place of its layers."""
    import torch

    from bench.methods._lora_layer import LoRALinear

    model = _layers.load_plain(source, "lora_by_hand", dtype=dtype, device=device).requires_grad_(False)
    layers = _layers.chosen(model, config.target_modules, f"lora_by_hand: {source.name}")
    scale = config.alpha / config.r if config.scale == "alpha_over_r" else 1.0
    torch.manual_seed(seed)
    for name, layer in layers.items():
        adapted = LoRALinear(layer, config.r, scale, config.dropout, identity=config.start == "identity")
        model.set_submodule(name, adapted.to(device))
    return model
