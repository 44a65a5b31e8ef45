"""Supervised fine-tuning by `transformers.Trainer`, which spends nothing here on tokens that bear no loss.

The output head runs at labelled positions only, batches are grouped by length, and a loss that is not finite
ends the run at the step where it appeared: transformers' own default hides it.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from transformers import EarlyStoppingCallback, PrinterCallback, TrainerCallback, TrainingArguments

from bench.config import TrainConfig
from bench.training import trackers, weights
from bench.training.arguments import CHECKPOINTING, arguments, used
from bench.training.batches import Conversation
from bench.training.budget import limited
from bench.training.checkpoints import BEST, LEDGER, Checkpoints
from bench.training.course import Course
from bench.training.labelled import LabelledTrainer
from bench.training.ledger import Look, NonFiniteLoss
from bench.training.preparation import fitted, fitting, identity, looker, planned, prepared
from bench.training.validation import Judge
from bench.training.watching import Hooks, Progress, Saving, Watch


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
    looks: tuple[Look, ...] = ()
    """What the validation split said, and when."""
    best: Look | None = None
    """The look whose weights the model has; None without looks."""
    ended_by: str = "epochs"
    """The knob that ended it: epochs, max_steps, max_tokens, max_seconds or early_stopping."""
    resumed_at: int = 0
    """Step of the checkpoint from which this process went on; 0 where it made all steps."""
    seconds_before: float = 0.0
    """What earlier processes spent on the steps up to there."""
    seconds_aside: Mapping[str, float] = field(default_factory=dict)
    """Seconds of this process that were no training, by their reason: "validation", "checkpoints"."""
    notices: tuple[str, ...] = ()
    """What a reader has to know: a limit that was lowered, a checkpoint that was passed over."""


def resolved(config: TrainConfig, method: Any, parameters: int) -> TrainConfig:
    """The config with the method's defaults for a model of this size where nothing was chosen."""
    rate = method.learning_rate(parameters) if config.learning_rate is None else config.learning_rate
    return limited(replace(config, learning_rate=rate), method.EPOCHS)


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
    validation: Sequence[Conversation] = (),
    judge: Judge | None = None,
    folder: Path | None = None,
    method: Any = None,
    name: str = "run",
) -> Training:
    """Trains `model`, on `device` already, in place, on conversations of (prompt, response) pairs.

    `config` has its learning rate and its budget filled in, see `resolved`. With a `folder` it writes checkpoints
    there and goes on from the newest whole one. `judge` gives the number that `config.best_by` names; `method` is a
    module with any of the hooks of contracts.Method; `name` is what a tracker calls the run. Bit-equal for the same
    seed, threads and machine, resumed or not, unless seconds are the budget. Raises UserError when no example fits,
    NonFiniteLoss when the run diverges.
    """
    config, notices = fitted(config, model)
    kept, left_out = fitting(tokenizer, examples, config, model, stop)
    looked = looker(tokenizer, validation, config, model, stop, device, judge)
    course = planned(config, kept, looked, tokenizer.pad_token_id, seed, device, method)
    settings = arguments(course.config, course.plan.steps, seed, device, looked)
    notices += prepared(model, course)
    with output_folder(folder) as out, trackers.surroundings(tracked := trackers.chosen(), name):
        if folder is not None:
            course.checkpoints = Checkpoints(out, identity(course, kept, seed, device))
        told = settings | {"output_dir": str(out)} | tracking(tracked, course.ledger.window, name)
        notices += run(model, course, told, on_progress)
        best = kept_look(model, course, out)
    return Training(
        loss_curve=tuple(course.ledger.curve),
        useful_tokens=course.ledger.useful_tokens,
        padded_tokens=course.ledger.padded_tokens,
        loss_tokens=course.ledger.loss_tokens,
        steps=course.ledger.steps,
        left_out=left_out,
        resolved=asdict(course.config) | used(settings) | counted(course, len(kept)),
        looks=tuple(course.ledger.looks),
        best=best,
        ended_by=course.ended_by(),
        resumed_at=course.resumed_at,
        seconds_before=course.clock.earlier,
        seconds_aside=course.clock.aside,
        notices=notices,
    )


