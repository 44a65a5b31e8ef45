"""Memory of a run, predicted from the model's config alone: what is alive at the peak of loading, training, generating.

Nothing is fitted: a step of training and one of generation are gone through on tensors without bytes, and every tensor
is counted from its making to its end (bench/measure/rehearsal.py, architecture.py, activations.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from bench.config import TrainConfig
from bench.measure.architecture import followed, outline
from bench.measure.environment import dtype_for
from bench.measure.memory import Batch, Estimate, Questions
from bench.measure.parameters import parameter_counts
from bench.measure.rehearsal import generate_peak, load_peak, train_peak
from bench.models import ModelSource

MOST = 4096
"""Examples in a batch above which micro_batch looks no further."""
KNOBS = (
    "accumulation",
    "dropout",
    "gradient_checkpointing",
    "label_smoothing",
    "max_grad_norm",
    "precision",
    "weight_decay",
)
"""Those of TrainConfig that memory depends on, beside the shape of a batch."""


def estimate(
    source: ModelSource,
    method: Any,
    config: Any,
    train: TrainConfig,
    batches: Sequence[Batch],
    questions: Questions | None = None,
    *,
    dtype: str = "float32",
    device: str = "cpu",
    steps: int = 2,
) -> Estimate:
    """What a run of `method` (a module of bench/methods, `config` its Config) takes on `device`.

    `train` gives precision, accumulation, dropout and checkpointing; of `batches` the one that takes most counts. A run
    of one step has no optimizer states before its peak. Raises Unavailable where torch cannot count without values.
    """
    made = outline(source, method, config, dtype=dtype, device=device)
    train = chosen(train, config, device)
    trainable, total = parameter_counts(made.model)
    name = str(method.__name__).rpartition(".")[2]
    with followed(f"{source.name} with {name}"):
        peaks = [train_peak(made, train, batch, device, steps) for batch in batches if method.TRAINS]
        asked = generate_peak(made, questions, device).parts if questions else None
    trained = max(zip(peaks, batches, strict=False), key=lambda pair: pair[0].total, default=None)
    return Estimate(
        model=source.name,
        method=name,
        device=device,
        dtype=dtype,
        precision=train.precision or "float32",
        trainable_params=trainable if method.TRAINS else 0,
        total_params=total,
        load=load_peak(made, device).parts,
        train=trained and trained[0].parts,
        generate=asked,
        batch=trained and trained[1],
        questions=questions,
    )


def that_matter(train: TrainConfig) -> TrainConfig:
    """The config with the knobs that memory depends on and defaults for all others, so that estimates can be shared."""
    return TrainConfig(**{name: getattr(train, name) for name in KNOBS})


def chosen(train: TrainConfig, config: Any, device: str) -> TrainConfig:
    """As the trainer would read it; checkpointing may be asked for by the method, too (qlora)."""
    checkpointing = train.gradient_checkpointing or bool(getattr(config, "gradient_checkpointing", False))
    return replace(train, gradient_checkpointing=checkpointing, precision=train.precision or dtype_for(device))


def micro_batch(
    source: ModelSource,
    method: Any,
    config: Any,
    train: TrainConfig,
    budget_bytes: int,
    *,
    length: int,
    labelled: int,
    answer: int = 0,
    dtype: str = "float32",
    device: str = "cpu",
) -> int:
    """The largest batch whose training fits into `budget_bytes`, 0 where not even one example does.

    Each example has `length` tokens, `labelled` of them with loss (`answer` as in Batch). What the process takes for
    itself is not in the budget.
    """
    made, train = outline(source, method, config, dtype=dtype, device=device), chosen(train, config, device)

    def needed(examples: int) -> int:
        batch = Batch(examples, length, examples * labelled, answer)
        with followed(source.name):
            return train_peak(made, train, batch, device, steps=2).total

    return largest(needed, budget_bytes)


def largest(needed: Callable[[int], int], budget: int) -> int:
    """The most examples, up to MOST, that need no more than `budget`; `needed` must not fall.

    Doubled until they do not fit, then along the line between the two sizes: beyond what the weights take, each
    example takes the same.
    """
    needed = cache(needed)
    if needed(1) > budget:
        return 0
    fits, fails = 1, 2
    while needed(fails) <= budget:
        fits, fails = fails, 2 * fails
        if fits >= MOST:
            return MOST
    while fails - fits > 1:
        share = (budget - needed(fits)) / (needed(fails) - needed(fits))
        probe = min(max(fits + int(share * (fails - fits)), fits + 1), fails - 1)
        fits, fails = (probe, fails) if needed(probe) <= budget else (fits, probe)
    return fits
