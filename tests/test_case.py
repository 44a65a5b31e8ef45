import pytest

from bench.case import Case, expand, short_name
from bench.config import GenerateConfig, TrainConfig, configured
from bench.errors import UserError


def a_case(**changes):
    return Case(**{"suite": "s", "model": "tiny-gpt2", "dataset": "everyday", "method": "lora", **changes})


def test_label_names_the_axes_and_the_seed():
    assert a_case(seed=3).label == "tiny-gpt2-everyday-lora-s3"


def test_label_names_a_template_other_than_the_default():
    assert a_case(template="raw").label == "tiny-gpt2-everyday-lora-raw-s0"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("everyday", "everyday"),
        ("local:../models/stories260K", "stories260K"),
        ("hub:openai-community/gpt2", "gpt2"),
        ("shape:opt-1.3b", "shape:opt-1.3b"),
        ("data/my.questions.jsonl", "my.questions"),
    ],
)
def test_short_name(name, short):
    assert short_name(name) == short


def test_dict_round_trip():
    case = a_case(metrics=("rouge:L",), train=TrainConfig(epochs=2), generate=GenerateConfig(max_examples=3))
    assert Case.from_dict(case.as_dict()) == case


@pytest.mark.parametrize("model", ["../../etc", "local:/a/b/../c", "x" * 300, "-rf", "a\0b", "A B\u202e"])
def test_file_name_stays_inside_its_folder_and_short(model):
    name = a_case(model=model).file_name
    assert "/" not in name
    assert not name.startswith((".", "-"))
    assert len(name) <= 71


def test_file_names_differ_where_only_a_setting_differs():
    assert a_case().file_name != a_case(train=TrainConfig(epochs=2)).file_name


def test_default_case_binds_thresholds_and_others_do_not():
    assert a_case().is_default
    assert not a_case(model="local:x").is_default
    assert not a_case(dataset="my/data.json").is_default
    assert not a_case(generate=GenerateConfig(max_examples=5)).is_default


def test_expand_takes_every_combination_with_seeds_innermost():
    cases = expand(
        "s",
        models=["m"],
        datasets=["d"],
        methods=["base", "lora"],
        templates=["raw"],
        shots=[0],
        seeds=range(2),
        metrics=["rouge"],
        train=TrainConfig(),
        generate=GenerateConfig(),
    )
    assert [(c.method, c.seed) for c in cases] == [("base", 0), ("base", 1), ("lora", 0), ("lora", 1)]


@pytest.mark.parametrize(
    "values", [{"batch_size": 0}, {"epochs": -1}, {"max_steps": 0}, {"learning_rate": 0}, {"epochs": float("nan")}]
)
def test_training_settings_out_of_range_are_refused(values):
    with pytest.raises(UserError, match=next(iter(values))):
        TrainConfig(**values)


def test_a_case_with_demonstrations_says_so_in_its_id_and_is_not_the_default():
    assert a_case(shots=2).label == "tiny-gpt2-everyday-lora-2shot-s0"
    assert not a_case(shots=2).is_default
    assert a_case(shots=2).with_shots(0) == a_case()


def test_fewer_than_no_demonstrations_are_refused():
    with pytest.raises(UserError, match="shots is -1"):
        a_case(shots=-1)


def test_unknown_setting_offers_the_nearest():
    with pytest.raises(UserError, match=r"'epoch' is not a setting. Did you mean 'epochs'"):
        configured(TrainConfig, {"epoch": 3}, "suite x: train")


def test_a_variant_stands_in_the_id():
    assert a_case(variant="two_wraps").label == "tiny-gpt2-everyday-lora-two_wraps-s0"
