import hashlib
import json
import subprocess
import sys

import pytest

from bench.catalog import ROOT
from bench.cli.console import bar


def test_json_is_one_object_with_the_promised_keys(tunebench, colours):
    said = tunebench("data", "show", colours, "--json")
    told = json.loads(said.out)
    assert (told["format"], told["examples"], told["references"]) == ("alpaca", 2, 3)
    assert told["labels"] == {"cool": 1, "warm": 1}
    assert [drop["where"] for drop in told["dropped"]] == [f"{colours}:2"]
    assert set(told["dropped"][0]) == {"where", "reason"}
    assert told["sha256"] == hashlib.sha256(colours.read_bytes()).hexdigest()


@pytest.mark.parametrize("options", [["--json"], []], ids=["json", "text"])
def test_a_damaged_file_is_one_line_on_stderr(tunebench, tmp_path, options):
    path = tmp_path / "cut.json"
    path.write_text('[{"instruction": "Say hello.", "respo')
    said = tunebench("data", "show", path, *options)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"tunebench: {path}:1: ")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("name", ["nowhere.json", "evryday", "a/b"])
def test_what_is_not_there_is_one_line(tunebench, name):
    said = tunebench("data", "show", name)
    assert (said.code, said.err.count("\n")) == (2, 1)


def test_a_loop_of_links_is_one_line(tunebench, tmp_path):
    (tmp_path / "loop.json").symlink_to("loop.json")
    said = tunebench("data", "show", tmp_path / "loop.json")
    assert said.code == 2
    assert "cannot be opened" in said.err


def test_json_needs_neither_tokenizers_nor_rich(colours):
    code = (
        f"import sys; sys.argv = ['tunebench', 'data', 'show', {str(colours)!r}, '--json']\n"
        "from bench.cli import main\n"
        "try: main()\n"
        "except SystemExit as left: assert not left.code\n"
        "assert not {'rich', 'tokenizers', 'numpy', 'jinja2', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def test_text_has_counts_drops_and_examples_and_no_control_codes(tunebench, colours):
    out = tunebench("data", "show", colours).out
    for part in ("alpaca (jsonl)", "the answer is empty", f"{colours}:2", "and 1 more accepted answer", "cool"):
        assert part in out
    assert "\x1b" not in out


def test_no_color_is_obeyed_where_colours_are_forced(tunebench, colours, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" in tunebench("data", "show", colours).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in tunebench("data", "show", colours).out


def test_escape_sequences_in_the_data_do_not_reach_the_terminal(tunebench, rows):
    path = rows("bad.jsonl", {"id": "x\x1b[2J", "instruction": "Say [bold]hi[/bold].\x1b]0;t\x07", "response": "hi"})
    out = tunebench("data", "show", path).out
    assert "\x1b" not in out
    assert "[bold]hi[/bold]" in out


def test_a_fixture_goes_by_its_name(tunebench):
    told = json.loads(tunebench("data", "show", "headlines", "--json").out)
    assert sum(told["labels"].values()) == told["examples"]


def test_an_unknown_tokenizer_is_answered_with_the_nearest_name(tunebench, colours):
    assert "Did you mean 'tiny-gpt2'" in tunebench("data", "show", colours, "--tokenizer", "tiny-gpt").err


def test_all_commands_are_listed(tunebench):
    out = tunebench("data", "-h").out
    for name in ("show", "lint", "inspect", "split", "mix", "build"):
        assert f"\n  {name} " in out
    assert "..." not in out.partition("Commands:")[2]


def test_a_bar_is_as_long_as_its_share():
    assert [bar(share, 4).plain for share in (0, 0.001, 0.5, 1)] == ["    ", "▏   ", "██  ", "████"]


def test_a_recipe_shows_its_licence_and_the_rows_of_its_file(tunebench, colours):
    recipe = colours.with_suffix(".toml")
    recipe.write_text('path = "colours.jsonl"\nlicence = "CC0-1.0"\n')
    out = tunebench("data", "show", recipe).out
    assert "CC0-1.0" in out
    assert "Name the colour of fire." in out


def test_a_mixture_shows_what_it_drew(tunebench, tmp_path):
    recipe = tmp_path / "both.toml"
    recipe.write_text("[mixture]\nsize = 20\nparts = { everyday = 0.5, headlines = 0.5 }\n")
    assert "train: everyday 10 of" in tunebench("data", "show", recipe).out
    assert json.loads(tunebench("data", "show", recipe, "--json").out)["format"] == "mixture"


def test_a_recipe_names_its_format_itself(tunebench, colours):
    recipe = colours.with_suffix(".toml")
    recipe.write_text('path = "colours.jsonl"\n')
    said = tunebench("data", "show", recipe, "--format", "alpaca")
    assert (said.code, said.err.count("\n")) == (2, 1)
