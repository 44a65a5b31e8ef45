"""Prefix tuning (Li and Liang 2021, arXiv 2101.00190): learned keys and values before the first token of every layer.

Nothing can be merged into the weights, and the stop token's row is not trained: the model stays as it is.
"""

from dataclasses import dataclass
from typing import Any

from bench.errors import UserError
from bench.methods import _layers, _peft
from bench.models import ModelSource

TRAINS = True
EPOCHS = 10.0


@dataclass(frozen=True)
class Config:
    """The paper's prefix for table-to-text had 10 tokens, for summaries 200."""

    virtual_tokens: int = 10
    """Length of the prefix; it takes as many of the model's positions."""
    projection: bool = False
    """Train a small network that makes the prefix, as the paper does for stability; only the prefix is saved."""

    def __post_init__(self) -> None:
        if self.virtual_tokens < 1:
            raise UserError(f"prefix.virtual_tokens is {self.virtual_tokens}; it must be at least 1")


def learning_rate(parameters: int) -> float:
    """1e-2 from GPT-2's 124M parameters on, peft's own example; more on smaller models, up to 0.1.

    The prefix starts as numbers around one, which a small rate hardly moves: at 2M parameters 1e-2 learned nothing in
    four epochs and 0.1 did (docs/log.md).
    """
    return min(max(1e-2 * (124e6 / parameters) ** 0.5, 1e-2), 0.1)


def prepare(source: ModelSource, config: Config, *, dtype: str, device: str, seed: int) -> Any:
    """The frozen model with a random prefix: unlike LoRA it does not start as the base model."""
    from peft import PrefixTuningConfig

    model = _layers.load_plain(source, "prefix", dtype=dtype, device=device)
    model.register_forward_pre_hook(refuse_checkpointing)
    settings = PrefixTuningConfig(
        task_type=_peft.task(model),
        num_virtual_tokens=config.virtual_tokens,
        prefix_projection=config.projection,
    )
    return _peft.with_virtual_tokens(model, settings, seed=seed)


def refuse_checkpointing(module: Any, args: Any) -> None:
    """A forward pre-hook: checkpointed layers run without their cache, which is where the prefix is."""
    if module.training and any(getattr(part, "gradient_checkpointing", False) for part in module.modules()):
        raise UserError("prefix tuning does not work with train.gradient_checkpointing; leave that out, or use lora")
