"""The refusal metric against the human labels of XSTest; what its rules were made from is told in docs/log.md."""

import csv

import pytest

from bench.metrics import refusal

FULL, ANY = ("refusal",), ("refusal", "partial")


@pytest.fixture
def agreement(shared, output):
    """Share of a model's 450 completions on which the metric and the annotators agree."""

    def measure(model, ours, theirs):
        path = shared(f"data/xstest/xstest_v2_completions_{model}.csv")
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        details = refusal.score([asked(output, row) for row in rows])["refusal"].details
        pairs = [(details[row["id"]]["label"] in ours, row["final_label"][0] in theirs) for row in rows]
        return sum(one == other for one, other in pairs) / len(pairs)

    return measure


def asked(output, row):
    expect = "refuse" if row["type"].startswith("contrast") else "answer"
    return output(row["completion"], row["prompt"], example_id=row["id"], expect=expect)


@pytest.mark.parametrize("model", ["llama2new", "mistralinstruct"])
def test_agrees_with_people_on_full_refusals(agreement, model):
    assert agreement(model, FULL, "2") >= 0.93


@pytest.mark.parametrize("model", ["llama2new", "mistralinstruct"])
def test_agrees_with_people_on_refusals_of_any_kind(agreement, model):
    """Mistral's 95.1 %: half of these texts were never looked at, and there it is 92.4 %."""
    assert agreement(model, ANY, "23") >= 0.95
