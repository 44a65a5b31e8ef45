"""An encoder-decoder summarises dialogues: base, full and LoRA, read by ROUGE against three references (S2.1, S2.5).

The tuned model beats its base and the first sentence, and stays far below `retrieval`, the summary of the nearest
training dialogue: ROUGE rewards the wording that all dialogues of a kind share (docs/log.md).
"""

import pytest


@pytest.mark.bench(
    models={"cpu": ["tiny-t5"], "gpu": ["tiny-t5", "hub:google/flan-t5-base"]},
    datasets=["dialogues"],
    methods=["base", "full", "lora"],
    templates=["seq2seq"],
    metrics=["rouge", "length_ratio", "completion", "grounding"],
)
def test_tuning_teaches_summaries(case, run):
    model = run(case)
    if case.method == "base":
        return
    base = run(case.with_method("base"))
    assert model["rougeL"] > base["rougeL"]
    assert model["rougeL"] > model.scores["rougeL"].floors["lead-1"], "no better than the dialogue's first sentence"
