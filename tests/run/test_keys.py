from dataclasses import replace

import pytest

from bench.case import Case
from bench.config import GenerateConfig, TrainConfig
from bench.data.dataset import Dataset
from bench.data.example import Example
from bench.run.keys import closure, code_sha256, keys_of

CASE = Case("s", "tiny-gpt2", "everyday", "lora", metrics=("rouge:L",))


def a_dataset(response="yes"):
    parts = [(Example(f"{part}-1", f"Is {part}?", responses=(response,)),) for part in ("train", "validation", "test")]
    return Dataset("d", *parts)


def keys(case=CASE, model="m", dataset=None, device="cpu"):
    return keys_of(case, model, dataset or a_dataset(), device)


@pytest.mark.parametrize(
    "changed",
    [
        {"model": "other bytes"},
        {"dataset": a_dataset("no")},
        {"device": "cuda"},
        {"case": replace(CASE, seed=1)},
        {"case": CASE.with_method("full")},
        {"case": replace(CASE, template="raw")},
        {"case": replace(CASE, train=TrainConfig(epochs=2))},
        {"case": replace(CASE, train=TrainConfig(batch_size=4))},
        {"case": replace(CASE, train=TrainConfig(learning_rate=1e-4))},
    ],
)
def test_whatever_changes_training_changes_every_key(changed):
    before, after = keys(), keys(**changed)
    assert before.train != after.train
    assert before.generate != after.generate
    assert before.score != after.score


def test_generation_settings_leave_the_training_key():
    after = keys(replace(CASE, generate=GenerateConfig(max_new_tokens=5)))
    assert after.train == keys().train
    assert after.generate != keys().generate


def test_demonstrations_change_what_is_asked_and_not_what_is_trained():
    after = keys(CASE.with_shots(2))
    assert after.train == keys().train
    assert after.generate != keys().generate


def test_another_metric_leaves_the_outputs_key():
    after = keys(replace(CASE, metrics=("rouge:1",)))
    assert after.generate == keys().generate
    assert after.score != keys().score


@pytest.mark.parametrize(
    "changed",
    [
        {"suite": "t"},
        {"model": "local:same-bytes"},
        {"dataset": "a/b.json"},
        {"train": TrainConfig(dataset="same-rows")},
    ],
)
def test_names_and_paths_change_nothing(changed):
    assert keys(replace(CASE, **changed)) == keys()


def test_settings_of_training_do_not_touch_an_untrained_base():
    base = CASE.with_method("base")
    assert keys(replace(base, train=TrainConfig(epochs=2))).train == keys(base).train


def test_code_that_a_method_imports_belongs_to_its_hash():
    assert "bench.methods.lora" in closure("bench.methods.qlora")
    assert code_sha256("bench.methods.lora") != code_sha256("bench.methods.qlora")


def test_a_metric_does_not_depend_on_training_code():
    assert not any(name.startswith("bench.training") for name in closure("bench.metrics.rouge"))
