import inspect
import json
import shutil
from dataclasses import replace

import pytest
import torch
from transformers import Trainer

from bench.methods import adalora, lora, p_tuning
from bench.training import weights
from bench.training.checkpoints import BEST, LEDGER, MARKER, WEIGHTS, Checkpoints
from bench.training.labelled import STATE
from tests.micro import letter_pairs, micro_source
from tests.training.runs import SETTINGS, flat, tiny, trained

CONFIG = replace(SETTINGS, max_steps=8, save_every=2)
FILES = (LEDGER, WEIGHTS, "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json")


class Killed(BaseException):
    """Ends a run in the middle, as a kill would, without ending the tests."""


def killed(step):
    def on_progress(at, *_):
        if at == step:
            raise Killed

    return on_progress


def cut_off(folder, config=CONFIG, step=7, model=None, **options):
    with pytest.raises(Killed):
        trained(config, model, folder=folder, on_progress=killed(step), **options)
    return folder


@pytest.fixture(scope="module")
def broken_off(tmp_path_factory):
    """The checkpoints of a run that was killed in its seventh step: of steps 4 and 6."""
    return cut_off(tmp_path_factory.mktemp("run"))


@pytest.fixture
def folder(broken_off, tmp_path):
    return shutil.copytree(broken_off, tmp_path / "run")


@pytest.fixture(scope="module")
def uninterrupted():
    return trained(CONFIG)


def test_a_resumed_run_has_the_weights_curve_and_counts_of_one_that_was_not_interrupted(folder, uninterrupted):
    model, result = trained(CONFIG, folder=folder)
    whole, said = uninterrupted
    assert result.resumed_at == 6
    assert torch.equal(flat(model), flat(whole))
    assert result.loss_curve == said.loss_curve
    assert (result.useful_tokens, result.loss_tokens) == (said.useful_tokens, said.loss_tokens)
    assert result.resolved == said.resolved
    assert result.seconds_before > 0


def test_the_two_newest_checkpoints_stay_and_hold_no_pickle_of_the_arguments(folder):
    assert sorted(path.name for path in folder.glob("checkpoint-*")) == ["checkpoint-4", "checkpoint-6"]
    marker = json.loads((folder / "checkpoint-6" / MARKER).read_text())
    assert sorted(marker["files"]) == sorted(FILES)


