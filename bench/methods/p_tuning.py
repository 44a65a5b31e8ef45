"""P-tuning (Liu et al. 2021, arXiv 2103.10385): prompt tuning whose embeddings come out of a small network.

The network only helps to train: what is saved are the embeddings it gives. Nothing can be merged into the weights, and
the stop token's row is not trained: the model stays as it is.
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
    """The paper's idea in peft's form: three linear layers behind the embeddings."""

    virtual_tokens: int = 20
    """Learned embeddings before the text; each takes one of the model's positions."""
    hidden: int = 128
    """Width of the network."""

    def __post_init__(self) -> None:
        if self.virtual_tokens < 1 or self.hidden < 1:
            found = f"p_tuning.virtual_tokens is {self.virtual_tokens} and p_tuning.hidden {self.hidden}"
            raise UserError(f"{found}; both must be at least 1")


def learning_rate(parameters: int) -> float:
    """1e-3 from GPT-2's 124M parameters on, peft's own example; up to 3e-3 on smaller models.

    At 2M parameters 1e-2 learned no more than 1e-3 (docs/log.md).
    """
    return min(max(1e-3 * (124e6 / parameters) ** 0.25, 1e-3), 3e-3)


def prepare(source: ModelSource, config: Config, *, dtype: str, device: str, seed: int) -> Any:
    """The frozen model behind tokens that mean nothing yet: unlike LoRA it does not start as the base model."""
    from peft import PromptEncoderConfig

    model = _layers.load_plain(source, "p_tuning", dtype=dtype, device=device)
    settings = PromptEncoderConfig(
        task_type=_peft.task(model),
        num_virtual_tokens=config.virtual_tokens,
        encoder_hidden_size=config.hidden,
        # An encoder-decoder reads them in its encoder only.
        num_transformer_submodules=1,
    )
    return _peft.with_virtual_tokens(model, settings, seed=seed)
