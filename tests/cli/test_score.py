import json
import re
import subprocess
import sys
from dataclasses import fields

import pytest

from bench.catalog import ROOT
from bench.cli.scoring import printable
from bench.record import Score

SKY = {"id": "sky", "prompt": "What colour is the sky?", "response": "The sky is blue.", "references": ["It is blue."]}
FIRE = {"id": "fire", "prompt": "What colour is fire?", "response": "Grün, I guess.", "references": "Fire is orange."}
THREE = SKY, FIRE, {"id": "void", "prompt": "What colour is nothing?", "response": None, "references": ["None."]}


@pytest.fixture
def said(rows):
    return rows("said.jsonl", *THREE)


def as_json(told):
    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    assert told.code == 0, told.err
    return json.loads(told.out, parse_constant=refuse)


def test_json_is_one_object_with_every_field_of_a_score(tunebench, said):
    told = as_json(tunebench("score", "rouge", said, "--json"))
    names = {field.name for field in fields(Score)}
    assert told.keys() == {"metric", "column", "columns"} | names
    assert (told["metric"], told["column"], list(told["columns"])[:2]) == ("rouge", "rouge1", ["rouge1", "rouge2"])
    assert all(column.keys() == names for column in told["columns"].values())
    assert set(told["per_example"]) == {"sky", "fire", "void"}


def test_an_argument_is_the_main_column(tunebench, said):
    told = as_json(tunebench("score", "rouge:L", said, "--json"))
    assert (told["column"], list(told["columns"])) == ("rougeL", ["rougeL"])
    assert told["per_example"]["sky"] == pytest.approx(4 / 7)


def test_the_column_named_like_the_metric_is_the_main_one(tunebench, said):
    assert as_json(tunebench("score", "completion", said, "--json"))["column"] == "completion"


def test_json_and_text_agree(tunebench, said):
    value = as_json(tunebench("score", "token_f1", said, "--json"))["value"]
    assert f"{value:.3f}" in tunebench("score", "token_f1", said).out


def test_half_a_surrogate_pair_is_escaped_and_an_umlaut_is_kept():
    text = printable({"ü": "\ud800 ü"}, "utf-8")
    assert text.encode() == b'{\n "\xc3\xbc": "\\ud800 \xc3\xbc"\n}'
    assert json.loads(text) == {"ü": "\ud800 ü"}


def test_a_stream_without_umlauts_gets_them_escaped():
    text = printable({"n": float("nan"), "t": "ü 😀"}, "ascii")
    assert text.isascii()
    assert json.loads(text) == {"n": None, "t": "ü 😀"}


def test_ids_that_are_no_characters_do_not_stop_printing(tunebench, rows):
    path = rows("odd.jsonl", SKY | {"id": "\ud83d", "response": "\udc00"})
    assert set(as_json(tunebench("score", "rouge", path, "--json"))["per_example"]) == {"\ud83d"}
    assert "‹U+D83D›" in tunebench("score", "rouge", path).out


def test_text_shows_value_denominator_signature_and_the_lowest(tunebench, said):
    out = tunebench("score", "rouge", said).out
    for part in ("said.jsonl", "outputs  3", "rouge1", "95 %", "stemmer:yes", "Lowest in rouge1", "Grün, I guess."):
        assert part in out
    assert "no response" in out
    assert "floor" not in out


def test_rates_are_shown_in_percent(tunebench, rows):
    path = rows("two.jsonl", {"response": "I'm sorry, but I can't help with that."}, {"response": "Blue is a colour."})
    assert "50.0 %" in tunebench("score", "refusal", path).out


