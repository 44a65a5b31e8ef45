"""Full against LoRA, each at its best learning rate: chosen on validation, one budget, tested once (S1.21)."""

import pytest


@pytest.mark.bench(
    models={"cpu": ["tiny-gpt2"], "gpu": ["tiny-gpt2", "hub:openai-community/gpt2"]},
    datasets=["everyday"],
    methods=["base", "full", "lora"],
    metrics=["instruction_following", "rouge:L", "token_f1"],
    train={"max_tokens": 25_000, "batch_size": 8, "sweep": [0.3, 1, 3]},
    generate={"max_examples": 60},
)
def test_methods_are_compared_at_their_best_rate(case, run):
    model = run(case)
    if case.method == "base":
        return
    full = run(case.with_method("full"))
    budget = full.cost.train.useful_tokens
    assert abs(model.cost.train.useful_tokens - budget) <= 0.05 * budget, "not the same budget"
    assert len(model.resolved["train"]["sweep"]) == 3
