"""Asked four times at temperature 0.7, a tuned model says the same thing more often than its base (S1.18, S1.3)."""

import pytest


@pytest.mark.bench(
    models={"cpu": ["tiny-gpt2"], "gpu": ["tiny-gpt2", "hub:openai-community/gpt2"]},
    datasets=["everyday"],
    methods=["base", "full"],
    metrics=["consistency", "diversity"],
    generate={"samples": 4, "max_examples": 48},
)
def test_tuned_models_are_consistent(case, run):
    model = run(case)
    if case.method != "base":
        base = run(case.with_method("base"))
        assert model["consistency@samples"] > base["consistency@samples"], "as many different answers as before"
