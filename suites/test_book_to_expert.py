"""A dataset made by `tunebench synthesize` from an invented novella: is the tuned expert better than its base (S3.13)?

`expert` has each question with the passage that its answer was made from; in `expert_shuffled` the training rows have
the same questions and answers, and each the passage of another row, so that nothing grounds them.

Claimed is that tuning beats the base, by a paired test over the questions. Two more were planned and are not claimed,
as the validation split did not show them: that the expert beats `retrieval`, the answer of the nearest training
question, and that it beats the same model tuned on shuffled passages. The test split shows neither (docs/log.md).
"""

import pytest

from bench.stats.paired import paired

GROUNDED, SHUFFLED = "expert", "expert_shuffled"


@pytest.mark.bench(
    models={"cpu": ["tiny-gpt2"], "gpu": ["tiny-gpt2", "hub:openai-community/gpt2"]},
    datasets=[GROUNDED, SHUFFLED],
    methods=["base", "full"],
    metrics=["token_f1", "grounding", "rouge:L", "length_ratio"],
    train={"epochs": 12, "batch_size": 8, "learning_rate": 1e-3},
)
def test_the_tuned_expert_is_better_than_its_base(case, run):
    model = run(case)
    if case.method == "base":
        return
    base = run(case.with_method("base"))
    better = paired([(model.scores["token_f1"].per_example, base.scores["token_f1"].per_example)])
    assert better is not None, "no question that both answered"
    assert better.change > 0, "tuning did not bring the answers nearer to the book"
    if case.is_default:
        assert better.low > 0, f"the interval of the gain holds 0: [{better.low:.3f}, {better.high:.3f}]"
