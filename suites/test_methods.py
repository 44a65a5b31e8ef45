"""Every method on one task under one budget of steps: quality, time, memory, trainable parameters (S1.18, S1.22)."""

import pytest


@pytest.mark.bench(
    models={"cpu": ["tiny-gpt2"], "gpu": ["tiny-gpt2", "hub:openai-community/gpt2"]},
    datasets=["everyday"],
    methods=[
        "base",
        "full",
        "frozen",
        "lora",
        "lora_by_hand",
        "qlora",
        "dora",
        "rslora",
        "pissa",
        "adalora",
        "vera",
        "ia3",
        "prefix",
        "prompt_tuning",
        "p_tuning",
    ],
    metrics=["instruction_following", "completion", "rouge:L"],
    train={"max_steps": 64, "batch_size": 8},
    generate={"max_examples": 60},
)
def test_every_method_learns_and_adapters_train_less(case, run):
    model = run(case)
    if case.method == "base":
        return
    base = run(case.with_method("base"))
    first, last = model.loss_curve[0][1], model.loss_curve[-1][1]
    assert last < first, "the loss did not fall"
    if case.method != "full":
        assert 0 < model.cost.trainable_params < model.cost.total_params
    if case.method in ("full", "lora"):
        assert model["rougeL"] > base["rougeL"]
