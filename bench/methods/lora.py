"""LoRA (Hu et al. 2021, arXiv 2106.09685): low-rank adapters beside every attention and MLP matrix, the rest frozen."""

from dataclasses import dataclass
from typing import Any

from bench.errors import UserError
from bench.methods import _layers, _peft
from bench.models import ModelSource

TRAINS = True
EPOCHS = 6.0


@dataclass(frozen=True)
class Config:
    """The lectures' adapter (S1.7), on all linear layers instead of c_attn and c_proj alone."""

    r: int = 16
    """Rank of the update. Above a layer's width it adds parameters and no freedom, and is allowed."""
    alpha: int = 32
    """The update is scaled by alpha / r."""
    dropout: float = 0.1
    """On the adapter's input, while training."""
    target_modules: str | tuple[str, ...] = "all-linear"
    """Module names, or "all-linear": attention and MLP, never the output head."""
    stop_token: bool = True
    """Train the stop token's embedding too (EOS, and what a chat template of its own ends answers with). A base model
    may never have met that token; beside a frozen embedding adapters alone then cannot tell it from other unused ones,
    and the model never stops (docs/log.md)."""

    def __post_init__(self) -> None:
        method = type(self).__module__.rpartition(".")[2]
        if self.r < 1 or self.alpha < 1:
            raise UserError(f"{method}.r is {self.r} and {method}.alpha {self.alpha}; both must be at least 1")
        if not 0 <= self.dropout < 1:
            raise UserError(f"{method}.dropout is {self.dropout}; it must be at least 0 and below 1")


def learning_rate(parameters: int) -> float:
    """2e-4 at GPT-2's 124M parameters, where full tuning takes 5e-5; between 1e-4 and 4e-3.

    LoRA wants about four times the rate of full tuning and more epochs (at 2M parameters, 1e-3 learned half).
    """
    return min(max(2e-4 * (124e6 / parameters) ** 0.75, 1e-4), 4e-3)


def prepare(source: ModelSource, config: Config, *, dtype: str, device: str, seed: int) -> Any:
    """The frozen model in `dtype` with float32 adapters that start as the identity."""
    return beside(source, config, "lora", dtype=dtype, device=device, seed=seed)


def beside(
    source: ModelSource, config: Config, method: str, *, dtype: str, device: str, seed: int, **variant: Any
) -> Any:
    """The unquantised model with adapters; `variant` is what a relative of LoRA sets in peft's LoraConfig."""
    model = _layers.load_plain(source, method, dtype=dtype, device=device)
    where = f"{method}: {source.name}"
    return adapted(model, config, where=where, tokenizer=source.tokenizer(), seed=seed, **variant)


def adapted(model: Any, config: Config, *, where: str, tokenizer: Any, seed: int, **variant: Any) -> Any:
    """The model with adapters drawn from `seed`; of `tokenizer` the tokens that end an answer are trained, too.

    Raises UserError, `where` in front, for a target module that the model lacks.
    """
    from peft import LoraConfig

    settings = LoraConfig(
        r=config.r,
        lora_alpha=config.alpha,
        lora_dropout=config.dropout,
        target_modules=_layers.targets(model, config.target_modules, where),
        bias="none",
        task_type=_peft.task(model),
        fan_in_fan_out=_peft.keeps_matrices_turned(model),
        **variant,
    )
    stop = _peft.stop_rows(model, tokenizer, config.stop_token)
    return _peft.with_adapter(model, settings, seed=seed, stop=stop)
