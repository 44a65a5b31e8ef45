"""The untuned base model: what every tuned one is compared against."""

from dataclasses import dataclass
from typing import Any

from bench.models import ModelSource

TRAINS = False
EPOCHS = 0.0


@dataclass(frozen=True)
class Config:
    """Nothing to set."""


def learning_rate(parameters: int) -> float:
    """0: nothing is trained."""
    return 0.0


def prepare(source: ModelSource, config: Config, *, dtype: str, device: str, seed: int) -> Any:
    """The model as it was published, in `dtype`, ready to generate."""
    return source.load(dtype=dtype, device=device)
