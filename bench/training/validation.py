"""Looks at the validation split while a model trains: the loss over labelled tokens and, where asked, a metric."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from bench.config import TrainConfig
from bench.errors import UserError
from bench.training.batches import Collator, Encoded
from bench.training.ledger import Look, NonFiniteLoss
from bench.training.loss import labelled_loss


@dataclass(frozen=True)
class Judge:
    """A number for a model other than its loss."""

    score: Callable[[Any], float | None]
    """None where the model's answers have no such number; that is never the best."""
    higher_is_better: bool


@dataclass(frozen=True)
class Validation:
    """The split as the model reads it, and how looks at it are compared."""

    examples: Sequence[Encoded]
    collator: Collator
    batch_size: int
    device: str
    judge: Judge | None = None

    @property
    def higher_is_better(self) -> bool:
        return self.judge is not None and self.judge.higher_is_better

    def look(self, model: Any, step: int) -> Look:
        """Raises NonFiniteLoss. The model is left in eval mode; no random number is drawn."""
        model.eval()
        loss = mean_loss(model, self.examples, self.collator, self.batch_size, self.device)
        if not math.isfinite(loss):
            raise NonFiniteLoss(step, "validation loss")
        return Look(step, loss, self.judge.score(model) if self.judge else None)

    def value(self, look: Look) -> float:
        """What looks are compared by; one without a value is the worst."""
        if self.judge is None:
            return look.loss
        if look.judged is None:
            return -math.inf if self.judge.higher_is_better else math.inf
        return look.judged


def mean_loss(model: Any, examples: Sequence[Encoded], collator: Collator, batch_size: int, device: str) -> float:
    """Mean cross entropy over the labelled tokens of all examples."""
    ordered = sorted(examples, key=lambda example: example.length)
    total, count = torch.zeros((), device=device), torch.zeros((), dtype=torch.int64, device=device)
    with torch.no_grad():
        for start in range(0, len(ordered), batch_size):
            batch = collator(ordered[start : start + batch_size])
            inputs = {name: part.to(device) for name, part in batch.items() if isinstance(part, torch.Tensor)}
            loss, tokens = labelled_loss(model, inputs)
            total += loss * tokens
            count += tokens
    return float(total / count)


def looks_while_training(config: TrainConfig) -> bool:
    asked = (config.evaluate_every, config.early_stopping)
    return any(each is not None for each in asked) or config.restore_best or config.best_by != "loss"


def needed_by(config: TrainConfig) -> str:
    """The first knob that needs a validation split, "" for none."""
    knobs = ("evaluate_every", "early_stopping", "restore_best", "sweep")
    named = [f"train.{name}" for name in knobs if getattr(config, name)]
    return next(iter(named), "train.best_by" if config.best_by != "loss" else "")


def refuse_empty(config: TrainConfig, examples: Sequence[Any]) -> None:
    if (knob := needed_by(config)) and not examples:
        raise UserError(f"{knob} needs a validation split, and this dataset has none (of at most {config.max_length} "
                        "tokens); split one off with `tunebench data split`, or leave the knob out")  # fmt: skip
