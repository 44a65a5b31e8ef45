"""One run from its first step to its last, whichever process makes them: what its parts share, and its clock."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from torch.utils.data import DataLoader

from bench.config import TrainConfig
from bench.training.batches import Encoded
from bench.training.budget import Budget
from bench.training.checkpoints import Checkpoints
from bench.training.ledger import Ledger
from bench.training.validation import Validation


@dataclass
class Clock:
    """Seconds of training, over all processes that took part; looks and checkpoints stand aside."""

    earlier: float = 0.0
    """What processes before this one spent on the steps that count."""
    started: float = field(default_factory=time.perf_counter)
    aside: dict[str, float] = field(default_factory=dict)
    """Seconds of this process that were no training: "validation", "checkpoints"."""

    def spent(self) -> float:
        return self.earlier + self.here()

    def here(self) -> float:
        """This process alone."""
        return time.perf_counter() - self.started - sum(self.aside.values())

    @contextmanager
    def pause(self, reason: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.aside[reason] = self.aside.get(reason, 0.0) + time.perf_counter() - started


@dataclass
class Course:
    """What the Trainer and those that watch it work on."""

    config: TrainConfig
    plan: Budget
    loader: DataLoader[Encoded]
    ledger: Ledger
    clock: Clock = field(default_factory=Clock)
    validation: Validation | None = None
    checkpoints: Checkpoints | None = None
    method: Any = None
    """A module with any of the hooks of contracts.Method."""
    out_of_time: bool = False
    resumed_at: int = 0

    def hook(self, name: str) -> Any:
        return getattr(self.method, name, None)

    def ended_by(self) -> str:
        """The knob that ended it."""
        if self.ledger.steps >= self.plan.steps:
            return self.plan.limit
        return "max_seconds" if self.out_of_time else "early_stopping"
