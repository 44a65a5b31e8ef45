import csv
import json
import random

import pytest

from bench.catalog import FIXTURES
from bench.metrics import degenerate

WORDS = ["sound", "empty", "repetition", "gibberish"]


def test_share_and_parts_by_hand(output):
    noise = "xqj vkz wpf gtn qzr bxm hjk dwq"
    said = [output("Paris."), output(" \n"), output("no no no no no no no no"), output(noise)]
    found = degenerate.score(said)
    assert (found.value, found.n) == (0.75, 4)
    assert {name: found.parts[name] for name in WORDS[1:]} == {"empty": 0.25, "repetition": 0.25, "gibberish": 0.25}
    assert [found.details[o.example_id]["label"] for o in said] == WORDS


def test_truncation_is_unknown_without_tokens_and_no_fault_of_the_text(output):
    assert degenerate.score([output("Paris.")]).parts["truncated"] is None
    found = degenerate.score([output("Paris is", new_tokens=2), output("Rome.", new_tokens=2, finished=True)])
    assert (found.value, found.parts["truncated"]) == (0, 0.5)


def test_null_responses_are_empty(output):
    assert degenerate.score([output(None)]).parts["empty"] == 1


@pytest.fixture
def texts(shared):
    """Real texts by a short name."""

    def alpaca():
        rows = json.loads(shared("data/alpaca/alpaca_small.json").read_text(encoding="utf-8"))
        return [text for row in rows for text in (row["instruction"], row["input"], row["output"])]

    def lines(path, *keys):
        rows = map(json.loads, shared(f"data/{path}").read_text(encoding="utf-8").splitlines())
        return [row[key] for row in rows for key in keys]

    def novel():
        text = shared("data/gutenberg/1342.txt").read_text(encoding="utf-8", errors="replace")
        return text.replace("\r", "").split("\n\n")

    def questions():
        articles = json.loads(shared("data/squad/xquad.en.json").read_text(encoding="utf-8"))["data"]
        passages = [passage for article in articles for passage in article["paragraphs"]]
        asked = [text for p in passages for qa in p["qas"] for text in (qa["question"], qa["answers"][0]["text"])]
        return [p["context"] for p in passages] + asked

    return {
        "alpaca": alpaca,
        "dialogsum": lambda: lines("dialogsum/dialogsum.dev.jsonl", "dialogue", "summary"),
        "ifeval prompts": lambda: lines("ifeval/input_data.jsonl", "prompt"),
        "ifeval gpt4": lambda: lines("ifeval/gpt4/eval_results_strict.jsonl", "response"),
        "pride and prejudice": novel,
        "xquad": questions,
    }


@pytest.mark.parametrize(
    "name", ["alpaca", "dialogsum", "ifeval prompts", "ifeval gpt4", "pride and prejudice", "xquad"]
)
def test_real_texts_are_sound(texts, name):
    found = [degenerate.label(text.strip()) for text in texts[name]() if text.strip()]
    assert len(found) > 500
    assert sum(label != "sound" for label in found) / len(found) < 0.005


@pytest.mark.parametrize("model", ["Qwen__Qwen2.5-1.5B-Instruct-GPTQ-Int4", "mistralai__Mistral-7B-Instruct-v0.3"])
def test_answers_in_many_languages_are_no_gibberish(shared, model):
    """They loop, though: 19 % of the smaller model's do."""
    lines = shared(f"data/ifeval/{model}/eval_results_strict.jsonl").read_text(encoding="utf-8").splitlines()
    found = [degenerate.label((json.loads(line)["response"] or "").strip()) for line in lines]
    assert found.count("gibberish") / len(found) < 0.005


def test_safe_answers_of_real_models_are_sound(shared):
    path = shared("data/xstest/xstest_v2_completions_llama2new.csv")
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        found = [degenerate.label(row["completion"].strip()) for row in csv.DictReader(file)]
    assert found.count("sound") / len(found) > 0.995


def test_untrained_tokens_are_degenerate():
    """What a model with random weights samples: random ids of our own tokenizer."""
    from tokenizers import Tokenizer

    tokenizer, rng = Tokenizer.from_file(str(FIXTURES / "models/tiny-gpt2/tokenizer.json")), random.Random(5)
    size = tokenizer.get_vocab_size()
    said = [tokenizer.decode([rng.randrange(size) for _ in range(60)]) for _ in range(200)]
    assert sum(degenerate.label(text.strip()) != "sound" for text in said) >= 180
