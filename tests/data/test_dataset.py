import json

import pytest

from bench import catalog
from bench.data.dataset import canonical, load_dataset
from bench.data.example import Example, Turn
from bench.errors import UserError


def written(tmp_path, rows, name="mine.json"):
    path = tmp_path / name
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_text(lines if name.endswith("l") else json.dumps(rows, indent=1))
    return str(path)


def rows(n):
    return [{"instruction": f"Say {i}", "output": str(i)} for i in range(n)]


def test_a_list_without_splits_is_split_80_10_10(tmp_path):
    data = load_dataset(written(tmp_path, rows(50)))
    assert [len(data.train), len(data.validation), len(data.test)] == [40, 5, 5]


def test_equal_instructions_never_stand_in_two_splits(tmp_path):
    data = load_dataset(written(tmp_path, rows(20) * 3))
    train = {e.question for e in data.train}
    assert not train & {e.question for e in data.test + data.validation}


def test_the_split_does_not_depend_on_the_order_of_rows(tmp_path):
    ahead = load_dataset(written(tmp_path, rows(30), "a.json"))
    back = load_dataset(written(tmp_path, rows(30)[::-1], "b.json"))
    assert {e.question for e in ahead.test} == {e.question for e in back.test}


def test_rows_that_name_their_split_keep_it(tmp_path):
    given = [{**row, "split": part} for row, part in zip(rows(3), ("train", "test", "validation"), strict=True)]
    data = load_dataset(written(tmp_path, given, "mine.jsonl"))
    assert [e.instruction for e in data.test] == ["Say 1"]


def test_the_hash_follows_the_rows_and_not_the_file_name(tmp_path):
    one, two = (load_dataset(written(tmp_path, rows(20), name)) for name in ("a.json", "b.jsonl"))
    changed = load_dataset(written(tmp_path, [*rows(19), {"instruction": "Say 19", "output": "x"}], "c.json"))
    hashes = [tuple(e.response for e in d.train) for d in (one, two)]
    assert hashes[0] == hashes[1]
    assert one.split_sha256("train", "validation", "test") != changed.split_sha256("train", "validation", "test")


def test_an_unknown_name_offers_the_nearest():
    with pytest.raises(UserError, match=r"unknown dataset 'everday'. Did you mean 'everyday'"):
        load_dataset("everday")


def test_a_missing_file_is_named():
    with pytest.raises(UserError, match=r"does not exist"):
        load_dataset("no/such.json")


def test_too_few_rows_to_split_are_refused(tmp_path):
    with pytest.raises(UserError, match=r"no example in the test split"):
        load_dataset(written(tmp_path, rows(2)))


@pytest.mark.parametrize("name", ["everyday", "headlines"])
def test_shipped_datasets_share_no_subject_and_no_question_between_splits(name):
    data = load_dataset(name)
    for field in ("source", "question"):
        parts = [{getattr(e, field) for e in split} for split in (data.train, data.validation, data.test)]
        assert not parts[0] & parts[1]
        assert not parts[0] & parts[2]
        assert not parts[1] & parts[2]


def test_a_test_row_that_stands_in_train_too_is_refused(tmp_path):
    given = [{**row, "split": "train"} for row in rows(5)] + [{**rows(1)[0], "split": "test"}]
    with pytest.raises(UserError, match=r"mine\.jsonl: 1 of 1 test examples are in the training split too"):
        load_dataset(written(tmp_path, given, "mine.jsonl"))


def test_a_process_of_the_runner_does_not_search_for_leaks_again(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_LEAKAGE_CHECKED", "1")
    given = [{**row, "split": "train"} for row in rows(5)] + [{**rows(1)[0], "split": "test"}]
    assert len(load_dataset(written(tmp_path, given, "mine.jsonl")).train) == 5


def test_another_datasets_training_rows_leave_the_test_questions(tmp_path):
    sums = [{"instruction": f"Add {i}", "output": "x"} for i in range(30)]
    own, other = written(tmp_path, rows(30), "own.json"), written(tmp_path, sums, "other.json")
    data = load_dataset(own, trained_on=other)
    assert data.test == load_dataset(own).test
    assert data.train == load_dataset(other).train
    assert data.name == "own, trained on other"


def test_training_rows_of_another_dataset_that_give_the_test_away_are_refused(tmp_path):
    own = written(tmp_path, rows(30), "own.json")
    asked = load_dataset(own).test[0].instruction
    copied = [{"instruction": asked, "output": "x", "split": "train"}, {**rows(99)[98], "split": "test"}]
    with pytest.raises(UserError, match="test"):
        load_dataset(own, trained_on=written(tmp_path, copied, "other.json"))


def test_a_later_field_at_its_default_changes_no_hash():
    example = Example("a", "Say é", responses=("x",), history=(Turn("u", "v"),), where="7")
    assert canonical(example) == '{"history": [["u", "v"]], "id": "a", "instruction": "Say é", "responses": ["x"]}\n'


def test_recipes_are_datasets_by_name_as_files_are():
    assert {"everyday", "everyday_and_headlines", "alpaca"} <= set(catalog.names("dataset"))


def test_a_file_that_changed_is_read_again_and_one_that_did_not_is_not(tmp_path):
    path = written(tmp_path, rows(20))
    first = load_dataset(path)
    assert load_dataset(path).train is first.train
    written(tmp_path, rows(30))
    assert sum(len(part) for part in (load_dataset(path).train, load_dataset(path).test)) > 20
