"""Experiment trackers, through the Trainer's own callbacks: BENCH_TRACK="tensorboard,trackio,mlflow", all local files.

Nothing is sent anywhere: each tracker writes its own kind of files into one folder of the run.
"""

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.errors import UserError, nearest

CHOSEN, FOLDER = "BENCH_TRACK", "BENCH_TRACK_DIR"
PACKAGES = {"tensorboard": "tensorboard", "trackio": "trackio", "mlflow": "mlflow-skinny"}
"""Name, which is also the module's -> what to install."""


def chosen() -> list[str]:
    """The trackers that BENCH_TRACK names. Raises UserError for an unknown one and for one that is not installed."""
    names = [name.strip() for name in os.environ.get(CHOSEN, "").split(",") if name.strip()]
    for name in names:
        if name not in PACKAGES:
            raise UserError(f"{CHOSEN}: unknown tracker {name!r}.{nearest(name, PACKAGES)}")
        if importlib.util.find_spec(name) is None:
            raise UserError(f"{CHOSEN}: {name} is not installed; pip install {PACKAGES[name]}, or 'tunebench[track]'")
    return names


def folder() -> Path:
    """Where they write: BENCH_TRACK_DIR, which a run sets to its own folder."""
    return Path(os.environ.get(FOLDER) or "reports/tracking").resolve()


@contextmanager
def surroundings(names: list[str], run: str) -> Iterator[None]:
    """Inside, each tracker finds its place in the environment, where transformers' callbacks look for it."""
    if not names:
        yield
        return
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    values = {
        "TENSORBOARD_LOGGING_DIR": str(place / "tensorboard" / run),
        "TRACKIO_DIR": str(place / "trackio"),
        "MLFLOW_TRACKING_URI": (place / "mlflow").as_uri(),
        # mlflow-skinny has no database; mlflow 3.7 and later refuse plain files unless they are asked for.
        "MLFLOW_ALLOW_FILE_STORE": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_EXPERIMENT_NAME": "tunebench",
        "HF_MLFLOW_LOG_ARTIFACTS": "0",
    }
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
