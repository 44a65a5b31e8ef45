"""Training of a small model from nothing: one document a row, AdamW, one thread, seeded."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any

import torch
import transformers

from bench.corpus.recipe import Training
from bench.errors import UserError

EVERY = 50
"""Steps between two reports."""

Watch = Callable[[int, Any], None]
"""Told the step and the model at each report."""


def fit(
    model: Any, rows: Sequence[Any], family: ModuleType, training: Training, watch: Watch | None = None
) -> dict[str, Any]:
    """Trains the model; returns steps, tokens, mean loss of the last 50 steps, seconds, tokens per second."""
    sizes = list(map(family.size, rows))
    steps = max(1, round(training.tokens / (sum(sizes) / len(sizes) * training.batch)))
    optimizer, schedule = descent(model, training, steps)
    model.train()
    losses: list[float] = []
    tokens, started = 0, time.perf_counter()
    for step, batch in zip(range(steps), batches(sizes, training.batch, training.seed), strict=False):
        losses.append(descend(model, family.loss_of(model, [rows[n] for n in batch]), optimizer, schedule))
        tokens += sum(sizes[n] for n in batch)
        if not math.isfinite(losses[-1]):
            raise UserError(f"the loss is {losses[-1]} at step {step}; lower training.learning_rate")
        if step % EVERY == EVERY - 1:
            _report(step + 1, steps, losses, tokens / (time.perf_counter() - started), started)
            _ = watch and watch(step + 1, model)
    seconds = time.perf_counter() - started
    return {
        "steps": steps,
        "tokens": tokens,
        "final_loss": round(sum(losses[-EVERY:]) / len(losses[-EVERY:]), 4),
        "seconds": round(seconds, 1),
        "tokens_per_second": round(tokens / seconds),
    }


def descent(model: Any, training: Training, steps: int) -> tuple[Any, Any]:
    """The optimizer, and its rate's course."""
    optimizer = torch.optim.AdamW(
        model.parameters(),
        lr=training.learning_rate,
        betas=(0.9, 0.98),
        weight_decay=training.weight_decay,
        fused=True,
    )
    return optimizer, transformers.get_cosine_schedule_with_warmup(optimizer, training.warmup_steps, steps)


def descend(model: Any, loss: torch.Tensor, optimizer: Any, schedule: Any) -> float:
    """One step; returns the loss as a number."""
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    schedule.step()
    optimizer.zero_grad()
    return loss.item()


def batches(sizes: Sequence[int], batch: int, seed: int) -> Iterator[list[int]]:
    """Endless batches of the indices of documents of like length, in random order.

    Every document stands in a row of its own and starts at position 0, as a prompt will: packed behind other documents,
    a word had many earlier places to be copied from, and copying was not learnt.
    """
    generator = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(len(sizes), generator=generator).tolist()
        pools = [order[start : start + 50 * batch] for start in range(0, len(order), 50 * batch)]
        alike = [sorted(pool, key=lambda n: sizes[n]) for pool in pools]
        rows = [pool[start : start + batch] for pool in alike for start in range(0, len(pool), batch)]
        for index in torch.randperm(len(rows), generator=generator).tolist():
            yield rows[index]


@torch.no_grad()
def loss_on(model: Any, rows: Sequence[Any], family: ModuleType) -> float:
    """Mean loss per predicted token over all rows."""
    model.eval()
    counts = list(map(family.predicted, rows))
    losses = [family.loss_of(model, [row]).item() for row in rows]
    return sum(loss * count for loss, count in zip(losses, counts, strict=True)) / sum(counts)


def _report(step: int, steps: int, losses: list[float], speed: float, started: float) -> None:
    left = (time.perf_counter() - started) / step * (steps - step)
    mean = sum(losses[-EVERY:]) / EVERY
    done = f"step {step}/{steps}  loss {mean:.3f}  {speed:,.0f} tokens/s"
    print(f"{done}  {left // 60:.0f} min {left % 60:.0f} s left", flush=True)
