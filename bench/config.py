"""The knobs of a case: how it trains and how it generates, checked as they are made."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import inf
from typing import Any

from bench.errors import UserError, nearest

SCHEDULES = ("cosine", "linear", "constant")
LOSS_ON = ("response", "all")
STOP_TOKEN = ("trained", "masked", "absent")
PRECISIONS = ("float32", "bfloat16", "float16")


@dataclass(frozen=True)
class TrainConfig:
    """The knobs of training; None means the method's own default, resolved when the case runs and recorded."""

    epochs: float | None = None
    """Passes over the training split."""
    max_steps: int | None = None
    """Optimizer steps; when given it replaces `epochs`."""
    max_tokens: int | None = None
    """Budget of useful tokens; training ends with the step that reaches it, and the schedule is made for it."""
    max_seconds: float | None = None
    """Budget of seconds; training ends with the step that reaches it."""
    max_memory_gib: float | None = None
    """Budget of memory: batches are cut until a step is predicted to fit, and accumulated to the same size again."""
    batch_size: int = 16
    """Examples that go through the model together."""
    accumulation: int = 1
    """Batches whose gradients make one step."""
    learning_rate: float | None = None
    """Peak learning rate."""
    sweep: tuple[float, ...] = ()
    """Multiples of the learning rate that are tried; that of the lowest validation loss is trained."""
    warmup_ratio: float = 0.1
    """Share of the steps in which the rate rises from zero."""
    warmup_steps: int | None = None
    """The same as a number of steps; when given it replaces `warmup_ratio`."""
    schedule: str = "cosine"
    """Shape of the rate after warm-up: cosine, linear, constant."""
    weight_decay: float = 0.01
    """AdamW's decoupled weight decay."""
    max_grad_norm: float = 1.0
    """Gradients are clipped to this norm; 0 clips nothing."""
    label_smoothing: float = 0.0
    """Share of the target's probability that is spread over the vocabulary."""
    dropout: float | None = None
    """Dropout inside the model while it trains; None leaves what its config says."""
    precision: str | None = None
    """float32, bfloat16 or float16 (autocast); None is bfloat16 where the GPU has it, else float32."""
    gradient_checkpointing: bool = False
    """Activations are computed again in the backward pass: less memory, about a third more time."""
    dataset: str | None = None
    """Train on this dataset's rows instead of the case's own; the test questions stay."""
    max_length: int = 512
    """Tokens per example, prompt and response together; longer examples are left out and counted."""
    max_examples: int | None = None
    """Use at most this many training examples (the first ones)."""
    loss_on: str = "response"
    """response, or all: prompts are trained, too."""
    stop_token: str = "trained"  # noqa: S105
    """trained after each response; masked: written, but without loss; absent: not written."""
    evaluate_every: int | None = None
    """Steps between looks at the validation split; None is once an epoch where one of the next three needs it."""
    early_stopping: int | None = None
    """Looks in a row without progress after which training ends."""
    restore_best: bool = False
    """Keep the weights of the best look instead of the last ones."""
    best_by: str = "loss"
    """What "best" means: loss, or a metric's column (rougeL), asked of the validation split."""
    save_every: int | None = None
    """Steps between checkpoints; None saves by the clock, every two minutes. Changes no result."""

    def __post_init__(self) -> None:
        at_least(
            self,
            "train",
            1,
            "batch_size",
            "accumulation",
            "max_length",
            "evaluate_every",
            "early_stopping",
            "save_every",
        )
        above_zero(self, "train", "epochs", "max_steps", "max_tokens", "max_seconds", "learning_rate", "max_examples")
        above_zero(self, "train", "max_memory_gib")
        at_least(self, "train", 0, "warmup_steps", "weight_decay", "max_grad_norm")
        one_of(self, "train", "schedule", SCHEDULES)
        one_of(self, "train", "loss_on", LOSS_ON)
        one_of(self, "train", "stop_token", STOP_TOKEN)
        one_of(self, "train", "precision", PRECISIONS)
        for name in ("warmup_ratio", "label_smoothing", "dropout"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < 1:
                raise UserError(f"train.{name} is {value}; it must be at least 0 and below 1")
        if any(not 0 < rate < inf for rate in self.sweep):
            raise UserError(f"train.sweep is {list(self.sweep)}; expected multiples of the learning rate above 0")


@dataclass(frozen=True)
class GenerateConfig:
    """The knobs of generation; greedy unless a temperature is given."""

    max_new_tokens: int | None = None
    """None: enough for 99 % of the training responses, between 16 and 256."""
    batch_size: int = 32
    """Prompts generated together; recorded, because batching changes low-precision outputs."""
    temperature: float = 0.0
    """0 is greedy decoding."""
    top_p: float = 1.0
    """Nucleus sampling: the smallest set of tokens of this probability; 1 is all of them."""
    top_k: int = 0
    """Sample among the k most probable tokens; 0 is all of them."""
    repetition_penalty: float = 1.0
    """Divides the logits of tokens that stood before (Keskar et al. 2019); 1 is none."""
    max_examples: int | None = None
    """Ask at most this many test examples (the first ones)."""
    samples: int = 0
    """Sampled answers to each question beside the one above, for consistency and diversity."""
    sample_temperature: float = 0.7
    """Temperature of those samples."""
    template: str = ""
    """Ask in this template instead of the case's own: what a mismatch between training and use costs."""
    wraps: int = 1
    """How often the question is put into the template; 2 is the lecture's double wrapping (T6)."""

    def __post_init__(self) -> None:
        if self.samples < 0 or self.samples == 1:
            raise UserError(f"generate.samples is {self.samples}; it must be 0, or 2 and more to be compared")
        above_zero(self, "generate", "sample_temperature", "repetition_penalty")
        at_least(self, "generate", 1, "max_new_tokens", "batch_size", "max_examples", "wraps")
        at_least(self, "generate", 0, "temperature", "top_k")
        if not 0 < self.top_p <= 1:
            raise UserError(f"generate.top_p is {self.top_p}; it must be above 0 and at most 1")


def at_least(config: Any, where: str, least: int, *names: str) -> None:
    """Raises UserError for the first named field that is below `least`; None is nobody's number."""
    for name in names:
        value = getattr(config, name)
        if value is not None and not least <= value < inf:
            raise UserError(f"{where}.{name} is {value}; it must be at least {least}")


def above_zero(config: Any, where: str, *names: str) -> None:
    for name in names:
        value = getattr(config, name)
        if value is not None and not 0 < value < inf:
            raise UserError(f"{where}.{name} is {value}; it must be above 0")


def one_of(config: Any, where: str, name: str, known: tuple[str, ...]) -> None:
    value = getattr(config, name)
    if value is not None and value not in known:
        raise UserError(f"unknown {where}.{name} {value!r}; expected {', '.join(known)}.{nearest(str(value), known)}")


def configured(kind: type, values: Mapping[str, Any] | None, where: str) -> Any:
    """A config dataclass from a suite's dict; unknown keys are refused with the nearest name."""
    known = {f.name for f in fields(kind)}
    for key in values or {}:
        if key not in known:
            raise UserError(f"{where}: {key!r} is not a setting.{nearest(key, known)}")
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in (values or {}).items()})
