import json

import pytest

from bench.data.reading import read_file
from bench.errors import UserError

ROW = {"inputs": "Is snow warm?\n", "targets": "no"}


def load(tmp_path, *rows):
    (tmp_path / "d.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return read_file(tmp_path / "d.jsonl")


@pytest.mark.parametrize("column", ["task", "task_name", "_task_name"])
def test_the_task_is_the_category(tmp_path, column):
    loaded = load(tmp_path, {**ROW, column: "boolq"})
    (found,) = loaded.examples
    assert (loaded.format, found.category) == ("flan", "boolq")
    assert (found.instruction, found.response) == ("Is snow warm?\n", "no")


def test_a_row_needs_no_task(tmp_path):
    assert load(tmp_path, ROW).examples[0].category == ""


def test_an_empty_target_is_dropped(tmp_path):
    assert [drop.reason for drop in load(tmp_path, ROW, {**ROW, "targets": ""}).dropped] == ["the answer is empty"]


@pytest.mark.parametrize("wrong", [{"inputs": "a"}, {"inputs": "a", "targets": 5}, {"inputs": None, "targets": "b"}])
def test_a_row_of_another_shape_is_refused(tmp_path, wrong):
    with pytest.raises(UserError, match=r"d.jsonl:2: "):
        load(tmp_path, ROW, wrong)
