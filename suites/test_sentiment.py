"""Financial sentiment as text: a tuned model names the class and beats the majority floor (S2.2, S2.7)."""

import pytest


@pytest.mark.bench(
    models={"cpu": ["tiny-opt"], "gpu": ["tiny-opt", "hub:facebook/opt-1.3b"]},
    datasets=["headlines"],
    methods=["base", "full", "lora"],
    metrics=["label_f1", "completion", "exact_match"],
    train={"epochs": 4},
    needs=["labels"],
)
def test_tuning_teaches_sentiment(case, run):
    model = run(case)
    if case.method == "base":
        return
    base = run(case.with_method("base"))
    assert model["f1_weighted"] > base["f1_weighted"]
    assert model["f1_weighted"] > model.scores["f1_weighted"].floor, "no better than always the majority class"
    if case.is_default:
        assert model["f1_weighted"] >= 0.80
