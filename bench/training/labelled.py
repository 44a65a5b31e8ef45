"""transformers' Trainer, with the loss of labelled tokens, looks that count them, and checkpoints that are whole."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader
from transformers import Trainer

from bench.record import dump_json, write_atomic
from bench.training import weights
from bench.training.batches import Encoded
from bench.training.checkpoints import BEST, LEDGER, WEIGHTS, linked
from bench.training.course import Course
from bench.training.loss import labelled_loss
from bench.training.smoothing import smoothed_loss

STATE = "method.safetensors"
"""What a method knows beside weights and optimizer."""


class LabelledTrainer(Trainer):
    """Trainer whose loss is the mean over the labelled tokens of a step, computed there and nowhere else."""

    loss_is_scaled_for_ga = True

    def __init__(self, *, course: Course, **kwargs: Any) -> None:
        super().__init__(eval_dataset=course.validation.examples if course.validation else None, **kwargs)
        self.course = course
        self.place = Path(str(self.args.output_dir))
        self.penalty = course.hook("penalty")
        # The Trainer then counts the labelled tokens of all batches of a step.
        self.model_accepts_loss_kwargs = True

    def get_train_dataloader(self) -> DataLoader[Encoded]:
        return self.accelerator.prepare(self.course.loader)

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], *args: Any, num_items_in_batch: Any = None, **kwargs: Any
    ) -> torch.Tensor:
        ledger, smoothing = self.course.ledger, self.course.config.label_smoothing
        ledger.useful_tokens += inputs.pop("useful_tokens")
        ledger.padded_tokens += inputs.pop("padded_tokens")
        loss, count = smoothed_loss(model, inputs, smoothing) if smoothing else labelled_loss(model, inputs)
        if self.args.gradient_accumulation_steps > 1:
            loss = loss * (count / num_items_in_batch)
        ledger.add(loss, count)
        if self.penalty is not None:
            loss = loss + self.penalty(self.model) / self.current_gradient_accumulation_steps
        return loss

    def floating_point_ops(self, inputs: Mapping[str, Any]) -> int:
        """Not counted: transformers walks over all modules for it at every step."""
        return 0

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        """The schedule of transformers, moved on by the clock where seconds are the budget."""
        scheduler: Any = super().create_scheduler(num_training_steps, optimizer)
        if (limit := self.course.config.max_seconds) is not None:
            courses = scheduler.lr_lambdas
            place = self.course.clock.spent
            scheduler.lr_lambdas = [
                lambda step, rate=rate: rate(max(step, min(1.0, place() / limit) * num_training_steps))
                for rate in courses
            ]
        return scheduler

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        if "loss" in logs:
            logs["tokens_per_second"] = self.course.ledger.useful_tokens / self.course.clock.spent()
        super().log(logs, start_time)

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """One look at the validation split; raises NonFiniteLoss."""
        validation = self.course.validation
        if validation is None:
            raise RuntimeError("a look needs a validation split")
        with self.course.clock.pause("validation"):
            look = validation.look(self.model, self.state.global_step)
        self.course.ledger.looks.append(look)
        found = {"eval_loss": look.loss, "eval_best_by": validation.value(look)}
        self.log(dict(found))
        control = self.control  # type: ignore[has-type,unused-ignore]
        self.control = self.callback_handler.on_evaluate(self.args, self.state, control, found)
        return found

    def _determine_best_metric(self, metrics: dict[str, float], trial: Any) -> bool:
        better = super()._determine_best_metric(metrics, trial)
        if better:
            self.state.best_global_step = self.state.global_step
            if self.course.config.restore_best:
                weights.write(self.model, self.place / BEST)
        return better

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """transformers' checkpoint with what it lacks, closed by the marker that makes it one."""
        checkpoints = self.course.checkpoints
        # transformers forgets that a run was over when it resumes.
        if checkpoints is None or self.control.should_training_stop:
            return
        with self.course.clock.pause("checkpoints"):
            folder = checkpoints.fresh(self.state.global_step)
            write_atomic(
                folder / LEDGER, dump_json(self.course.ledger.state() | {"seconds": self.course.clock.spent()})
            )
            super()._save_checkpoint(model, trial)
            if (best := self.place / BEST).is_file():
                linked(best, folder / BEST)
            if save := self.course.hook("state"):
                weights.save(save(self.model), folder / STATE)
            checkpoints.complete(folder)

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        """The weights that change and nothing else: no pickle of the arguments."""
        weights.write(self.model, Path(str(output_dir)) / WEIGHTS)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        """All of a complete checkpoint that transformers does not load by itself."""
        folder = Path(resume_from_checkpoint)
        weights.read(self.model, folder / WEIGHTS)
        if load := self.course.hook("load_state"):
            load(self.model, weights.load(folder / STATE, self.args.device))
        if (folder / BEST).is_file():
            linked(folder / BEST, self.place / BEST)
