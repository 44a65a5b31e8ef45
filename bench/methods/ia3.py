"""(IA)^3 (Liu et al. 2022, arXiv 2205.05638): keys, values and the MLP's inner activations are rescaled, nothing else.

About a thousandth of the parameters of LoRA; merged, it is the model itself with other numbers.
"""

from dataclasses import dataclass
from typing import Any

from bench.errors import UserError
from bench.methods import _layers, _peft
from bench.models import ModelSource

TRAINS = True
EPOCHS = 10.0

KEYS_AND_VALUES = ("k_proj", "v_proj", "k", "v", "key", "value", "c_attn", "query_key_value")
"""The matrices whose outputs are rescaled; a fused one (c_attn) brings its queries along."""
SECOND_OF_MLP = ("mlp.c_proj", "down_proj", "wo", "fc2", "dense_4h_to_h")
"""The matrices whose inputs are rescaled."""


@dataclass(frozen=True)
class Config:
    """One vector for each matrix, all ones at the start."""

    target_modules: str | tuple[str, ...] = "keys-values-mlp"
    """Module names, or "keys-values-mlp": the paper's choice, found by the usual names."""
    stop_token: bool = True
    """Train the stop token's embedding too (one row), as in lora."""


def learning_rate(parameters: int) -> float:
    """3e-3 from GPT-2's 124M parameters on, the paper's; more on smaller models, up to 5e-2."""
    return min(max(3e-3 * (124e6 / parameters) ** 0.75, 3e-3), 5e-2)


def prepare(source: ModelSource, config: Config, *, dtype: str, device: str, seed: int) -> Any:
    """The frozen model with its vectors at one. Raises UserError where it has no module of the names looked for."""
    from peft import IA3Config

    model = _layers.load_plain(source, "ia3", dtype=dtype, device=device)
    names = wanted(model, config.target_modules, source.name)
    settings = IA3Config(
        task_type=_peft.task(model),
        target_modules=names,
        feedforward_modules=[name for name in names if any(_layers.carries(name, last) for last in SECOND_OF_MLP)],
        fan_in_fan_out=_peft.keeps_matrices_turned(model),
    )
    stop = _peft.stop_rows(model, source.tokenizer(), config.stop_token)
    return _peft.with_adapter(model, settings, seed=seed, stop=stop)


def wanted(model: Any, modules: str | tuple[str, ...], name: str) -> list[str]:
    """Full names of the layers to rescale."""
    if modules != Config.target_modules:
        return list(_layers.chosen(model, modules, f"ia3: {name}"))
    found = list(_layers.matrices(model))
    usual = (*KEYS_AND_VALUES, *SECOND_OF_MLP)
    layers = [layer for layer in found if any(_layers.carries(layer, target) for target in usual)]
    if not layers:
        has = ", ".join(_layers.kinds(found))
        raise UserError(f"ia3: {name} has no keys and values by a usual name; choose target_modules among {has}")
    return layers