def test_a_response_is_shown_on_one_line_without_control_codes(tunebench, rows):
    long = "Red\x1b[2J is\n\n[bold]bright " + "and warm " * 50
    out = tunebench("score", "rouge", rows("long.jsonl", SKY | {"response": long})).out
    assert "\x1b" not in out
    assert "Red␛[2J is [bold]bright and warm" in out
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_tables_keep_ids_and_values_in_any_width(tunebench, said, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    out = tunebench("score", "rouge", said).out
    assert re.search(r"\nvoid +0  no response", out)


def test_what_lacks_references_has_a_reason_and_no_value(tunebench, rows):
    path = rows("bare.jsonl", {"response": "Blue."})
    told = as_json(tunebench("score", "rouge", path, "--json"))
    assert (told["value"], told["n"], told["unscored"]) == (None, 0, 1)
    assert told["why"]
    out = tunebench("score", "rouge", path).out
    assert "–" in out
    assert told["why"] in out


def test_no_row_is_no_value_with_the_reason(tunebench, tmp_path):
    path = tmp_path / "none.json"
    path.write_text("[]")
    assert as_json(tunebench("score", "exact_match", path, "--json"))["why"] == "no outputs"
    assert "no outputs" in tunebench("score", "exact_match", path).out


@pytest.mark.parametrize("options", [["--json"], []], ids=["json", "text"])
@pytest.mark.parametrize(
    ("metric", "text", "told"),
    [
        ("roug", "{}", "unknown metric 'roug'. Did you mean 'rouge'?"),
        ("rouge", '{"response": "x"}\n{"response": 3}', ":2: 'response': expected a text or null, found a number (3)"),
        ("rouge", '{"response": "x"}\n{"respon', ":2: not JSON"),
        ("rouge:Q", '{"response": "x"}', "'Q'"),
    ],
    ids=["metric", "type", "damage", "argument"],
)
def test_a_mistake_is_one_line_and_exit_code_2(tunebench, tmp_path, options, metric, text, told):
    path = tmp_path / "bad.jsonl"
    path.write_text(text)
    said = tunebench("score", metric, path, *options)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert told in said.err


def test_help_starts_without_heavy_libraries():
    code = (
        "import sys; sys.argv = ['tunebench', 'score', '--help']\n"
        "from bench.cli import main\n"
        "try: main()\n"
        "except SystemExit as left: assert not left.code\n"
        "assert not {'rich', 'numpy', 'torch', 'sklearn', 'rouge_score'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def test_scoring_needs_no_model(said):
    code = (
        f"import sys; sys.argv = ['tunebench', 'score', 'refusal', {str(said)!r}, '--json', '--floors']\n"
        "from bench.cli import main\n"
        "try: main()\n"
        "except SystemExit as left: assert not left.code\n"
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def test_floors_are_asked_for(tunebench, said):
    assert as_json(tunebench("score", "rouge", said, "--json"))["floors"] == {}
    told = as_json(tunebench("score", "rouge", said, "--json", "--floors"))
    assert told["floor"] == max(told["floors"].values())
    out = tunebench("score", "rouge", said, "--floors").out
    assert "floor" in out
    assert "echo" in out


def test_a_classifier_tells_its_error(tunebench, said):
    told = as_json(tunebench("score", "refusal", said, "--json"))
    assert 0 < told["error"]["precision"] <= 1
    assert "precision" in tunebench("score", "refusal", said).out


def test_ifeval_responses_reach_the_official_rate(tunebench, shared):
    folder = shared("data/ifeval")
    said = folder / "gpt4" / "input_response_data_gpt4_20231107_145030.jsonl"
    prompts = folder / "input_data.jsonl"
    told = as_json(tunebench("score", "instruction_following", said, "--prompts", prompts, "--json"))
    assert told["n"] == 540
    assert 100 * told["value"] == pytest.approx(77.22, abs=0.3)


def test_ifeval_responses_without_their_checks_are_left_out(tunebench, shared):
    said = shared("data/ifeval/gpt4/input_response_data_gpt4_20231107_145030.jsonl")
    told = as_json(tunebench("score", "instruction_following", said, "--json"))
    assert (told["value"], told["unscored"]) == (None, 540)


def test_xstest_completions_are_scored_from_csv(tunebench, shared):
    told = as_json(tunebench("score", "refusal", shared("data/xstest/xstest_v2_completions_llama2new.csv"), "--json"))
    assert told["n"] == 450
    assert "v2-1" in told["per_example"]
    assert told["value"] == pytest.approx(230 / 450, abs=0.07)


def test_a_base_model_and_a_tuned_one_are_told_apart(tunebench, shared):
    base, tuned = (
        as_json(tunebench("score", "completion", shared(f"data/self_instruct_eval/{name}.jsonl"), "--json"))["columns"]
        for name in ("davinci_predictions", "text-davinci-001_predictions")
    )
    assert base["completion"]["n"] == tuned["completion"]["n"] == 252
    assert base["self_prompting"]["value"] > 0.7 > tuned["self_prompting"]["value"]


def test_self_instruct_targets_are_the_references(tunebench, shared):
    path = shared("data/self_instruct_eval/text-davinci-001_predictions.jsonl")
    told = as_json(tunebench("score", "rouge:L", path, "--json"))
    assert told["n"] >= 250
    assert 0.2 < told["value"] < 0.4
