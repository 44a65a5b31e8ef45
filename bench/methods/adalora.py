"""AdaLoRA (Zhang et al. 2023, arXiv 2303.10512): ranks that begin high are taken from layers that need them least.

An update is B diag(E) A; entries of E whose importance stays low are set to zero, until `target_r` are left on average.
The saved adapter keeps the full shapes, zeros included, so that it says bit for bit what the trained one said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.errors import UserError
from bench.methods import _layers, _peft, lora
from bench.models import ModelSource

TRAINS = True
EPOCHS = lora.EPOCHS
ADAPTER = "default"
"""peft's name for the one adapter."""


@dataclass(frozen=True)
class Config:
    """The paper's ranks: a budget that starts at 1.5 times what is left in the end."""

    r: int = 12
    """Rank at the start."""
    target_r: int = 8
    """Mean rank in the end."""
    alpha: int = 32
    """The update is scaled by alpha / r."""
    dropout: float = 0.0
    """On the adapter's input, while training."""
    warm: float = 0.1
    """Share of the steps before the first rank is taken."""
    final: float = 0.5
    """Share of the steps after the last one; the paper's runs on GLUE."""
    orthogonality: float = 0.5
    """Weight of the penalty that keeps A and B orthogonal (`penalty`), peft's default."""
    target_modules: str | tuple[str, ...] = "all-linear"
    """Module names, or "all-linear": attention and MLP, never the output head."""
    stop_token: bool = True
    """Train the stop token's embedding too (one row), as in lora."""

    def __post_init__(self) -> None:
        if self.target_r < 1 or self.target_r > self.r:
            raise UserError(f"adalora.target_r is {self.target_r}; it must be at least 1 and at most r, {self.r}")
        if self.alpha < 1 or self.orthogonality < 0:
            raise UserError(f"adalora.alpha is {self.alpha}, orthogonality {self.orthogonality}; at least 1 and 0")
        if not 0 <= self.dropout < 1:
            raise UserError(f"adalora.dropout is {self.dropout}; it must be at least 0 and below 1")
        if min(self.warm, self.final) < 0 or self.warm + self.final >= 1:
            raise UserError(f"adalora.warm {self.warm} and final {self.final} must leave steps between them")


def learning_rate(parameters: int) -> float:
    """Twice LoRA's: A and B start small (0.02) and E at zero."""
    return lora.learning_rate(parameters) * 2


def prepare(source: ModelSource, config: Config, *, dtype: str, device: str, seed: int) -> Any:
    """The frozen model with adapters that start as the identity; `begin` makes the schedule of ranks."""
    from peft import AdaLoraConfig

    model = _layers.load_plain(source, "adalora", dtype=dtype, device=device)
    settings = AdaLoraConfig(
        init_r=config.r,
        target_r=config.target_r,
        lora_alpha=config.alpha,
        lora_dropout=config.dropout,
        orth_reg_weight=config.orthogonality,
        target_modules=_layers.targets(model, config.target_modules, f"adalora: {source.name}"),
        task_type=_peft.task(model),
        fan_in_fan_out=_peft.keeps_matrices_turned(model),
        total_step=1,
    )
    stop = _peft.stop_rows(model, source.tokenizer(), config.stop_token)
    adapted = _peft.with_adapter(model, settings, seed=seed, stop=stop)
    adapted.base_model.rankallocator.shares = (config.warm, config.final)
    return adapted


def begin(model: Any, total: int) -> None:
    """Makes the schedule of ranks for a training of `total` optimizer steps; one comes before ranks are weighed."""
    settings, allocator = model.peft_config[ADAPTER], model.base_model.rankallocator
    warm, final = allocator.shares
    settings.total_step, settings.tinit = max(total, 2), int(warm * total)
    settings.tfinal = min(int(final * total), settings.total_step - 2)
    allocator.kept = None
    allocator.reset_ipt()


def on_step(model: Any, step: int, total: int) -> None:
    """Weighs the ranks and takes some; after optimizer step `step` (from 1), while gradients are still there.

    What is kept is no part of peft's config here: peft would cut the saved matrices to it.
    """
    settings, allocator = model.peft_config[ADAPTER], model.base_model.rankallocator
    settings.rank_pattern = allocator.kept
    model.base_model.update_and_allocate(step)
    allocator.kept, settings.rank_pattern = settings.rank_pattern, None


def penalty(model: Any) -> Any:
    """What is added to the loss that is minimised: how far A A^T and B^T B are from the identity (the paper's R).

    peft adds it to a model's own loss only, and ours is computed outside of the model.
    """
    import torch

    factors = [(weight, "lora_A" in name) for name, weight in model.named_parameters() if is_factor(name)]
    squares = [weight @ weight.T if wide else weight.T @ weight for weight, wide in factors]
    far = [torch.linalg.norm(square - torch.eye(len(square), device=square.device)) for square in squares]
    return model.peft_config[ADAPTER].orth_reg_weight * torch.stack(far).mean()


def is_factor(name: str) -> bool:
    return f"lora_A.{ADAPTER}" in name or f"lora_B.{ADAPTER}" in name


def state(model: Any) -> dict[str, Any]:
    """What training knows beside weights and optimizer: importances and kept ranks, as tensors by name."""
    import torch

    allocator = model.base_model.rankallocator
    named = {f"{kind}/{name}": value for kind in KINDS for name, value in getattr(allocator, kind).items()}
    kept = {f"kept/{name}": torch.tensor(flags) for name, flags in (allocator.kept or {}).items()}
    return named | kept


def load_state(model: Any, tensors: Mapping[str, Any]) -> None:
    """Puts back what `state` gave; call it after `begin`."""
    allocator = model.base_model.rankallocator
    split = {tuple(key.split("/", 1)): value for key, value in tensors.items()}
    for kind in KINDS:
        setattr(allocator, kind, {name: value for (own, name), value in split.items() if own == kind})
    kept = {name: flags.tolist() for (own, name), flags in split.items() if own == "kept"}
    allocator.kept = kept or None


KINDS = ("ipt", "exp_avg_ipt", "exp_avg_unc")
"""The importances of peft's allocator: now, smoothed, and how uncertain."""
