from bench.case import Case
from bench.config import TrainConfig
from bench.data.dataset import load_dataset
from bench.run.linting import linted

EVERYDAY = load_dataset("everyday")


def case(method="full", **knobs):
    return Case("suite", "tiny-gpt2", "everyday", method, train=TrainConfig(**knobs))


def test_the_default_case_has_no_findings():
    assert linted(case(), EVERYDAY) == []


def test_a_warm_up_longer_than_the_run_is_told_with_its_line():
    (found,) = linted(case(max_steps=64, warmup_steps=100), EVERYDAY)
    assert (found["severity"], found["where"]) == ("error", "train.warmup_steps")
    assert "T10" in found["message"]


def test_a_quantised_model_that_is_not_prepared_is_told_with_its_line():
    (found,) = linted(case("qlora:prepare=false"), EVERYDAY)
    assert "no prepare_model_for_kbit_training" in found["message"]
    assert "T9" in found["message"]
    assert linted(case("qlora"), EVERYDAY) == []


def test_a_method_that_does_not_train_has_none():
    assert linted(case("base", max_steps=64, warmup_steps=100), EVERYDAY) == []
