"""Full fine-tuning: every weight is trained."""

from dataclasses import dataclass
from typing import Any

from bench.methods import _layers
from bench.models import ModelSource

TRAINS = True
EPOCHS = 5.0


@dataclass(frozen=True)
class Config:
    """Nothing to set: all weights train."""


def learning_rate(parameters: int) -> float:
    """5e-5 at GPT-2's 124M parameters, the field's usual rate; smaller models need and bear more.

    Grows with the square root of 124M / N, between 1e-5 and 1e-3. At 2M parameters that is 3.9e-4; on the validation
    split 1e-3 followed 84 %, and 3e-4 to 5e-4 followed 91-92 %, in the same five epochs (docs/log.md).
    """
    return min(max(5e-5 * (124e6 / parameters) ** 0.5, 1e-5), 1e-3)


def prepare(source: ModelSource, config: Config, *, dtype: str, device: str, seed: int) -> Any:
    """All weights in float32 whatever `dtype` is: Adam's small steps vanish in bfloat16."""
    return _layers.load_plain(source, "full", dtype="float32", device=device).requires_grad_(True)
