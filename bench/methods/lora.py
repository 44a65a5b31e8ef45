"""LoRA (Hu et al. 2021): low-rank adapters beside every attention and MLP matrix, the model itself frozen."""

from dataclasses import dataclass
from typing import Any

from bench.errors import UserError
from bench.models import ModelSource

TRAINS = True
EPOCHS = 6.0


@dataclass(frozen=True)
class Config:
    """The lectures' adapter (S1.7), on all linear layers instead of c_attn and c_proj alone."""

    r: int = 16
    """Rank of the update."""
    alpha: int = 32
    """The update is scaled by alpha / r."""
    dropout: float = 0.1
    """On the adapter's input, while training."""
    target_modules: str | tuple[str, ...] = "all-linear"
    """Module names, or "all-linear": attention and MLP, never the output head."""
    stop_token: bool = True
    """Train the stop token's embedding too (one row). A base model may never have met that token; beside a frozen
    embedding adapters alone then cannot tell it from other unused ones, and the model never stops (docs/log.md)."""

    def __post_init__(self) -> None:
        if self.r < 1 or self.alpha < 1:
            raise UserError(f"lora.r is {self.r} and lora.alpha {self.alpha}; both must be at least 1")
        if not 0 <= self.dropout < 1:
            raise UserError(f"lora.dropout is {self.dropout}; it must be at least 0 and below 1")


def learning_rate(parameters: int) -> float:
    """2e-4 at GPT-2's 124M parameters, where full tuning takes 5e-5; between 1e-4 and 4e-3.

    LoRA wants about four times the rate of full tuning and more epochs (at 2M parameters, 1e-3 learned half).
    """
    return min(max(2e-4 * (124e6 / parameters) ** 0.75, 1e-4), 4e-3)


def prepare(source: ModelSource, config: Config, *, dtype: str, device: str, seed: int) -> Any:
    """The frozen model in `dtype` with float32 adapters that start as the identity."""
    return adapted(source.load(dtype=dtype, device=device), config, stop=source.tokenizer().eos_token_id, seed=seed)


def adapted(model: Any, config: Config, *, stop: int, seed: int) -> Any:
    """The model with adapters drawn from `seed`; unseeded ones failed to learn in one of three trials.

    `stop` is the id of the token that ends an answer.
    """
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers.pytorch_utils import Conv1D

    targets, seq2seq = config.target_modules, bool(model.config.is_encoder_decoder)
    settings = LoraConfig(
        r=config.r,
        lora_alpha=config.alpha,
        lora_dropout=config.dropout,
        target_modules=targets if isinstance(targets, str) else list(targets),
        bias="none",
        task_type="SEQ_2_SEQ_LM" if seq2seq else "CAUSAL_LM",
        # An encoder-decoder model ended its texts with this token in pretraining.
        trainable_token_indices=[stop] if config.stop_token and not seq2seq else None,
        # GPT-2 keeps its matrices as (in, out); quantised ones are turned round when they are loaded.
        fan_in_fan_out=any(isinstance(module, Conv1D) for module in model.modules()),
    )
    torch.manual_seed(seed)
    return get_peft_model(model, settings)
