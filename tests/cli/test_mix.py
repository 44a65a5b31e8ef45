import json

import pytest


def many(rows, name, count, **fields):
    return rows(
        name, *({"id": str(n), "instruction": f"Say {n}.", "response": f"{n} it is"} | fields for n in range(count))
    )


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def three(rows):
    return [many(rows, f"{name}.jsonl", 50) for name in ("sums", "verses", "questions")]


def test_shares_are_those_that_were_asked_for(tunebench, three, tmp_path):
    out = tmp_path / "new" / "all.jsonl"
    parts = [f"{path}={weight}" for path, weight in zip(three, (0.4, 0.3, 0.3), strict=True)]
    said = tunebench("data", "mix", *parts, "--out", out, "--size", 100)
    drawn = [row["id"].partition(":")[0] for row in lines(out)]
    assert [drawn.count(name) for name in ("sums", "verses", "questions")] == [40, 30, 30]
    assert "40.0 %" in said.out


def test_the_record_says_what_was_drawn_from_what(tunebench, three, tmp_path):
    tunebench("data", "mix", f"{three[0]}=3", f"{three[1]}=1", "--out", tmp_path / "all.jsonl", "--seed", 7)
    record = json.loads((tmp_path / "all.mix.json").read_text())
    assert (record["seed"], record["rows"]) == (7, len(lines(tmp_path / "all.jsonl")))
    assert record["parts"]["sums"]["drawn"] == 50
    assert record["parts"]["verses"] | {"sha256": "", "source": ""} == {
        "source": "", "sha256": "", "weight": 1.0, "drawn": 17, "available": 50, "share": 0.2537,
    }  # fmt: skip


def test_the_same_seed_gives_the_same_file(tunebench, three, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        tunebench("data", "mix", f"{three[0]}=1", "--out", tmp_path / f"{name}.jsonl", "--seed", seed, "--size", 9)
    texts = [(tmp_path / f"{name}.jsonl").read_text() for name in "abc"]
    assert texts[0] == texts[1] != texts[2]


def test_a_fixture_brings_its_training_split_only(tunebench, tmp_path):
    from bench.data.dataset import load_dataset

    tunebench("data", "mix", "headlines=1", "--out", tmp_path / "all.jsonl")
    assert len(lines(tmp_path / "all.jsonl")) == len(load_dataset("headlines").train)


def test_parts_with_and_without_splits_make_one_readable_file(tunebench, three, tmp_path):
    tunebench("data", "mix", "everyday=1", f"{three[0]}=1", "--out", tmp_path / "all.jsonl")
    assert tunebench("data", "show", tmp_path / "all.jsonl", "--json").code == 0


def test_a_temperature_takes_names_without_weights(tunebench, rows, tmp_path):
    paths = [many(rows, "large.jsonl", 90), many(rows, "small.jsonl", 10)]
    tunebench("data", "mix", *paths, "--out", tmp_path / "all.jsonl", "--temperature", 1, "--size", 50)
    record = json.loads((tmp_path / "all.mix.json").read_text())
    assert {name: part["drawn"] for name, part in record["parts"].items()} == {"large": 45, "small": 5}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (["everyday=b"], "'b' is no number"),
        (["everyday"], "no weight is given"),
        (["=1"], "expected NAME=WEIGHT"),
        (["everyday=0.5", "everyday=0.5"], "named twice"),
        (["everyday=0.5", "evryday=0.5"], "Did you mean 'everyday'?"),
        (["everyday=0.5", "headlines=-1"], "expected a number above 0"),
        (["everyday=nan"], "expected a number above 0"),
        (["everyday=1", "--size", "5000"], "the largest possible size"),
        (["everyday", "--temperature", "0"], "expected a number above 0"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_written(tunebench, tmp_path, parts, said):
    found = tunebench("data", "mix", *parts, "--out", tmp_path / "out" / "all.jsonl")
    assert (found.code, found.out, found.err.count("\n")) == (2, "", 1)
    assert said in found.err
    assert list(tmp_path.iterdir()) == []


def test_two_files_of_one_name_are_refused(tunebench, three, tmp_path):
    (tmp_path / "b").mkdir()
    other = (tmp_path / "b" / "sums.jsonl").resolve()
    other.write_text(three[0].read_text())
    said = tunebench("data", "mix", f"{three[0]}=1", f"{other}=1", "--out", tmp_path / "all.jsonl")
    assert "two parts are called 'sums'" in said.err


def test_a_file_is_not_overwritten_without_force(tunebench, three):
    said = tunebench("data", "mix", f"{three[0]}=1", "--out", three[1])
    assert said.code == 2
    assert len(lines(three[1])) == 50
    assert tunebench("data", "mix", f"{three[0]}=1", "--out", three[1], "--size", 3, "--force").code == 0
    assert len(lines(three[1])) == 3


def test_rows_are_drawn_again_only_when_allowed(tunebench, three, tmp_path):
    said = tunebench("data", "mix", f"{three[0]}=1", "--out", tmp_path / "all.jsonl", "--size", 60, "--repeat")
    assert said.code == 0
    assert len({row["id"] for row in lines(tmp_path / "all.jsonl")}) == 60
