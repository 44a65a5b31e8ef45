"""Our verdicts beside the labels of Google's checkers on 540 prompts of three models."""

import json
from collections import Counter
from typing import NamedTuple

import pytest

from bench import ifeval

MODELS = ("gpt4", "Qwen__Qwen2.5-1.5B-Instruct-GPTQ-Int4", "mistralai__Mistral-7B-Instruct-v0.3")
WAYS = ("strict", "loose")
GUESSED = {
    "language:response_language",
    "change_case:english_capital",
    "change_case:english_lowercase",
    "length_constraints:number_sentences",
}
"""Types whose official labels rest on unseeded language detection or on a trained sentence splitter."""


class Label(NamedTuple):
    prompt: str
    name: str
    ours: bool
    official: bool
    drawn: bool
    """The official code draws a random letter in place of this one ("#", "!"), a new one in each evaluation."""


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


@pytest.fixture
def prompts(shared):
    return {row["prompt"]: row for row in read(shared("data/ifeval/input_data.jsonl"))}


@pytest.fixture(params=[(model, way) for model in MODELS for way in WAYS], ids=" ".join)
def labels(request, prompts, shared):
    model, way = request.param
    rows = read(shared(f"data/ifeval/{model}/eval_results_{way}.jsonl"))
    joined = [(row, prompts[row["prompt"]]) for row in rows if row["prompt"] in prompts]
    assert len(joined) == 540
    return [label for row, asked in joined for label in labelled(row, asked, WAYS.index(way))]


def labelled(row, asked, way):
    instructions = zip(asked["instruction_id_list"], asked["kwargs"], row["follow_instruction_list"], strict=True)
    for name, kwargs, official in instructions:
        ours = ifeval.judge(row["response"], name, kwargs, row["prompt"])[way]
        yield Label(row["prompt"], name, ours, official, not kwargs.get("letter", "a").isalpha())


def test_995_of_1000_instructions_agree(labels):
    assert len(labels) == 832
    assert sum(label.ours == label.official for label in labels) / len(labels) >= 0.995


def test_types_without_guessing_agree_wholly(labels):
    odd = [label for label in labels if label.ours != label.official and label.name not in GUESSED]
    assert [label for label in odd if not label.drawn] == []


def test_share_of_prompts_followed_agrees_within_three_in_a_thousand(labels):
    assert abs(followed(labels, "ours") - followed(labels, "official")) <= 0.003


def followed(labels, field):
    missed = {label.prompt for label in labels if not getattr(label, field)}
    return 1 - len(missed) / len({label.prompt for label in labels})


def test_all_types_are_compared(labels):
    assert set(Counter(label.name for label in labels)) == set(ifeval.INSTRUCTIONS)


@pytest.mark.parametrize(
    ("answer", "floor"),
    [(lambda prompt: prompt, (25.0, 36.1, 29.9, 41.2)), (lambda prompt: "ok", (11.5, 22.9, 11.5, 22.9))],
    ids=["echo", "ok"],
)
def test_null_models_reach_the_official_floors(prompts, answer, floor):
    judged = [judge_all(answer(prompt), row) for prompt, row in prompts.items()]
    for way in range(2):
        verdicts = [[verdict[way] for verdict in row] for row in judged]
        by_prompt = 100 * sum(map(all, verdicts)) / 541
        by_instruction = 100 * sum(map(sum, verdicts)) / 834
        assert (by_prompt, by_instruction) == pytest.approx(floor[2 * way : 2 * way + 2], abs=0.3)


def judge_all(response, row):
    asked = zip(row["instruction_id_list"], row["kwargs"], strict=True)
    return [ifeval.judge(response, name, kwargs, row["prompt"]) for name, kwargs in asked]
