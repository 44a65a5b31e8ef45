"""VeRA (Kopiczko et al. 2023, arXiv 2310.11454): two random matrices shared by all layers, two trained vectors in each.

The random matrices are drawn from the case's seed and saved with the vectors, as peft does by default, so that the
adapter is the same on every machine; `adapter_bytes` includes them, the trainable parameters do not.
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
    """peft's rank; it costs r + out numbers in each layer, so it is higher than LoRA's."""

    r: int = 256
    """Rank of the shared matrices."""
    d_initial: float = 0.1
    """Where the vector between the two matrices starts; the other one starts at zero."""
    dropout: float = 0.0
    """On the adapter's input, while training."""
    target_modules: str | tuple[str, ...] = "all-linear"
    """Module names, or "all-linear": attention and MLP, never the output head."""
    stop_token: bool = True
    """Train the stop token's embedding too (one row), as in lora."""

    def __post_init__(self) -> None:
        if self.r < 1:
            raise UserError(f"vera.r is {self.r}; it must be at least 1")
        if not 0 <= self.dropout < 1:
            raise UserError(f"vera.dropout is {self.dropout}; it must be at least 0 and below 1")


def learning_rate(parameters: int) -> float:
    """4e-3 from GPT-2's 124M parameters on, as the paper took for Llama; more on smaller models, up to 5e-2."""
    return min(max(4e-3 * (124e6 / parameters) ** 0.75, 4e-3), 5e-2)


def prepare(source: ModelSource, config: Config, *, dtype: str, device: str, seed: int) -> Any:
    """The frozen model with adapters that start as the identity."""
    from peft import VeraConfig

    model = _layers.load_plain(source, "vera", dtype=dtype, device=device)
    settings = VeraConfig(
        r=config.r,
        d_initial=config.d_initial,
        vera_dropout=config.dropout,
        target_modules=_layers.targets(model, config.target_modules, f"vera: {source.name}"),
        task_type=_peft.task(model),
        fan_in_fan_out=_peft.keeps_matrices_turned(model),
        projection_prng_key=seed,
    )
    stop = _peft.stop_rows(model, source.tokenizer(), config.stop_token)
    return _peft.with_adapter(model, settings, seed=seed, stop=stop)
