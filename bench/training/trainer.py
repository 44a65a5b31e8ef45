"""Training by `transformers.Trainer`, with a subclass that spends nothing on tokens that bear no loss.

The output head runs at labelled positions only, batches are grouped by length, and a loss that is not finite
ends the run at the step where it appeared: transformers' own default hides it.
"""

import math
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from torch.utils.data import DataLoader
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from bench.config import TrainConfig
from bench.errors import UserError, nearest
from bench.measure.environment import dtype_for
from bench.models import positions
from bench.training.batches import Collator, Conversation, Encoded, LengthGroupedBatches, encode
from bench.training.ledger import Ledger, NonFiniteLoss
from bench.training.loss import labelled_loss

SCHEDULES = {"cosine": "cosine", "linear": "linear", "constant": "constant_with_warmup"}
"""Our names of the rate's course and transformers'; all of them warm up."""

MAX_GRAD_NORM = 1.0
"""Gradients are clipped to this norm, as every recipe of the field does."""

CURVE_POINTS = 100
"""Points of the loss curve; shorter runs record every step."""

Progress = Callable[[int, int, float, float], None]
"""Called with step, steps in all, mean loss since the last call, and useful tokens per second."""


@dataclass(frozen=True)
class Training:
    """What training did; the model itself was changed in place."""

    loss_curve: tuple[tuple[int, float], ...]
    """(step, mean loss of the steps since the point before)."""
    useful_tokens: int
    """Tokens read in all epochs, padding not counted."""
    padded_tokens: int
    """Tokens read in all epochs, padding included."""
    loss_tokens: int
    """Tokens that bore loss, in all epochs."""
    steps: int
    """Optimizer steps."""
    left_out: int
    """Training examples left out because they are longer than `max_length`."""
    resolved: Mapping[str, Any]
    """Every setting as it was used."""


