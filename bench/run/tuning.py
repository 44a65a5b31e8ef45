"""Trains a case's model inside its child process: once, or once for each rate of a sweep, from checkpoints if any.

The best rate of a method is chosen on the validation split and nowhere else. Runs of a sweep are as long as the real
one, so that the winner's weights are kept as they are and never trained a second time.
"""

import contextlib
import gc
import math
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.config import TrainConfig
from bench.measure.meter import Meter, phase
from bench.prompts.rendering import Rendered
from bench.run.judging import judge
from bench.run.workbench import Workbench
from bench.training import weights
from bench.training.checkpoints import MARKER
from bench.training.ledger import NonFiniteLoss
from bench.training.trainer import Training, train

CHECKPOINTS = "checkpoints"


@dataclass(frozen=True)
class Tuned:
    """What became of `work.model`, and what it cost."""

    training: Training
    meter: Meter
    """Of the run whose weights are kept, over all processes that it took."""
    tried: tuple[dict[str, Any], ...] = ()
    """Each rate of a sweep with its validation loss; None where it diverged."""
    seconds_beside: float = 0.0
    """What looks, checkpoints and the other runs of a sweep took."""


def tune(work: Workbench, config: TrainConfig, rendered: Sequence[Rendered]) -> Tuned:
    """Trains `work.model` in place, or puts the winner of a sweep there."""
    with checkpoint_folder(work) as folder:
        if config.sweep:
            return swept(work, config, rendered, folder)
        training, meter = attempt(work, config, rendered, folder)
        return Tuned(training, meter, seconds_beside=sum(training.seconds_aside.values()))


def swept(work: Workbench, config: TrainConfig, rendered: Sequence[Rendered], folder: Path | None) -> Tuned:
    """Raises NonFiniteLoss where every rate diverged."""
    tried: list[dict[str, Any]] = []
    best, kept, lowest, seconds = None, {}, math.inf, 0.0
    for number, rate in enumerate(rates(config), start=1):
        if tried:
            renew(work)
        own = folder / f"rate-{number}" if folder else None
        started = time.perf_counter()
        run = survived(work, replace(config, learning_rate=rate), rendered, own)
        seconds += time.perf_counter() - started
        loss = run.training.best.loss if run and run.training.best else None
        tried.append({"learning_rate": rate, "validation_loss": loss})
        if run and loss is not None and loss < lowest:
            best, kept, lowest = run, weights.copied(work.model), loss
    if best is None:
        raise NonFiniteLoss(0, f"the loss of each of the {len(tried)} learning rates of the sweep")
    weights.put_back(work.model, kept)
    return replace(best, tried=tuple(tried), seconds_beside=max(0.0, seconds - best.meter.seconds))


def rates(config: TrainConfig) -> list[float]:
    """The learning rates of a sweep, lowest first, each once."""
    return sorted({(config.learning_rate or 0.0) * multiple for multiple in config.sweep})


def survived(work: Workbench, config: TrainConfig, rendered: Sequence[Rendered], folder: Path | None) -> Tuned | None:
    """One run of a sweep; None where its rate made the loss break."""
    try:
        return Tuned(*attempt(work, config, rendered, folder))
    except NonFiniteLoss:
        return None


def attempt(
    work: Workbench, config: TrainConfig, rendered: Sequence[Rendered], folder: Path | None
) -> tuple[Training, Meter]:
    """One run on `work.model` and the seconds of its steps, an earlier process's too; looks are none."""
    with phase(work.device) as meter:
        training = train(
            work.model,
            work.tokenizer,
            [each.chunks for each in rendered],
            config,
            seed=work.case.seed,
            device=work.device,
            stop=rendered[0].stop if rendered else "",
            on_progress=lambda *news: work.report(progress(*news)),
            validation=[each.chunks for each in work.trained(work.dataset.validation)],
            judge=judge(work, config),
            folder=folder,
            method=work.method,
            name=f"{work.case.file_name}-{config.learning_rate:g}",
        )
    meter.seconds += training.seconds_before - sum(training.seconds_aside.values())
    return training, meter


def renew(work: Workbench) -> None:
    """The base model as it was, so that no try starts where another one ended."""
    work.model = None
    gc.collect()
    work.model = work.method.prepare(
        work.source, work.config, dtype=work.dtype, device=work.device, seed=work.case.seed
    )


def progress(step: int, total: int, loss: float, speed: float, left: float) -> dict[str, Any]:
    numbers = {"step": step, "total": total, "loss": loss, "tokens_per_second": speed, "seconds_left": left}
    return {"phase": "train", **numbers}


@contextlib.contextmanager
def checkpoint_folder(work: Workbench) -> Iterator[Path | None]:
    """In the step's own place in the store, which is emptied when the step is stored or to be made afresh.

    None while another process trains the same case: two must not write the same checkpoints.
    """
    from filelock import FileLock, Timeout

    place = work.store.folder / "train" / work.keys["train"]
    place.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place / f"{CHECKPOINTS}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield None
        return
    try:
        yield place / CHECKPOINTS
    finally:
        lock.release()
        if not any(place.glob(f"{CHECKPOINTS}/**/{MARKER}")):
            shutil.rmtree(place / CHECKPOINTS, ignore_errors=True)
            Path(lock.lock_file).unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # not empty: another process has stored the step meanwhile
                place.rmdir()