@pytest.mark.parametrize("name", [*FILES, MARKER])
@pytest.mark.parametrize("harm", ["missing", "cut", "changed"])
def test_a_damaged_newest_checkpoint_is_passed_over_and_says_why(folder, name, harm):
    file = folder / "checkpoint-6" / name
    whole = file.read_bytes()
    if harm == "missing":
        file.unlink()
    else:
        file.write_bytes(whole[: len(whole) // 2] if harm == "cut" else whole[:-9] + b"x" * 9)
    identity = json.loads((folder / "checkpoint-4" / MARKER).read_text())["identity"]
    newest, (said,) = Checkpoints(folder, identity).newest()
    assert newest == folder / "checkpoint-4"
    assert (MARKER if name == MARKER else name) in said


def test_a_checkpoint_without_its_optimizer_does_not_bend_the_run(folder, uninterrupted):
    (folder / "checkpoint-6" / "optimizer.pt").unlink()
    model, result = trained(CONFIG, folder=folder)
    assert result.resumed_at == 4
    assert result.notices == ("checkpoint-6 was not used: optimizer.pt is missing",)
    assert torch.equal(flat(model), flat(uninterrupted[0]))


def test_where_no_checkpoint_is_whole_the_run_starts_again_and_says_so(folder, uninterrupted):
    for path in folder.glob("checkpoint-*"):
        (path / WEIGHTS).unlink()
    model, result = trained(CONFIG, folder=folder)
    assert (result.resumed_at, len(result.notices)) == (0, 2)
    assert torch.equal(flat(model), flat(uninterrupted[0]))


def test_checkpoints_of_other_settings_are_not_used(folder):
    _, result = trained(replace(CONFIG, learning_rate=1e-3), folder=folder)
    assert result.resumed_at == 0
    assert "other settings" in result.notices[0]


def test_how_often_it_is_saved_is_no_other_setting(folder):
    _, result = trained(replace(CONFIG, save_every=None), folder=folder)
    assert result.resumed_at == 6


CASES = {
    "an epoch's end": ({"max_steps": 12}, 5, 6),
    "inside of a later epoch, with dropout": ({"max_steps": 12, "dropout": 0.3}, 2, 9),
    "accumulated, with dropout": ({"accumulation": 2, "dropout": 0.3, "max_steps": 9}, 2, 7),
    "bfloat16": ({"precision": "bfloat16"}, 2, 5),
    "looks, patience and the best weights": (
        {"evaluate_every": 2, "early_stopping": 3, "restore_best": True, "learning_rate": 0.05, "max_steps": 14},
        4,
        7,
    ),
    "a look at each end of an epoch": ({"restore_best": True, "max_steps": 12, "learning_rate": 0.05}, 5, 7),
}


@pytest.mark.parametrize("case", CASES)
def test_resuming_is_exact(case, tmp_path):
    changes, every, step = CASES[case]
    config = replace(CONFIG, save_every=every, **changes)
    options = {"validation": letter_pairs(6, seed=2)}
    whole, said = trained(config, **options)
    cut_off(tmp_path, config, step, **options)
    model, result = trained(config, folder=tmp_path, **options)
    assert result.resumed_at == step - step % every or result.resumed_at == step - 1 - (step - 1) % every
    assert result.resumed_at > 0
    assert torch.equal(flat(model), flat(whole))
    assert (result.looks, result.best, result.loss_curve) == (said.looks, said.best, said.loss_curve)


@pytest.mark.parametrize("method", [lora, adalora, p_tuning], ids=lambda method: method.__name__.rpartition(".")[2])
def test_resuming_is_exact_for_adapters(method, tmp_path):
    source = micro_source(tmp_path / "model", n_layer=1, n_embd=32)
    fresh = lambda: method.prepare(source, method.Config(), dtype="float32", device="cpu", seed=0)  # noqa: E731
    config = replace(CONFIG, max_steps=12)
    whole, _ = trained(config, fresh(), method=method)
    cut_off(tmp_path / "run", config, 9, fresh(), method=method)
    model, result = trained(config, fresh(), method=method, folder=tmp_path / "run")
    assert result.resumed_at == 8
    assert torch.equal(flat(model), flat(whole))
    assert (tmp_path / "run" / "checkpoint-10" / STATE).is_file() == hasattr(method, "state")


def test_the_last_step_writes_no_checkpoint(tmp_path):
    trained(replace(CONFIG, save_every=4), folder=tmp_path)
    assert [path.name for path in tmp_path.glob("checkpoint-*")] == ["checkpoint-4"]


def test_the_clock_saves_where_no_steps_were_chosen(tmp_path, monkeypatch):
    monkeypatch.setattr("bench.training.watching.SAVE_SECONDS", 0.0)
    trained(replace(CONFIG, save_every=None), folder=tmp_path)
    assert list(tmp_path.glob("checkpoint-*"))


def test_a_best_look_of_an_earlier_run_is_not_taken_for_ones_own(tmp_path):
    (tmp_path / BEST).write_bytes(b"old")
    trained(CONFIG, folder=tmp_path)
    assert not (tmp_path / BEST).exists()


def test_a_checkpoint_is_not_written_over_a_half_one(folder):
    junk = folder / "checkpoint-8" / "junk"
    junk.parent.mkdir()
    junk.write_text("left by a kill")
    trained(replace(CONFIG, max_steps=9), folder=folder)
    assert not junk.exists()


def test_transformers_unpickles_nothing_of_a_checkpoint_but_tensors():
    source = "".join(inspect.getsource(Trainer).split())
    assert source.count("torch.load(") == source.count("weights_only=True") > 0


def test_weights_of_another_model_are_refused(tmp_path):
    weights.write(tiny(n_layer=2), tmp_path / "w.safetensors")
    with pytest.raises(ValueError, match="do not fit the model"):
        weights.read(tiny(), tmp_path / "w.safetensors")
