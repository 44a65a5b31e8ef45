"""How many optimizer steps a run has, known before it starts so that the schedule of the learning rate fits.

Budgets are declared as epochs, steps, tokens or seconds; where several are given, training ends with the first one.
"""

import math
from dataclasses import dataclass, replace

from bench.config import TrainConfig
from bench.errors import UserError
from bench.training.batches import LengthGroupedBatches

ENDLESS = 10**9
"""Steps of a run that is limited by seconds alone."""


@dataclass(frozen=True)
class Budget:
    """The steps of a run and what set them."""

    steps: int
    steps_per_epoch: int
    limit: str
    """The knob that ends the run: "epochs", "max_steps", "max_tokens" or, alone, "max_seconds"."""


def budget(config: TrainConfig, batches: LengthGroupedBatches, seed: int) -> Budget:
    """Raises UserError when a warm-up in steps has no number of steps to be part of."""
    per_epoch = -(-len(batches) // config.accumulation)
    limits = {}
    if config.max_steps is not None:
        limits["max_steps"] = config.max_steps
    elif config.epochs is not None:
        limits["epochs"] = math.ceil(config.epochs * per_epoch)
    if config.max_tokens is not None:
        most = min(limits.values(), default=ENDLESS)
        limits["max_tokens"] = steps_for_tokens(config, batches, seed, most)
    if limits:
        limit = min(limits, key=lambda name: limits[name])
        return Budget(limits[limit], per_epoch, limit)
    if config.max_seconds is None:
        raise ValueError("train() needs epochs, steps, tokens or seconds; fill them in with resolved()")
    if config.warmup_steps:
        raise UserError("train.warmup_steps needs max_steps or epochs beside max_seconds; or use warmup_ratio")
    return Budget(ENDLESS, per_epoch, "max_seconds")


def steps_for_tokens(config: TrainConfig, batches: LengthGroupedBatches, seed: int, most: int) -> int:
    """Steps, at most `most`, until the very batches that will be drawn hold `max_tokens` useful tokens."""
    drawn = LengthGroupedBatches(batches.lengths, batches.batch_size, seed)
    wanted, steps = config.max_tokens or 0, 0
    while steps < most:
        epoch = drawn.epoch()
        for start in range(0, len(epoch), config.accumulation):
            together = epoch[start : start + config.accumulation]
            wanted -= sum(drawn.lengths[index] for batch in together for index in batch)
            steps += 1
            if wanted <= 0 or steps == most:
                return steps
    return most


def limited(config: TrainConfig, epochs: float) -> TrainConfig:
    """The config with the method's own epochs where no budget was chosen."""
    chosen = (config.epochs, config.max_steps, config.max_tokens, config.max_seconds)
    return replace(config, epochs=epochs) if all(each is None for each in chosen) else config
