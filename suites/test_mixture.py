"""One model for several tasks: a mixture of instruction sets, 0.6 and 0.4, teaches both (S2.13, S2.15)."""

import pytest


@pytest.mark.bench(
    models={"cpu": ["tiny-gpt2"], "gpu": ["tiny-gpt2", "hub:openai-community/gpt2"]},
    datasets=["everyday_and_headlines"],
    methods=["base", "full"],
    metrics=["instruction_following", "label_f1", "completion", "rouge:L"],
    train={"epochs": 4},
    needs=["labels"],
)
def test_a_mixture_teaches_every_task_in_it(case, run):
    model = run(case)
    if case.method == "base":
        return
    base = run(case.with_method("base"))
    assert model["instruction_following"] > base["instruction_following"]
    assert model["stop_rate"] > base["stop_rate"]
    assert model["f1_weighted"] > base["f1_weighted"]
    assert model["f1_weighted"] > model.scores["f1_weighted"].floor, "no better than always the majority class"
