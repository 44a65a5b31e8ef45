"""What each method costs over the same twenty steps: time, tokens per second, memory, parameters (S1.18)."""

import pytest


@pytest.mark.bench(
    models={
        "cpu": ["tiny-gpt2"],
        "gpu": ["shape:gpt2", "shape:dialogpt-medium", "shape:opt-1.3b", "shape:llama-3.2-1b"],
    },
    datasets=["everyday"],
    methods=["base", "full", "lora", "qlora"],
    train={"max_steps": 20},
    generate={"max_examples": 8, "max_new_tokens": 16},
    alone=True,
)
def test_adapters_train_fewer_parameters(case, run):
    model = run(case)
    if case.method == "base":
        return
    cost = model.cost
    assert cost.train.tokens_per_second > 0
    assert cost.train.peak_memory_bytes > 0
    if case.method == "full":
        assert cost.trainable_params == cost.total_params
    else:
        assert cost.trainable_params < 0.35 * cost.total_params
