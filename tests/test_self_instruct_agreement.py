"""Real outputs on the same 252 prompts: base GPT-3 (davinci) must come out as a mimic, text-davinci-001 as an answerer.

Rows 0, 2, 4, ... were read when these rules were last changed, rows 1, 3, 5, ... were looked at as numbers only (the
first rules, older than this split, may have been written with any row in sight). What davinci does is answer and
run on ("Output: PG-13\\n\\nInput: ..."), so that by definition 5.3 its index stays a little above 0.
"""

import json

import pytest

from bench.metrics import completion, degenerate

HALVES = {"read": slice(0, None, 2), "held out": slice(1, None, 2)}
FOLDER = "data/self_instruct_eval"


@pytest.fixture
def said(shared, output):
    def load(model, half, prompt_only=False):
        lines = shared(f"{FOLDER}/{model}_predictions.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines][HALVES.get(half, slice(None))]
        known = [{} if prompt_only else {"instruction": r["instruction"], "input": r["input"] or ""} for r in rows]
        return [
            output(r["response"], **{"instruction": "", "prompt": r["prompt"]} | k)
            for r, k in zip(rows, known, strict=True)
        ]

    return load


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("prompt_only", [False, True])
def test_base_runs_on_and_tuned_does_not(said, half, prompt_only):
    base = completion.score(said("davinci", half, prompt_only))["self_prompting"]
    tuned = completion.score(said("text-davinci-001", half, prompt_only))["self_prompting"]
    assert base.value >= 0.75
    assert tuned.value <= 0.02


@pytest.mark.parametrize("half", HALVES)
def test_index_tells_them_far_apart(said, half):
    base = completion.score(said("davinci", half))["completion"]
    tuned = completion.score(said("text-davinci-001", half))["completion"]
    assert tuned.value >= 0.95
    assert base.high < 0.5 < tuned.low


def test_base_repeats_itself_and_tuned_does_not(said):
    base = completion.score(said("davinci", "all"))["repetition"]
    tuned = completion.score(said("text-davinci-001", "all"))["repetition"]
    assert base.value > 0.85
    assert tuned.value < 0.05


@pytest.mark.parametrize("model", ["davinci", "text-davinci-001"])
def test_rates_lie_near_those_counted_from_the_raw_lines(said, shared, model):
    """Counted as: goes on with a new "Input:" or "Output:" block, and repeats some line three times."""
    counted = json.loads(shared(f"{FOLDER}/EXPECTED.json").read_text(encoding="utf-8"))[model]
    outputs = said(model, "all")
    assert completion.score(outputs)["self_prompting"].value == pytest.approx(counted["echoes_next_task"], abs=0.03)
    assert degenerate.score(outputs).value == pytest.approx(counted["repeats_line3"], abs=0.06)


def test_nothing_tells_how_these_outputs_ended(said):
    ended = completion.score(said("davinci", "read"))["stop_rate"]
    assert (ended.value, ended.unscored) == (None, 126)
    assert ended.why
