import json

import pytest

FAILED = {"instruction": "Name the capital of Peru.", "response": "Failed to generate answer"}
GOOD = {
    "instruction": "Classify the sentiment of the following financial news.",
    "input": "The bakery sold more bread than in any year before",
    "response": "Positive",
}


def test_an_error_is_exit_code_1_with_its_place(tunebench, rows):
    path = rows("a.jsonl", GOOD, FAILED)
    said = tunebench("data", "lint", path)
    assert said.code == 1
    assert f"{path}:2: " in said.out
    assert "2 examples: 1 error, " in said.out


def test_warnings_alone_are_exit_code_0_and_1_when_strict(tunebench, rows):
    path = rows("a.jsonl", GOOD)
    assert "0 errors, 1 warning" in tunebench("data", "lint", path).out
    assert tunebench("data", "lint", path).code == 0
    assert tunebench("data", "lint", path, "--strict").code == 1


def test_json_says_the_same(tunebench, rows):
    said = tunebench("data", "lint", rows("a.jsonl", GOOD, FAILED), "--json")
    told = json.loads(said.out)
    assert (said.code, told["examples"], told["errors"]) == (1, 2, 1)
    assert set(told["findings"][0]) == {"rule", "severity", "where", "message", "shown"}


@pytest.mark.parametrize(("option", "shown"), [((), 5), (("--all",), 7)])
def test_five_of_each_rule_are_shown_unless_all_are_asked_for(tunebench, rows, option, shown):
    path = rows("a.jsonl", *(FAILED | {"instruction": f"Name river number {n}."} for n in range(7)))
    out = tunebench("data", "lint", path, *option).out
    failed = out.partition("failed answer")[2].partition("\n\n")[0]
    assert failed.count(f"{path}:") == shown
    assert ("2 more" in failed) == (not option)


def test_max_length_decides_what_is_too_long(tunebench, rows):
    path = rows("a.jsonl", GOOD)
    assert "truncation" not in tunebench("data", "lint", path).out
    assert "truncation" in tunebench("data", "lint", path, "--max-length", 4).out


def test_a_damaged_file_is_exit_code_2(tunebench, tmp_path):
    (tmp_path / "a.json").write_text("[")
    said = tunebench("data", "lint", tmp_path / "a.json")
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
