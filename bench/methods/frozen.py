"""Layer freezing (S4.5): the embeddings and the first blocks stay as they were, the last blocks are trained.

The lower layers hold what is general; leaving them alone saves their gradients and optimizer states. A tied output
head is the embedding, and so the stop token's row is not trained either, unless `embeddings` is.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.errors import UserError
from bench.methods import _layers, full
from bench.models import ModelSource

TRAINS = True
EPOCHS = full.EPOCHS


@dataclass(frozen=True)
class Config:
    """Half of the blocks by default."""

    share: float = 0.5
    """Share of the blocks that is trained, the last ones, rounded up to whole blocks."""
    train_layers: int | None = None
    """How many of the last blocks are trained; when given it replaces `share`."""
    embeddings: bool = False
    """Train the embeddings (and a tied output head), too."""

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise UserError(f"frozen.share is {self.share}; it must be above 0 and at most 1")
        if self.train_layers is not None and self.train_layers < 1:
            raise UserError(f"frozen.train_layers is {self.train_layers}; it must be at least 1")


def learning_rate(parameters: int) -> float:
    """2.5 times full tuning's: with half of the blocks at 2M parameters 1e-3 learned more than 3.9e-4 (docs/log.md)."""
    return full.learning_rate(parameters) * 2.5


def prepare(source: ModelSource, config: Config, *, dtype: str, device: str, seed: int) -> Any:
    """The model in float32, as for full tuning; the last blocks, the norm behind them and an untied head are trained.

    In an encoder-decoder the last blocks of both are. Raises UserError when there are fewer than `train_layers`.
    """
    model = _layers.load_plain(source, "frozen", dtype="float32", device=device).requires_grad_(True)
    stacks = list(block_lists(model))
    for blocks in stacks:
        refuse_too_many(config, len(blocks), source.name)
        for block in blocks[: len(blocks) - trained(config, len(blocks))]:
            block.requires_grad_(False)
    freeze_embeddings(model, stacks, config.embeddings)
    return model


def trained(config: Config, blocks: int) -> int:
    """How many of a stack's blocks are trained."""
    return config.train_layers or math.ceil(round(blocks * config.share, 6))


def refuse_too_many(config: Config, blocks: int, name: str) -> None:
    if (config.train_layers or 0) > blocks:
        raise UserError(f"frozen.train_layers is {config.train_layers}, and {name} has {blocks} blocks; lower it")


def block_lists(model: Any) -> Iterator[Any]:
    """The lists of blocks, one for a causal model, two for an encoder-decoder; not the lists inside of a block."""
    from torch.nn import ModuleList

    found: list[str] = []
    for name, module in model.named_modules():
        if isinstance(module, ModuleList) and not any(name.startswith(f"{outer}.") for outer in found):
            found.append(name)
            yield module


def freeze_embeddings(model: Any, stacks: list[Any], wanted: bool) -> None:
    """Embeddings outside of the blocks (T5's table of distances lies in the first block)."""
    from torch.nn import Embedding

    within = {id(module) for blocks in stacks for module in blocks.modules()}
    for module in model.modules():
        if isinstance(module, Embedding) and id(module) not in within:
            module.requires_grad_(wanted)
