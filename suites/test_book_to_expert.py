"""A dataset made by `tunebench synthesize` from an invented novella: is the tuned expert better than its base (S3.13)?

`expert` has each question with the passage that its answer was made from; in `expert_shuffled` the training rows have the
same questions and answers, and each a passage of another row, so that nothing grounds them. The test rows are the same.
"""

import pytest

GROUNDED, SHUFFLED = "expert", "expert_shuffled"


@pytest.mark.bench(
    models={"cpu": ["tiny-gpt2"], "gpu": ["tiny-gpt2", "hub:openai-community/gpt2"]},
    datasets=[GROUNDED, SHUFFLED],
    methods=["base", "full"],
    metrics=["token_f1", "grounding", "rouge:L", "completion"],
    seeds=3,
    train={"epochs": 8, "batch_size": 8},
)
def test_the_tuned_expert_is_better_than_its_base(case, run):
    run(case)
