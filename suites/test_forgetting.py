"""What tuning costs: the loss on general text, before and after. Which method forgets least is a result, not a claim.

"LoRA forgets less" (arXiv 2405.09673) does not hold for the embedded default: see docs/log.md.
"""

import pytest


@pytest.mark.bench(
    models={"cpu": ["tiny-gpt2"], "gpu": ["tiny-gpt2", "hub:openai-community/gpt2"]},
    datasets=["everyday"],
    methods=["base", "full", "lora", "qlora"],
    metrics=["perplexity", "forgetting", "token_f1"],
)
def test_tuning_costs_general_ability(case, run):
    model = run(case)
    if case.method != "base":
        base = run(case.with_method("base"))
        assert model["perplexity"] > base["perplexity"], "tuning on a narrow dataset made general text more probable"
        assert model["forgetting"] > 0
