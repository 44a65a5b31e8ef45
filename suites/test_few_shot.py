"""Demonstrations in the prompt against tuning: can a base model do without the one, given the other (S2.3, S2.16)?"""

import pytest


@pytest.mark.bench(
    models={"cpu": ["tiny-gpt2"], "gpu": ["tiny-gpt2", "hub:openai-community/gpt2"]},
    datasets=["everyday"],
    methods=["base", "full"],
    shots=[0, 2],
    metrics=["instruction_following", "completion", "rouge:L", "token_f1"],
    generate={"max_examples": 60},
)
def test_demonstrations_are_no_replacement_for_tuning(case, run):
    model = run(case)
    if case.method == "base" and case.shots:
        tuned = run(case.with_method("full").with_shots(0))
        assert tuned["rougeL"] > model["rougeL"], "the base model with demonstrations is as good as the tuned one"
