import json

import pytest

from bench.recipes.reading import names

MINE = """title = "Mine"
lecture = []
models = { cpu = "tiny-gpt2" }
dataset = "everyday"
template = "alpaca"
methods = ["full"]
"""


@pytest.fixture
def mine(tmp_path):
    def write(text):
        path = tmp_path / "mine.toml"
        path.write_text(MINE + text)
        return path

    return write


def test_the_list_names_every_recipe_with_its_lines_and_findings(tunebench):
    said = tunebench("recipes")
    assert said.code == 0
    for name in names():
        assert f"{name} " in said.out
    assert "T10" in said.out


@pytest.mark.parametrize("columns", [80, 120])
def test_no_line_of_the_tables_is_wider_than_the_terminal(tunebench, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    out = tunebench("recipes", "s1_lora").out.partition("→ differs")[0] + tunebench("recipes").out
    assert max(map(len, out.splitlines())) <= columns


def test_three_forms_stand_side_by_side_and_corrections_are_marked(tunebench):
    out = tunebench("recipes", "s1_full").out
    line = next(line for line in out.splitlines() if line.startswith("learning_rate"))
    assert " ".join(line.split()) == "learning_rate (5e-05, the library's) 5e-05 → (the method's own)"
    assert "corrected: 0 errors, 0 warnings" in out


@pytest.mark.parametrize(("form", "code"), [("as_in_the_lecture", 1), ("translated", 1), ("corrected", 0), ("", 0)])
def test_the_exit_code_is_that_of_the_chosen_form(tunebench, form, code):
    assert tunebench("recipes", "s1_full", *(["--form", form] if form else [])).code == code


def test_a_chosen_form_shows_its_findings_alone(tunebench):
    out = tunebench("recipes", "s1_full", "--form", "as_in_the_lecture").out
    assert "as in the lecture: 6 errors" in out
    assert "\ntranslated: " not in out


def test_the_number_of_examples_is_the_users(tunebench):
    out = tunebench("recipes", "s1_full", "--form", "translated", "--examples", 100).out
    assert "warmup_steps 100 > 75 total steps" in out


def test_json_says_the_same(tunebench):
    said = tunebench("recipes", "s1_full", "--form", "as_in_the_lecture", "--json")
    form = json.loads(said.out)["forms"]["as_in_the_lecture"]
    assert (said.code, form["errors"], len(form["findings"])) == (1, 6, 8)
    assert form["arguments"]["warmup_steps"] == 100
    assert [recipe["name"] for recipe in json.loads(tunebench("recipes", "--json").out)["recipes"]] == names()


def test_lint_checks_a_file_of_the_users(tunebench, mine):
    path = mine("[corrected.train]\nstop_token = 'absent'\n")
    said = tunebench("recipes", "lint", path)
    assert said.code == 1
    assert "mine.toml:8: the stop token is not written" in said.out


def test_lint_of_a_sound_file_is_exit_code_0(tunebench, mine):
    said = tunebench("recipes", "lint", mine("[corrected]\n"))
    assert (said.code, said.err) == (0, "")
    assert "corrected: 0 errors, 0 warnings" in said.out


@pytest.mark.parametrize("text", ["[corrected]\nepochs = = 1", "[corrected.train]\nepoch = 1", "[corected]"])
def test_a_broken_file_is_one_line_and_exit_code_2(tunebench, mine, text):
    said = tunebench("recipes", "lint", mine(text))
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert "mine.toml:" in said.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lint"], "lint needs a file"),
        (["s1_fulll"], "Did you mean 's1_full'"),
        (["s1_full", "--form", "lecture"], "has no form 'lecture'"),
        (["s1_full", "extra"], "unexpected 'extra'"),
        (["s1_full", "--profile", "tpu"], "unknown profile 'tpu'"),
    ],
)
def test_a_wrong_command_is_one_line(tunebench, arguments, message):
    said = tunebench("recipes", *arguments)
    assert said.code == 2
    assert message in said.err


def test_a_title_with_control_codes_is_shown_without_them(tunebench, mine):
    path = mine("[corrected]\n")
    path.write_text(path.read_text().replace('"Mine"', '"a\\u001b[31mb"'))
    assert "\x1b" not in tunebench("recipes", path).out
