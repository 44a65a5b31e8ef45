"""The lectures' classic mistakes, each run wrong and right with three seeds: what does it cost, in points (T3-T10)?

A cost is claimed only where its interval over the seeds excludes 0; the report shows all of them.
"""

import pytest

BY_HAND = "lora_by_hand"


@pytest.mark.bench(
    models={"cpu": ["tiny-gpt2"], "gpu": ["tiny-gpt2", "hub:openai-community/gpt2"]},
    datasets=["everyday"],
    methods=["full"],
    metrics=["instruction_following", "completion", "rouge:L"],
    seeds=3,
    variants={
        "right": {},
        "stop_masked": {"train": {"stop_token": "masked"}},
        "no_stop": {"train": {"stop_token": "absent"}},
        "prompt_trained": {"train": {"loss_on": "all"}},
        "warmup_too_long": {"train": {"warmup_steps": 100}},
        "other_template": {"generate": {"template": "inst"}},
        "two_wraps": {"generate": {"wraps": 2}},
        "by_hand": {"method": BY_HAND, "against": ""},
        "unscaled": {"method": f"{BY_HAND}:scale=none", "against": "by_hand"},
        "random_start": {"method": f"{BY_HAND}:start=random", "against": "by_hand"},
    },
    train={"max_steps": 64, "batch_size": 8},
    generate={"max_examples": 60},
)
def test_each_mistake_costs_what_the_report_says(case, run):
    run(case)
