"""What a run adds up step by step without making the device wait: losses, tokens, looks at the validation split."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

NUMBERS = ("steps", "useful_tokens", "padded_tokens", "loss_tokens", "peak_rate")
"""Fields that go into a checkpoint as they are."""


class NonFiniteLoss(ArithmeticError):  # named for what it reports, as in the status nan_loss
    """The loss, or a weight after the last step, was NaN or infinite; `step` counts from 1, 0 is any."""

    def __init__(self, step: int, where: str = "loss") -> None:
        at = f" at step {step}" if step else ""
        super().__init__(f"{where} is not finite{at}; lower the learning rate or look at the data")
        self.step = step


@dataclass(frozen=True)
class Look:
    """The validation split after a step."""

    step: int
    loss: float
    """Mean over its labelled tokens, without label smoothing."""
    judged: float | None = None
    """The metric that `best_by` names; None where it is the loss or had no value."""


@dataclass
class Ledger:
    """Losses stay on the device until a window of steps is full, then move to the CPU at once."""

    window: int
    """Steps per point of the loss curve."""
    parts: list[torch.Tensor] = field(default_factory=list)
    """Of the step under way, one per batch."""
    losses: list[torch.Tensor] = field(default_factory=list)
    counted: list[torch.Tensor] = field(default_factory=list)
    curve: list[tuple[int, float]] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    steps: int = 0
    useful_tokens: int = 0
    padded_tokens: int = 0
    loss_tokens: int = 0
    peak_rate: float = 0.0
    """Highest learning rate that a step really used."""

    def add(self, loss: torch.Tensor, loss_tokens: torch.Tensor) -> None:
        """One batch's share of its step's loss."""
        self.parts.append(loss.detach())
        self.counted.append(loss_tokens)

    def close_step(self) -> None:
        self.losses.append(self.parts[0] if len(self.parts) == 1 else torch.stack(self.parts).sum())
        self.parts.clear()

    def close_window(self) -> None:
        """One point of the curve. Raises NonFiniteLoss with the very step at which the loss broke."""
        if not self.losses:
            return
        losses = self.finite_losses()
        self.steps += len(losses)
        self.loss_tokens += int(torch.stack(self.counted).sum())
        self.curve.append((self.steps, sum(losses) / len(losses)))
        self.losses.clear()
        self.counted.clear()

    def finite_losses(self) -> list[float]:
        """Losses since the last point. Raises NonFiniteLoss."""
        losses: list[float] = torch.stack(self.losses).tolist() if self.losses else []
        for offset, loss in enumerate(losses, start=1):
            if not math.isfinite(loss):
                raise NonFiniteLoss(self.steps + offset)
        return losses

    def state(self) -> dict[str, Any]:
        """Plain JSON values from which `restore` goes on; a float32 survives the trip bit by bit."""
        return {
            **{name: getattr(self, name) for name in NUMBERS},
            "losses": self.finite_losses(),
            "counted": int(torch.stack(self.counted).sum()) if self.counted else 0,
            "curve": self.curve,
            "looks": [[look.step, look.loss, look.judged] for look in self.looks],
        }

    def restore(self, state: Mapping[str, Any], device: Any) -> None:
        for name in NUMBERS:
            setattr(self, name, state[name])
        self.losses = [torch.tensor(loss, device=device) for loss in state["losses"]]
        self.counted = [torch.tensor(state["counted"], device=device)]
        self.curve = [(step, loss) for step, loss in state["curve"]]
        self.looks = [Look(*look) for look in state["looks"]]
