import hashlib
import json

import pytest

FILES = ["split.json", "test.jsonl", "train.jsonl", "validation.jsonl"]


@pytest.fixture
def rivers(rows):
    """Forty rows about twenty rivers, half of them labelled long."""
    return rows(
        "rivers.jsonl",
        *(
            {
                "instruction": f"{verb} river number {n}.",
                "response": f"It is river {n}.",
                "source": f"river {n}",
                "label": "long" if n % 2 else "short",
            }
            for n in range(20)
            for verb in ("Describe", "Find")
        ),
    )


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_three_files_and_a_record(tunebench, rivers, tmp_path):
    out = tmp_path / "deep" / "parts"
    said = tunebench("data", "split", rivers, "--out", out, "--seed", 3)
    assert sorted(path.name for path in out.iterdir()) == FILES
    record = json.loads((out / "split.json").read_text())
    assert record["counts"] == {name: len(lines(out / f"{name}.jsonl")) for name in ("train", "validation", "test")}
    assert (record["rule"], record["seed"]) == ("source", 3)
    assert record["sha256"] == hashlib.sha256(rivers.read_bytes()).hexdigest()
    assert record["labels"]["train"] == {"long": 0.5, "short": 0.5}
    assert "80.0 %" in said.out


def test_no_source_stands_in_two_parts(tunebench, rivers, tmp_path):
    tunebench("data", "split", rivers, "--out", tmp_path / "out")
    sources = [{row["source"] for row in lines(path)} for path in (tmp_path / "out").glob("*.jsonl")]
    assert len(set.union(*sources)) == sum(map(len, sources)) == 20


def test_what_is_written_can_be_read_again(tunebench, rivers, tmp_path):
    tunebench("data", "split", rivers, "--out", tmp_path / "out")
    told = json.loads(tunebench("data", "show", tmp_path / "out" / "train.jsonl", "--json").out)
    assert told["labels"] == {"long": 16, "short": 16}


def test_a_leak_is_an_error_and_nothing_is_written(tunebench, rivers, tmp_path):
    said = tunebench("data", "split", rivers, "--out", tmp_path / "out", "--rule", "published:48/42/10")
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "--allow-leakage" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["rivers.jsonl"]


def test_a_leak_that_is_allowed_is_a_warning_and_recorded(tunebench, rivers, tmp_path):
    out = tmp_path / "out"
    said = tunebench("data", "split", rivers, "--out", out, "--rule", "published:48/42/10", "--allow-leakage")
    assert said.code == 0
    assert said.err.startswith("warning: ")
    assert "training split" in json.loads((out / "split.json").read_text())["leak"]


def test_files_are_not_overwritten_without_force(tunebench, rivers, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "test.jsonl").write_text("mine")
    said = tunebench("data", "split", rivers, "--out", out)
    assert said.code == 2
    assert "--force" in said.err
    assert [path.read_text() for path in out.iterdir()] == ["mine"]
    assert tunebench("data", "split", rivers, "--out", out, "--force").code == 0
    assert sorted(path.name for path in out.iterdir()) == FILES


@pytest.mark.parametrize(
    ("rule", "said"),
    [("sauce", "Did you mean 'source'"), ("source:90/5", "percentages"), ("holdout:2", "between 0 and 1")],
)
def test_a_wrong_rule_is_one_line_and_nothing_is_written(tunebench, rivers, tmp_path, rule, said):
    found = tunebench("data", "split", rivers, "--out", tmp_path / "out", "--rule", rule)
    assert (found.code, found.err.count("\n")) == (2, 1)
    assert said in found.err
    assert not (tmp_path / "out").exists()


def test_too_few_rows_are_refused(tunebench, rows, tmp_path):
    path = rows("one.jsonl", {"instruction": "Say ok.", "response": "ok"})
    said = tunebench("data", "split", path, "--out", tmp_path / "out")
    assert said.code == 2
    assert "too few" in said.err


def test_a_file_in_place_of_the_folder_is_refused(tunebench, rivers):
    assert "is a file" in tunebench("data", "split", rivers, "--out", rivers).err
    assert "Not a directory" in tunebench("data", "split", rivers, "--out", rivers / "a" / "b").err