@contextmanager
def output_folder(folder: Path | None) -> Iterator[Path]:
    """Where the Trainer may write; without a folder for checkpoints it is gone afterwards."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="bench-train-") as temporary:
        yield Path(temporary)


def tracking(names: Sequence[str], window: int, name: str) -> dict[str, Any]:
    """What the Trainer is told of trackers; nothing where there are none."""
    if not names:
        return {}
    every = {"logging_strategy": "steps", "logging_steps": window}
    return every | {"report_to": list(names), "run_name": name, "project": "tunebench"}


def run(model: Any, course: Course, told: Mapping[str, Any], on_progress: Progress | None) -> tuple[str, ...]:
    """Trains, and hands the model back as it was found: no wrapper, no gradients, eval mode.

    Returns a line for each checkpoint that was passed over.
    """
    args = TrainingArguments(**told)
    args._n_gpu = min(args.n_gpu, 1)  # several visible GPUs would wrap the model in the old DataParallel
    trainer = LabelledTrainer(model=model, args=args, course=course, callbacks=callbacks(model, course, on_progress))
    trainer.remove_callback(PrinterCallback)
    checkpoint, passed = resumed(course, args)
    try:
        trainer.train(resume_from_checkpoint=checkpoint)
    finally:
        trainer.accelerator.unwrap_model(model, keep_fp32_wrapper=False)
        trainer.accelerator.free_memory()
        model.zero_grad(set_to_none=True)
        model.eval()
        if course.config.gradient_checkpointing:
            getattr(model, f"{CHECKPOINTING}_disable")()
    course.ledger.close_window()
    refuse_broken_weights(model, course.ledger.steps)
    return passed


def callbacks(model: Any, course: Course, on_progress: Progress | None) -> list[TrainerCallback]:
    found: list[TrainerCallback] = [Watch(course, on_progress)]
    if on_step := course.hook("on_step"):
        found.append(Hooks(on_step, model))
    if course.checkpoints is not None:
        found.append(Saving(course.config.save_every, course.clock))
    if course.config.early_stopping is not None:
        found.append(EarlyStoppingCallback(course.config.early_stopping))
    return found


def resumed(course: Course, args: TrainingArguments) -> tuple[str | None, tuple[str, ...]]:
    """The checkpoint to go on from, with ledger, clock and sampler as they were there."""
    (Path(str(args.output_dir)) / BEST).unlink(missing_ok=True)
    checkpoint, passed = course.checkpoints.newest() if course.checkpoints else (None, ())
    if checkpoint is None:
        return None, passed
    state = json.loads((checkpoint / LEDGER).read_text(encoding="utf-8"))
    course.ledger.restore(state, args.device)
    course.clock.earlier = state["seconds"]
    course.resumed_at = int(checkpoint.name.rpartition("-")[2])
    for _ in range(course.resumed_at // course.plan.steps_per_epoch):
        course.loader.batch_sampler.epoch()  # type: ignore[union-attr,unused-ignore]
    return str(checkpoint), passed


def kept_look(model: Any, course: Course, out: Path) -> Look | None:
    """The look whose weights the model leaves with; the best one where it was asked for."""
    validation, looks = course.validation, course.ledger.looks
    if validation is None:
        return None
    if not looks:
        with course.clock.pause("validation"):
            return validation.look(model, course.ledger.steps)
    if not course.config.restore_best:
        return looks[-1]
    best = (max if validation.higher_is_better else min)(looks, key=validation.value)
    if best.step != course.ledger.steps and (out / BEST).is_file():
        weights.read(model, out / BEST)
    return best


def refuse_broken_weights(model: Any, step: int) -> None:
    """The last step's gradient has no later loss to show that it was not finite."""
    for weight in model.parameters():
        if weight.requires_grad and not torch.isfinite(weight).all():
            raise NonFiniteLoss(step)


def counted(course: Course, examples: int) -> dict[str, Any]:
    """What came of the settings, by the names under which it is recorded."""
    steps = course.ledger.steps
    return {
        "steps": steps,
        "epochs": round(steps / course.plan.steps_per_epoch, 4),
        "examples": examples,
        "peak_learning_rate": course.ledger.peak_rate,
        "ended_by": course.ended_by(),
    }