class LabelledTrainer(Trainer):
    """Trainer whose loss is the mean over labelled tokens of the batch, computed there and nowhere else."""

    loss_is_scaled_for_ga = False

    def __init__(self, *, loader: DataLoader[Encoded], ledger: Ledger, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.loader = loader
        self.ledger = ledger

    def get_train_dataloader(self) -> DataLoader[Encoded]:
        return self.accelerator.prepare(self.loader)

    def compute_loss(self, model: Any, inputs: dict[str, Any], *args: Any, **kwargs: Any) -> torch.Tensor:
        self.ledger.useful_tokens += inputs.pop("useful_tokens")
        self.ledger.padded_tokens += inputs.pop("padded_tokens")
        loss, loss_tokens = labelled_loss(model, inputs)
        self.ledger.add(loss, loss_tokens)
        return loss

    def floating_point_ops(self, inputs: Mapping[str, Any]) -> int:
        """Not counted: transformers walks over all modules for it at every step."""
        return 0


class Watch(TrainerCallback):
    """Closes the ledger's windows while training runs and tells how it goes."""

    def __init__(self, ledger: Ledger, on_progress: Progress | None) -> None:
        self.ledger = ledger
        self.on_progress = on_progress
        self.started = time.perf_counter()

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if len(self.ledger.losses) < self.ledger.window and state.global_step < state.max_steps:
            return
        self.ledger.close_window()
        if self.on_progress is not None:
            speed = self.ledger.useful_tokens / (time.perf_counter() - self.started)
            self.on_progress(state.global_step, state.max_steps, self.ledger.curve[-1][1], speed)


def resolved(config: TrainConfig, method: Any, parameters: int) -> TrainConfig:
    """The config with the method's defaults for a model of this size where nothing was chosen."""
    rate = method.learning_rate(parameters) if config.learning_rate is None else config.learning_rate
    epochs = method.EPOCHS if config.epochs is None and config.max_steps is None else config.epochs
    return replace(config, learning_rate=rate, epochs=epochs)


def train(
    model: Any,
    tokenizer: Any,
    examples: Sequence[Conversation],
    config: TrainConfig,
    *,
    seed: int,
    device: str,
    stop: str = "",
    on_progress: Progress | None = None,
) -> Training:
    """Trains `model`, on `device` already, in place, on conversations of (prompt, response) pairs.

    `config` has its learning rate and epochs (or steps) filled in, see `resolved`. Bit-equal for the same
    seed, threads and machine. Raises UserError when no example fits, NonFiniteLoss when the run diverges.
    """
    config = replace(config, max_length=min(config.max_length, positions(model.config) or config.max_length))
    kept, left_out = fitting(tokenizer, examples, config, model, stop)
    batches = LengthGroupedBatches([example.length for example in kept], config.batch_size, seed)
    steps = config.max_steps or math.ceil((config.epochs or 1.0) * len(batches))
    ledger = Ledger(window=max(1, steps // CURVE_POINTS))
    loader: DataLoader[Encoded] = DataLoader(
        kept,  # type: ignore[arg-type,unused-ignore]  # a list is a map-style dataset
        batch_sampler=batches,
        collate_fn=Collator(tokenizer.pad_token_id),
        pin_memory=device.startswith("cuda"),
    )
    settings = arguments(config, steps, seed, device)
    run(model, loader, ledger, settings, on_progress)
    ledger.close_window()
    refuse_broken_weights(model, ledger.steps)
    return Training(
        loss_curve=tuple(ledger.curve),
        useful_tokens=ledger.useful_tokens,
        padded_tokens=ledger.padded_tokens,
        loss_tokens=ledger.loss_tokens,
        steps=ledger.steps,
        left_out=left_out,
        resolved=asdict(config) | used(settings, steps, len(kept), len(batches)),
    )


def fitting(
    tokenizer: Any, examples: Sequence[Conversation], config: TrainConfig, model: Any, stop: str
) -> tuple[list[Encoded], int]:
    """The training examples that fit, encoded; raises UserError when there are none."""
    chosen = examples[: config.max_examples]
    if not chosen:
        raise UserError("there is no training example; a method that trains needs at least one")
    seq2seq = bool(model.config.is_encoder_decoder)
    kept, left_out = encode(tokenizer, chosen, max_length=config.max_length, seq2seq=seq2seq, stop=stop)
    if not kept:
        raise UserError(
            f"all {left_out} training examples are longer than {config.max_length} tokens; "
            "raise train.max_length or use a model with more positions"
        )
    return kept, left_out


def arguments(config: TrainConfig, steps: int, seed: int, device: str) -> dict[str, Any]:
    """What the Trainer is told, apart from where to write (nothing is written)."""
    if config.schedule not in SCHEDULES:
        raise UserError(f"unknown train.schedule {config.schedule!r}.{nearest(config.schedule, SCHEDULES)}")
    if config.learning_rate is None:
        raise ValueError("train() needs a learning rate; fill it in with resolved()")
    return {
        "max_steps": steps,
        "per_device_train_batch_size": config.batch_size,
        "learning_rate": config.learning_rate,
        # transformers 5 has no warmup_ratio; a whole number here is a count of steps.
        "warmup_steps": math.ceil(config.warmup_ratio * steps),
        "lr_scheduler_type": SCHEDULES[config.schedule],
        "weight_decay": config.weight_decay,
        "max_grad_norm": MAX_GRAD_NORM,
        "optim": "adamw_torch_fused",
        "bf16": device.startswith("cuda") and dtype_for(device) == "bfloat16",
        "use_cpu": device == "cpu",
        "seed": seed,
        "dataloader_pin_memory": device.startswith("cuda"),
        "logging_strategy": "no",
        "logging_nan_inf_filter": False,
        "save_strategy": "no",
        "report_to": [],
        "disable_tqdm": True,
        "remove_unused_columns": False,
        "use_cache": True,
    }


def run(
    model: Any,
    loader: DataLoader[Encoded],
    ledger: Ledger,
    settings: Mapping[str, Any],
    on_progress: Progress | None,
) -> None:
    """Trains, and hands the model back as it was found: no wrapper, no gradients, eval mode, no files."""
    with tempfile.TemporaryDirectory(prefix="bench-train-") as folder:
        args = TrainingArguments(output_dir=folder, **settings)
        args._n_gpu = min(args.n_gpu, 1)  # several visible GPUs would wrap the model in the old DataParallel
        trainer = LabelledTrainer(
            model=model, args=args, loader=loader, ledger=ledger, callbacks=[Watch(ledger, on_progress)]
        )
        trainer.remove_callback(PrinterCallback)
        try:
            trainer.train()
        finally:
            trainer.accelerator.unwrap_model(model, keep_fp32_wrapper=False)
            trainer.accelerator.free_memory()
            model.zero_grad(set_to_none=True)
            model.eval()


def refuse_broken_weights(model: Any, step: int) -> None:
    """The last step's gradient has no later loss to show that it was not finite."""
    for weight in model.parameters():
        if weight.requires_grad and not torch.isfinite(weight).all():
            raise NonFiniteLoss(step)


def used(settings: Mapping[str, Any], steps: int, examples: int, steps_per_epoch: int) -> dict[str, Any]:
    """The settings that a TrainConfig does not hold, by the names under which they are recorded."""
    return {
        "steps": steps,
        "epochs": round(steps / steps_per_epoch, 4),
        "examples": examples,
        "warmup_steps": settings["warmup_steps"],
        "optimizer": settings["optim"],
        "max_grad_norm": settings["max_grad_norm"],
        "autocast": "bfloat16" if settings["bf16"] else "none",
    }
