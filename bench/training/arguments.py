"""What a TrainConfig is in the words of transformers' TrainingArguments; nothing of a schedule is written by hand."""

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from transformers import TrainingArguments

from bench.config import TrainConfig
from bench.errors import UserError, nearest
from bench.measure.environment import dtype_for
from bench.training.validation import Validation, looks_while_training

SCHEDULES = {"cosine": "cosine", "linear": "linear", "constant": "constant_with_warmup"}
"""Our names of the rate's course and transformers'; all of them warm up."""

CHECKPOINTING = next(
    name
    for name in ("activation_checkpointing", "gradient_checkpointing")
    if name in {field.name for field in fields(TrainingArguments)}
)
"""transformers 5.2x renamed it and warns of the old name."""


def arguments(
    config: TrainConfig, steps: int, seed: int, device: str, validation: Validation | None = None
) -> dict[str, Any]:
    """What the Trainer is told, apart from where to write and what to log."""
    if config.schedule not in SCHEDULES:
        raise UserError(f"unknown train.schedule {config.schedule!r}.{nearest(config.schedule, SCHEDULES)}")
    if config.learning_rate is None:
        raise ValueError("train() needs a learning rate; fill it in with resolved()")
    precision = autocast(config, device)
    return {
        "max_steps": steps,
        "per_device_train_batch_size": config.batch_size,
        "gradient_accumulation_steps": config.accumulation,
        "learning_rate": config.learning_rate,
        "warmup_steps": warmup(config, steps),
        "lr_scheduler_type": SCHEDULES[config.schedule],
        "weight_decay": config.weight_decay,
        "max_grad_norm": config.max_grad_norm,
        "optim": "adamw_torch_fused",
        "bf16": precision == "bfloat16",
        "fp16": precision == "float16",
        CHECKPOINTING: config.gradient_checkpointing,
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
    } | looking(config, validation)


def warmup(config: TrainConfig, steps: int) -> int:
    """Steps in which the rate rises, which may be more than there are: then it never gets to its value.

    transformers 5 has no warmup_ratio; a whole number there is a count of steps.
    """
    return math.ceil(config.warmup_ratio * steps) if config.warmup_steps is None else config.warmup_steps


def looking(config: TrainConfig, validation: Validation | None) -> dict[str, Any]:
    """When the Trainer looks at the validation split, and what is best."""
    if validation is None or not looks_while_training(config):
        return {}
    return {
        # Not "epoch", which looks after a checkpoint of the same step was written: a resumed run would leave it out.
        "eval_strategy": "steps",
        "eval_steps": config.evaluate_every,
        "metric_for_best_model": "eval_best_by",
        "greater_is_better": validation.higher_is_better,
        "restore_callback_states_from_checkpoint": True,
    }


def autocast(config: TrainConfig, device: str) -> str:
    """The number format of matrix products. Raises UserError for one that the device cannot train in."""
    usual = dtype_for(device)
    wanted = config.precision or usual
    if wanted == "float16" and device == "cpu":
        raise UserError("train.precision float16 needs a GPU; on a CPU use bfloat16 or float32")
    if wanted == "bfloat16" and device.startswith("cuda") and usual != "bfloat16":
        raise UserError("train.precision bfloat16 needs a GPU that computes in it; use float16 or float32")
    return wanted


def used(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a TrainConfig does not hold, or holds as None, by the names under which they are recorded."""
    formats = {"bfloat16": settings["bf16"], "float16": settings["fp16"]}
    precision = next((name for name, chosen in formats.items() if chosen), "")
    return {
        "warmup_steps": settings["warmup_steps"],
        "optimizer": settings["optim"],
        "precision": precision or "float32",
        "autocast": precision or "none",
    }
