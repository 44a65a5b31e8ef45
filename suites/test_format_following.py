"""Asked for a form, a tuned model keeps to it: lines, words, sentences, a first letter, code (S1.2, IFEval)."""

import pytest


@pytest.mark.bench(
    models={"cpu": ["tiny-gpt2"], "gpu": ["tiny-gpt2", "hub:openai-community/gpt2"]},
    datasets=["everyday"],
    methods=["base", "full", "lora"],
    metrics=["instruction_following", "length_ratio", "degenerate"],
)
def test_tuned_models_keep_to_the_form(case, run):
    model = run(case)
    kept = model.scores["instruction_following"].parts["format"]
    if case.method == "base":
        return
    base = run(case.with_method("base")).scores["instruction_following"].parts["format"]
    assert kept > base, "tuning did not bring the answers nearer to the asked form"
    assert model["instruction_level"] >= model["instruction_following"], "prompts need all, instructions only their own"
    if case.is_default:
        assert kept >= 0.90
        assert model["degenerate"] <= 0.02
