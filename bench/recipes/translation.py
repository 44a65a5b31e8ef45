"""From a lecture's arguments to our knobs, with the meaning kept, mistakes and library defaults included.

A lecture that names no learning rate trains with transformers' default, so the translation writes that default down.
"""

from collections.abc import Mapping
from typing import Any

from bench.recipes.form import Lecture
from bench.recipes.today import ARGUMENTS

KNOBS: Mapping[str, str] = {
    "num_train_epochs": "epochs",
    "max_steps": "max_steps",
    "per_device_train_batch_size": "batch_size",
    "gradient_accumulation_steps": "accumulation",
    "learning_rate": "learning_rate",
    "lr_scheduler_type": "schedule",
    "weight_decay": "weight_decay",
    "max_grad_norm": "max_grad_norm",
    "label_smoothing_factor": "label_smoothing",
    "gradient_checkpointing": "gradient_checkpointing",
    "save_steps": "save_every",
    "load_best_model_at_end": "restore_best",
}
"""Argument -> the knob that means the same with the same values."""

DEFAULTS: Mapping[str, Any] = {
    "num_train_epochs": 3.0,
    "per_device_train_batch_size": 8,
    "learning_rate": 5e-5,
    "lr_scheduler_type": "linear",
    "weight_decay": 0.0,
}
"""transformers' defaults where ours are others."""

SCHEDULES = {"constant_with_warmup": "constant"}
"""Schedules with another name here; ours all warm up."""

PROMPT = 72
"""Tokens of a long prompt: of our everyday questions in the lectures' templates the longest has that many."""

SEES = {
    "evaluate_every": ("eval_strategy", "evaluation_strategy", "eval_steps"),
    "warmup_ratio": ("warmup_ratio",),
    "warmup_steps": ("warmup_steps",),
    "best_by": ("metric_for_best_model",),
    "precision": ("fp16", "bf16"),
    "stop_token": ("eos_appended", "pad_token", "data_collator"),
    "loss_on": ("labels",),
    "max_length": ("max_length",),
}
"""Knob -> the lecture's words it is made of, where that is not one argument."""


def train_of(lecture: Lecture, encoder_decoder: bool = False) -> dict[str, Any]:
    """TrainConfig fields that mean what the lecture's code does. An encoder-decoder reads the prompt apart."""
    arguments = {**DEFAULTS, **lecture.arguments}
    values = {KNOBS[name]: value for name, value in arguments.items() if name in KNOBS}
    values["schedule"] = SCHEDULES.get(values["schedule"], values["schedule"])
    for name in ("max_steps", "save_every"):  # -1 is no limit; below 1 is a share of the run
        if values.get(name, 1) < 1:
            del values[name]
    return values | warmup(arguments) | looks(arguments) | precision(arguments) | losses(lecture, encoder_decoder)


def warmup(arguments: Mapping[str, Any]) -> dict[str, Any]:
    steps = arguments.get("warmup_steps", 0)
    if steps >= 1:
        return {"warmup_steps": int(steps)}
    return {"warmup_ratio": float(steps or arguments.get("warmup_ratio", 0))}


def looks(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """When and by what the validation split is looked at."""
    values: dict[str, Any] = {}
    every = arguments.get("eval_steps") or arguments.get("logging_steps") or 500
    if evaluates(arguments) == "steps" and every >= 1:
        values["evaluate_every"] = int(every)
    if best := arguments.get("metric_for_best_model"):
        values["best_by"] = str(best).removeprefix("eval_")
    return values


def evaluates(arguments: Mapping[str, Any]) -> str:
    """no, steps or epoch."""
    return str(arguments.get("eval_strategy") or arguments.get("evaluation_strategy") or "no")


def precision(arguments: Mapping[str, Any]) -> dict[str, Any]:
    for name, ours in (("fp16", "float16"), ("bf16", "bfloat16")):
        if arguments.get(name):
            return {"precision": ours}
    return {"precision": "float32"}


def losses(lecture: Lecture, encoder_decoder: bool) -> dict[str, Any]:
    values: dict[str, Any] = {"stop_token": stop_token(lecture)}
    values |= {name: getattr(lecture, name) for name in ("max_length", "dropout") if getattr(lecture, name)}
    collated = bool(lecture.data_collator)  # this collator makes the labels anew, of the whole text
    whole = lecture.text == "whole" and not encoder_decoder and (collated or lecture.labels != "response")
    return values | {"loss_on": "all" if whole else "response"}


def stop_token(lecture: Lecture) -> str:
    """Whether the token after the answer is trained, masked by the collator, or not even there."""
    if not lecture.eos_appended:
        return "absent"
    return "masked" if lecture.pad_token == "eos" and lecture.data_collator else "trained"  # noqa: S105


def generate_of(lecture: Lecture, encoder_decoder: bool = False) -> dict[str, Any]:
    """GenerateConfig fields that mean what the lecture's `model.generate` does.

    A length that counts the prompt has no knob; what it leaves after a long prompt is allowed for all.
    """
    given = lecture.generate
    values: dict[str, Any] = {}
    if length := given.get("max_new_tokens"):
        values["max_new_tokens"] = length
    elif length := given.get("max_length"):
        values["max_new_tokens"] = length if encoder_decoder else max(1, length - PROMPT)
    if given.get("do_sample"):
        values |= {"temperature": given.get("temperature", 1.0), "top_k": given.get("top_k", 50)}
        values |= {"top_p": given["top_p"]} if "top_p" in given else {}
    return values | {name: given[name] for name in ("repetition_penalty", "wraps") if name in given}


def today(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The same arguments under the names that are accepted today; those without a successor fall away."""
    values: dict[str, Any] = {}
    for name, value in arguments.items():
        gone = ARGUMENTS.get(name)
        if gone is None:
            values[name] = value
        elif gone.now and not gone.value:
            values[gone.now] = value
    return values


def written(knob: str, lecture: Lecture) -> str:
    """The lecture's word for a knob: `eval_steps` for `evaluate_every`; the knob itself where there is none."""
    for name, ours in KNOBS.items():
        if ours == knob and name in lecture.arguments:
            return name
    said = {**lecture.arguments, **dict.fromkeys(lecture.model_fields_set)}
    return next((name for name in reversed(SEES.get(knob, ())) if name in said), knob)
