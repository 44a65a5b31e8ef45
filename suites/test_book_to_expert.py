"""A dataset made by `tunebench synthesize` from an invented novella: is the tuned expert better than its base (S3.13)?

`expert` has each question with the passage that its answer was made from; two thirds ask for a name that stands there.
`expert_shuffled` is the same but for the training rows, which have each the passage of another one: nothing grounds
them. Claimed is that the expert beats its base, `retrieval`, which answers what the nearest training question was
answered, and the same model tuned on the shuffled rows. Each is a paired test, by passage, of token F1 over the
questions of held-out passages. How the design was chosen, and what it does not show: docs/log.md.
"""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bench.data.dataset import Dataset, load_dataset
from bench.stats.paired import paired

GROUNDED, SHUFFLED = "expert", "expert_shuffled"


@pytest.mark.bench(
    models={"cpu": ["tiny-gpt2"], "gpu": ["tiny-gpt2", "hub:openai-community/gpt2"]},
    datasets=[GROUNDED, SHUFFLED],
    methods=["base", "full"],
    metrics=["token_f1", "exact_match", "grounding", "rouge:L", "length_ratio"],
    train={"epochs": 8, "batch_size": 8, "learning_rate": 1e-3},
)
def test_the_tuned_expert_beats_its_base_retrieval_and_ungrounded_rows(case, run):
    model = run(case)
    if case.method == "base":
        return
    data = load_dataset(case.dataset)
    others = {"its base": answered(run(case.with_method("base")))}
    if case.dataset == GROUNDED:
        others["the same amount of shuffled rows"] = answered(run(replace(case, dataset=SHUFFLED)))
        others["the nearest training question's answer"] = retrieved(data)
    for name, other in others.items():
        better = paired([(answered(model), other)], {each.id: each.source for each in data.test if each.source})
        assert better is not None, f"no question that it and {name} both answered"
        assert better.change > 0, f"its answers are no nearer to the book than {name}"
        if case.is_default:
            assert better.low > 0, (
                f"the interval of its gain over {name} holds 0: [{better.low:.3f}, {better.high:.3f}]"
            )


def answered(record) -> Mapping[str, float]:
    return record.scores["token_f1"].per_example


def retrieved(data: Dataset) -> Mapping[str, float]:
    """Example id -> token F1 of what was answered to the nearest training question."""
    from bench.floors import null_outputs
    from bench.metrics import token_f1
    from bench.record import Output

    asked = [
        Output(each.id, "template", "", "", each.responses, instruction=each.instruction, input=each.input)
        for each in data.test
    ]
    return token_f1.score(null_outputs(asked, data.train)["retrieval"]).per_example
