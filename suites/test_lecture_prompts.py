"""The lectures' own prompts, put to both models: read the answers side by side in the report (S4.6, S4.8, S2.10)."""

import pytest


@pytest.mark.bench(
    models={"cpu": ["tiny-gpt2"], "gpu": ["tiny-gpt2", "hub:openai-community/gpt2"]},
    datasets=["lecture_prompts"],
    methods=["base", "full", "lora"],
    metrics=["instruction_following", "completion", "degenerate"],
    generate={"max_new_tokens": 100},
)
def test_tuned_models_answer_the_lectures_prompts(case, run):
    model = run(case)
    if case.method == "base":
        assert model["instruction_following"] <= 0.35
        return
    base = run(case.with_method("base"))
    assert model["completion"] > base["completion"], "the tuned model mimics as much as the base does"
    assert model["instruction_following"] > base["instruction_following"]
