"""Losses and token counts of a run, added up step by step without making the device wait."""

import math
from dataclasses import dataclass, field

import torch


class NonFiniteLoss(ArithmeticError):  # named for what it reports, as in the status nan_loss
    """The loss, or a weight after the last step, was NaN or infinite; `step` counts from 1."""

    def __init__(self, step: int) -> None:
        super().__init__(f"loss is not finite at step {step}; lower the learning rate or look at the data")
        self.step = step


@dataclass
class Ledger:
    """Losses stay on the device until a window of steps is full, then move to the CPU at once."""

    window: int
    """Steps per point of the loss curve."""
    losses: list[torch.Tensor] = field(default_factory=list)
    counted: list[torch.Tensor] = field(default_factory=list)
    curve: list[tuple[int, float]] = field(default_factory=list)
    steps: int = 0
    useful_tokens: int = 0
    padded_tokens: int = 0
    loss_tokens: int = 0

    def add(self, loss: torch.Tensor, loss_tokens: torch.Tensor) -> None:
        self.losses.append(loss.detach())
        self.counted.append(loss_tokens)

    def close_window(self) -> None:
        """One point of the curve. Raises NonFiniteLoss with the very step at which the loss broke."""
        if not self.losses:
            return
        losses = torch.stack(self.losses).tolist()
        for offset, loss in enumerate(losses, start=1):
            if not math.isfinite(loss):
                raise NonFiniteLoss(self.steps + offset)
        self.steps += len(losses)
        self.loss_tokens += int(torch.stack(self.counted).sum())
        self.curve.append((self.steps, sum(losses) / len(losses)))
        self.losses.clear()
        self.counted.clear()
