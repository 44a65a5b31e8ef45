import pytest

from bench.errors import UserError
from bench.suite import Options, Suite

AXES = {"models": ["tiny-gpt2"], "datasets": ["everyday"], "methods": ["full"]}


def suite(**settings):
    return Suite.from_marker("s", AXES | settings, "cpu")


def cases(options=None, **settings):
    return suite(**settings).cases(options or Options())


def test_without_variants_a_case_is_of_none():
    (case,) = cases()
    assert (case.variant, case.against, case.id) == ("", "", "s[tiny-gpt2-everyday-full-s0]")


def test_a_variant_changes_only_what_it_names():
    right, masked = cases(variants={"right": {}, "masked": {"train": {"stop_token": "masked"}}}, train={"max_steps": 5})
    assert (right.train.stop_token, masked.train.stop_token) == ("trained", "masked")
    assert masked.train.max_steps == right.train.max_steps == 5
    assert masked.label == "tiny-gpt2-everyday-full-masked-s0"


def test_a_variant_is_against_the_first_one_unless_it_says_otherwise():
    found = cases(variants={"right": {}, "lora": {"method": "lora"}, "flat": {"method": "lora:r=2", "against": "lora"}})
    assert [case.against for case in found] == ["", "right", "lora"]


def test_the_suites_number_of_seeds_is_a_default():
    assert [case.seed for case in cases(seeds=3)] == [0, 1, 2]
    assert [case.seed for case in cases(Options(seeds=1), seeds=3)] == [0]


def test_a_users_choice_of_methods_leaves_variants_of_other_methods_out():
    variants = {"right": {}, "lora": {"method": "lora"}}
    assert [case.variant for case in cases(Options(methods=("lora",)), variants=variants)] == ["right", "lora"]
    assert [case.variant for case in cases(Options(methods=("full",)), variants=variants)] == ["right"]


MIXED = {"right": {}, "mixed": {"dataset": "everyday_and_headlines", "against": ""}}


def test_a_variant_may_ask_another_dataset():
    assert [(case.variant, case.dataset) for case in cases(variants=MIXED)] == [
        ("right", "everyday"),
        ("mixed", "everyday_and_headlines"),
    ]


def test_a_users_own_data_leave_variants_of_another_dataset_out(tmp_path):
    mine = tmp_path / "mine.json"
    mine.write_text("[]")
    assert [case.variant for case in cases(Options(datasets=(str(mine),)), variants=MIXED)] == ["right"]
    assert [case.variant for case in cases(Options(datasets=("headlines",)), variants=MIXED)] == []


@pytest.mark.parametrize(
    ("variants", "said"),
    [
        ({}, "expected a dict"),
        ({"right": {}, "wrong": {"trian": {}}}, "Did you mean 'train'"),
        ({"right": {}, "wrong": {"train": {"stop_tokn": "masked"}}}, "Did you mean 'stop_token'"),
        ({"right": {}, "wrong": {"against": "rigth"}}, "Did you mean 'right'"),
        ({"right": {}, "wrong": {"method": "lorra"}}, "Did you mean 'lora'"),
        ({"right": {}, "wrong": {"dataset": "everday"}}, "Did you mean 'everyday'"),
        ({"right": {}, "wrong": {"train": {"dataset": "headline"}}}, "Did you mean 'headlines'"),
        ({"right": {}, "wrong": {"generate": {"wraps": 0}}}, "must be at least 1"),
    ],
)
def test_a_variant_that_cannot_be_is_refused_in_one_line(variants, said):
    with pytest.raises(UserError, match=said) as caught:
        suite(variants=variants)
    assert "\n" not in str(caught.value)


def test_a_number_of_seeds_below_one_is_refused():
    with pytest.raises(UserError, match="whole number from 1"):
        suite(seeds=0)


def test_a_recipe_fills_in_what_the_marker_leaves_out():
    found = Suite.from_marker("s", {"recipe": "s1_full:translated", "train": {"epochs": 1}}, "cpu")
    assert (found.models, found.methods, found.templates) == (("tiny-gpt2",), ("full",), ("instruction_response",))
    assert (found.train.epochs, found.train.warmup_steps, found.train.stop_token) == (1, 100, "absent")


def test_the_users_recipe_stands_over_the_suites_own_knobs():
    found = Suite.from_marker("s", AXES | {"train": {"epochs": 9}}, "cpu", "s1_full")
    assert (found.train.epochs, found.train.loss_on) == (3, "response")


def test_a_form_that_is_only_read_is_refused():
    with pytest.raises(UserError, match="a suite runs translated or corrected"):
        Suite.from_marker("s", {"recipe": "s1_full:as_in_the_lecture"}, "cpu")
