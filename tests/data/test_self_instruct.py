import json

import pytest

from bench.data.reading import read_file
from bench.errors import UserError

TASK = {"id": "seed_task_0", "name": "greet", "instruction": "Greet.", "instances": [{"input": "", "output": "Hi"}]}


def load(tmp_path, *tasks):
    (tmp_path / "d.jsonl").write_text("\n".join(map(json.dumps, tasks)))
    return read_file(tmp_path / "d.jsonl")


@pytest.mark.parametrize(
    ("extra", "category"),
    [
        ({"is_classification": True}, "classification"),
        ({"is_classification": False}, "generation"),
        ({"motivation_app": "a calendar"}, "a calendar"),
        ({}, ""),
    ],
)
def test_the_category_is_the_kind_of_task_or_its_product(tmp_path, extra, category):
    loaded = load(tmp_path, {**TASK, **extra})
    assert (loaded.format, loaded.examples[0].category) == ("self_instruct", category)


def test_each_instance_is_an_example_of_one_source(tmp_path):
    instances = [{"input": "Ann", "output": "Hi Ann"}, {"input": "Bob", "output": "Hi Bob"}]
    first, second = load(tmp_path, {**TASK, "instances": instances}).examples
    assert (first.id, second.id) == ("seed_task_0", "seed_task_0-2")
    assert first.source == second.source == "seed_task_0"
    assert (second.question, second.response, second.where) == ("Greet.\nBob", "Hi Bob", "1 (instance 2)")


def test_a_task_without_instances_is_dropped(tmp_path):
    loaded = load(tmp_path, TASK, {**TASK, "id": "seed_task_1", "instances": []})
    assert [drop.reason for drop in loaded.dropped] == ["no instances, so there is no answer"]


def test_an_empty_output_is_dropped_with_its_instance(tmp_path):
    loaded = load(tmp_path, {**TASK, "instances": [*TASK["instances"], {"input": "Bob", "output": ""}]})
    assert loaded.dropped == ((f"{tmp_path / 'd.jsonl'}:1 (instance 2)", "the answer is empty"),)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"instances": "none"}, "'instances' is a text; expected a list"),
        ({"instances": ["Hi"]}, "found a text; expected an object"),
        ({"instances": [{"input": ""}]}, "no 'output' in this record"),
        ({"instruction": 5}, "'instruction' is a number; expected a text"),
        ({"is_classification": "yes"}, "'is_classification' is a text; expected true or false"),
    ],
)
def test_a_task_of_another_shape_is_refused(tmp_path, wrong, problem):
    with pytest.raises(UserError, match=f"d.jsonl:2: {problem}"):
        load(tmp_path, TASK, {**TASK, "id": "seed_task_1", **wrong})


def test_the_real_seed_tasks_load_whole(shared):
    loaded = read_file(shared("data/alpaca/seed_tasks.jsonl"))
    assert (len(loaded.examples), loaded.dropped) == (175, ())
    assert sum(e.category == "classification" for e in loaded.examples) == 26
    assert sum(not e.input for e in loaded.examples) == 50


def test_the_real_user_oriented_tasks_load_whole(shared):
    loaded = read_file(shared("data/self_instruct_eval/user_oriented_instructions.jsonl"))
    assert (loaded.format, len(loaded.examples), loaded.dropped) == ("self_instruct", 252, ())
    assert loaded.examples[0].category == "Grammarly"
