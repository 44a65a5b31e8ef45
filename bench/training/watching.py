"""What watches a run from the Trainer's side: progress, a method's own hooks, the clock, and when to save."""

import time
from collections.abc import Callable
from typing import Any

from transformers import TrainerCallback

from bench.training.budget import ENDLESS
from bench.training.course import Clock, Course

SAVE_SECONDS = 120.0
"""Between checkpoints where no number of steps was chosen."""

SAVING_SHARE = 0.05
"""Checkpoints by the clock take at most this share of the time: those of a large model are written less often."""

Progress = Callable[[int, int, float, float, float], None]
"""Called with step, steps in all, mean loss since the last call, useful tokens per second and seconds left."""


class Watch(TrainerCallback):
    """Closes the ledger's windows while training runs and tells how it goes."""

    def __init__(self, course: Course, on_progress: Progress | None) -> None:
        self.course, self.ledger, self.clock, self.on_progress = course, course.ledger, course.clock, on_progress
        self.max_seconds = course.config.max_seconds

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.first, self.read = state.global_step, self.ledger.useful_tokens

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.ledger.peak_rate = max(self.ledger.peak_rate, float(kwargs["optimizer"].param_groups[0]["lr"]))

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.ledger.close_step()
        if self.max_seconds is not None and self.clock.spent() >= self.max_seconds:
            self.course.out_of_time = control.should_training_stop = True
            control.should_evaluate = args.eval_strategy != "no"
        if len(self.ledger.losses) < self.ledger.window and not control.should_training_stop:
            return
        self.ledger.close_window()
        if self.on_progress is not None:
            self.tell(state, self.on_progress)

    def tell(self, state: Any, on_progress: Progress) -> None:
        here, spent = self.clock.here(), self.clock.spent()
        pace = (state.global_step - self.first) / here
        left = (state.max_steps - state.global_step) / pace
        if self.max_seconds is not None:
            left = max(0.0, min(left, self.max_seconds - spent))
        total = state.max_steps if state.max_steps < ENDLESS else state.global_step + round(left * pace)
        speed = (self.ledger.useful_tokens - self.read) / here
        on_progress(state.global_step, total, self.ledger.curve[-1][1], speed, left)


class Hooks(TrainerCallback):
    """A method's `on_step(model, step, total)`: after the optimizer's step, while the gradients are still there."""

    def __init__(self, on_step: Callable[[Any, int, int], None], model: Any) -> None:
        self.on_step, self.model = on_step, model

    def on_optimizer_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.on_step(self.model, state.global_step + 1, state.max_steps)


class Saving(TrainerCallback):
    """Asks for a checkpoint every so many steps, or by the clock."""

    def __init__(self, every: int | None, clock: Clock) -> None:
        self.every, self.clock = every, clock
        self.saved, self.wait, self.spent = time.perf_counter(), SAVE_SECONDS, 0.0

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        # A run that ends here is kept by its caller.
        control.should_save = self.due(state.global_step) and not control.should_training_stop

    def due(self, step: int) -> bool:
        if self.every is not None:
            return step % self.every == 0
        return time.perf_counter() - self.saved >= self.wait

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        spent = self.clock.aside.get("checkpoints", 0.0)
        self.wait = max(SAVE_SECONDS, (spent - self.spent) / SAVING_SHARE)
        self.saved, self.spent = time.perf_counter(), spent
