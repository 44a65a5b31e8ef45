"""A case that is killed while it trains goes on from its checkpoint, to the very weights it would have had."""

import json
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from types import SimpleNamespace

import pytest

from bench.case import Case
from bench.catalog import ROOT
from bench.config import GenerateConfig, TrainConfig
from bench.errors import UserError
from bench.measure.meter import Meter
from bench.run import tuning
from bench.run.judging import judge, metric_of
from bench.run.steps import train_step
from bench.run.store import file_sha256
from bench.run.workbench import Job, Workbench
from bench.training import weights
from bench.training.ledger import Look, NonFiniteLoss
from tests.micro import micro_source

KEYS = dict.fromkeys(("train", "generate", "score"), "0" * 64)
TRAIN = TrainConfig(max_steps=10, batch_size=2, max_examples=12, save_every=2, accumulation=2, dropout=0.2)
CASE = Case("try", "local:", "everyday", "lora", metrics=("rouge:L",), train=TRAIN, generate=GenerateConfig())


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    micro_source(folder, n_layer=1, n_embd=32, n_positions=256)
    return replace(CASE, model=f"local:{folder}")


def job(case, store):
    return Job(case.as_dict(), "cpu", str(store), KEYS)


def bench(case, store):
    return Workbench(job(case, store), lambda message: None)


def stored(folder):
    return file_sha256(next(folder.rglob("*.safetensors")))


@pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX")
@pytest.mark.parametrize("method", ["full", "lora"])
def test_kill_9_in_the_middle_of_training_changes_no_bit_of_the_weights(case, method, tmp_path):
    case = replace(case, method=method)
    train_step(bench(case, tmp_path / "whole"))
    command = [sys.executable, "-m", "tests.run.training_child", json.dumps(asdict(job(case, tmp_path / "cut")))]
    assert subprocess.run(command, cwd=ROOT, capture_output=True).returncode == -signal.SIGKILL
    assert list(tmp_path.glob("cut/train/*/checkpoints/checkpoint-6/complete.json"))

    work = bench(case, tmp_path / "cut")
    train_step(work)
    train = work.find("train").info["resolved"]["train"]
    assert (train["resumed_at"], train["notices"]) == (6, [])
    assert stored(tmp_path / "cut") == stored(tmp_path / "whole")
    assert not list(tmp_path.rglob("checkpoint*"))


def test_a_store_that_another_process_trains_into_is_left_alone(case, tmp_path):
    work = bench(case, tmp_path)
    with tuning.checkpoint_folder(work) as mine, tuning.checkpoint_folder(work) as other:
        assert mine is not None
        assert other is None
    assert not list(tmp_path.rglob("checkpoints*"))


def test_the_winner_of_a_sweep_is_kept_as_it_was_trained(case, tmp_path):
    train = replace(TRAIN, sweep=(0.1, 3.0), max_steps=3, save_every=None)
    swept, alone = bench(replace(case, train=train), tmp_path / "swept"), None
    train_step(swept)
    said = swept.find("train").info
    losses = {row["learning_rate"]: row["validation_loss"] for row in said["resolved"]["train"]["sweep"]}
    best = min(losses, key=losses.get)
    assert said["resolved"]["train"]["learning_rate"] == best
    assert said["probe_seconds"] > 0
    assert len(said["loss_curve"]) == 3

    alone = bench(replace(case, train=replace(train, sweep=(), learning_rate=best)), tmp_path / "alone")
    train_step(alone)
    assert stored(tmp_path / "swept") == stored(tmp_path / "alone")


def test_rates_of_a_sweep_that_diverge_are_recorded_and_lose(monkeypatch):
    losses = iter([2.0, None, 1.0, 1.5])

    def attempt(*_):
        if (loss := next(losses)) is None:
            raise NonFiniteLoss(1)
        return SimpleNamespace(best=Look(9, loss)), Meter(seconds=1.0)

    monkeypatch.setattr(tuning, "attempt", attempt)
    monkeypatch.setattr(tuning, "renew", lambda work: None)
    monkeypatch.setattr(weights, "copied", lambda model: model)
    monkeypatch.setattr(weights, "put_back", lambda model, saved: None)
    config = TrainConfig(learning_rate=1.0, sweep=(4.0, 1.0, 2.0, 3.0, 1.0))
    tuned = tuning.swept(SimpleNamespace(model=None), config, [], None)
    assert [row["validation_loss"] for row in tuned.tried] == [2.0, None, 1.0, 1.5]
    assert tuned.training.best.loss == 1.0


def test_a_sweep_of_which_nothing_is_left_has_no_finite_loss(case, tmp_path):
    train = replace(TRAIN, sweep=(1e30,), max_steps=2, warmup_ratio=0.0, accumulation=1)
    with pytest.raises(NonFiniteLoss, match="each of the 1 learning rates"):
        train_step(bench(replace(case, train=train), tmp_path))


def test_best_by_a_metric_is_asked_of_the_validation_split(case, tmp_path):
    train = replace(TRAIN, best_by="rougeL", evaluate_every=1, restore_best=True, max_steps=2, save_every=None)
    work = bench(replace(case, train=train, generate=GenerateConfig(max_new_tokens=2)), tmp_path)
    work.dataset = replace(work.dataset, validation=work.dataset.validation[:3])
    train_step(work)
    said = work.find("train").info["resolved"]["train"]
    assert [step for step, _ in said["judged_curve"]] == [1, 2]
    assert [step for step, _ in said["validation_curve"]] == [1, 2]
    assert said["best_step"] in (1, 2)


def test_a_column_that_no_metric_of_the_case_gives_is_refused_with_the_nearest(case, tmp_path):
    with pytest.raises(UserError, match="Did you mean 'rougeL'"):
        judge(bench(case, tmp_path), replace(TRAIN, best_by="rougeN"))
    assert metric_of("f1_macro", ("rouge:L", "label_f1")) == "label_f1"


def test_a_column_without_a_better_direction_cannot_be_the_best(case, tmp_path):
    work = bench(replace(case, metrics=("length_ratio",)), tmp_path)
    with pytest.raises(UserError, match="no direction of it is better"):
        judge(work, replace(TRAIN, best_by="length_ratio"))
