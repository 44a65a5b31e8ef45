import json
import os
import sqlite3
from dataclasses import replace
from importlib.util import find_spec

import pytest
import torch

from bench.errors import UserError
from bench.training.trackers import chosen
from tests.training.runs import SETTINGS, flat, trained

CONFIG = replace(SETTINGS, max_steps=3)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_TRACK_DIR", str(tmp_path / "tracking"))
    return tmp_path / "tracking"


def test_no_tracker_is_used_unless_it_is_named(place):
    before = dict(os.environ)
    trained(CONFIG)
    assert not place.exists()
    assert dict(os.environ) == before


def test_an_unknown_tracker_is_refused_with_the_nearest(monkeypatch):
    monkeypatch.setenv("BENCH_TRACK", "tensorbord")
    with pytest.raises(UserError, match="Did you mean 'tensorboard'"):
        chosen()


def test_a_tracker_that_is_not_installed_is_one_line_that_says_what_to_install(monkeypatch):
    monkeypatch.setenv("BENCH_TRACK", "mlflow")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match="pip install mlflow-skinny"):
        trained(CONFIG)


def test_tensorboard_gets_loss_rate_and_speed(place, monkeypatch):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    monkeypatch.setenv("BENCH_TRACK", "tensorboard")
    _, result = trained(CONFIG, name="case-1")
    events = EventAccumulator(str(place / "tensorboard" / "case-1")).Reload()
    assert [each.step for each in events.Scalars("train/loss")] == [1, 2, 3]
    assert events.Scalars("train/loss")[0].value == pytest.approx(result.loss_curve[0][1])
    assert {"train/learning_rate", "train/tokens_per_second"} <= set(events.Tags()["scalars"])


def test_mlflow_gets_loss_rate_and_speed_in_a_local_file(place, monkeypatch):
    pytest.importorskip("mlflow")
    monkeypatch.setenv("BENCH_TRACK", "mlflow")
    trained(CONFIG, name="case-1")
    logged = {file.name for file in (place / "mlflow").glob("*/*/metrics/*")}
    assert {"loss", "learning_rate", "tokens_per_second"} <= logged


def test_trackio_gets_loss_rate_and_speed_in_a_local_file(place, monkeypatch):
    if find_spec("trackio") is None:  # imported, it has chosen its folder already
        pytest.skip("trackio is not installed")
    monkeypatch.setenv("BENCH_TRACK", "trackio")
    trained(CONFIG, name="case-1")
    (file,) = (place / "trackio").glob("tunebench*.db")
    rows = sqlite3.connect(file).execute("select metrics from metrics").fetchall()
    logged = set().union(*(json.loads(text) for (text,) in rows))
    assert {"train/loss", "train/learning_rate", "train/tokens_per_second"} <= logged


def test_a_tracked_run_has_the_weights_of_an_untracked_one(place, monkeypatch):
    pytest.importorskip("tensorboard")
    plain, _ = trained(CONFIG)
    monkeypatch.setenv("BENCH_TRACK", "tensorboard")
    tracked, _ = trained(CONFIG)
    assert torch.equal(flat(plain), flat(tracked))
