"""Prompt tuning (Lester et al. 2021, arXiv 2104.08691): learned embeddings before the text, and nothing else.

Nothing can be merged into the weights, and the stop token's row is not trained: the model stays as it is. Made for
models of 10B parameters, where it equals full tuning; the paper shows it far behind on small ones.
"""

from dataclasses import dataclass
from typing import Any

from bench.errors import UserError, nearest
from bench.methods import _layers, _peft
from bench.models import ModelSource

TRAINS = True
EPOCHS = 10.0
STARTS = {"vocabulary": "SAMPLE_VOCAB", "random": "RANDOM"}
"""Our names of the starts and peft's."""


@dataclass(frozen=True)
class Config:
    """The paper's: 20 tokens bring most of what there is to gain; words of the vocabulary are the better start."""

    virtual_tokens: int = 20
    """Learned embeddings before the text; each takes one of the model's positions."""
    start: str = "vocabulary"
    """vocabulary: embeddings of tokens drawn at random; random: numbers from a normal distribution."""

    def __post_init__(self) -> None:
        if self.virtual_tokens < 1:
            raise UserError(f"prompt_tuning.virtual_tokens is {self.virtual_tokens}; it must be at least 1")
        if self.start not in STARTS:
            raise UserError(f"unknown prompt_tuning.start {self.start!r}.{nearest(self.start, STARTS)}")


def learning_rate(parameters: int) -> float:
    """3e-2 from GPT-2's 124M parameters on, peft's own example; up to 0.1 on smaller models.

    The paper took 0.3 with Adafactor. At 2M parameters 0.1 learned a little more than 3e-2 (docs/log.md).
    """
    return min(max(3e-2 * (124e6 / parameters) ** 0.25, 3e-2), 0.1)


def prepare(source: ModelSource, config: Config, *, dtype: str, device: str, seed: int) -> Any:
    """The frozen model behind tokens that mean nothing yet: unlike LoRA it does not start as the base model."""
    from peft import PromptTuningConfig

    model = _layers.load_plain(source, "prompt_tuning", dtype=dtype, device=device)
    settings = PromptTuningConfig(
        task_type=_peft.task(model),
        num_virtual_tokens=config.virtual_tokens,
        prompt_tuning_init=STARTS[config.start],
        # An encoder-decoder reads them in its encoder only; peft would train a second set that nothing reads.
        num_transformer_submodules=1,
    )
    return _peft.with_virtual_tokens(model, settings, seed=seed)
