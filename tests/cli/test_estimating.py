import json

import pytest

COUNTED = ("tiny-gpt2", "lora", "--batch-size", "2", "--length", "32")


@pytest.fixture(scope="module")
def _imported():
    """What every prediction imports, once and outside of the first test's time."""
    from bench.run.child import preload

    preload()


pytestmark = pytest.mark.usefixtures("_imported")


def test_parts_and_peaks_of_methods_side_by_side(tunebench):
    said = tunebench("estimate", "tiny-gpt2", "full", "lora:r=4", "--batch-size", "2", "--length", "32")
    assert said.code == 0
    for part in ("full", "lora:r=4", "optimizer states", "activations", "training peak", "loading peak", "fits in"):
        assert part in said.out


def test_json_alone_holds_whole_bytes(tunebench):
    told = json.loads(tunebench("estimate", *COUNTED, "--json").out)
    (method,) = told["methods"]
    assert method["train_bytes"] == sum(method["train"].values())
    assert method["batch"] == {"examples": 2, "length": 32, "labelled": 32, "answer": 0}
    assert set(told) == {"model", "libraries_bytes", "methods", "remarks"}
    assert told["libraries_bytes"] > 0


def test_qlora_is_judged_beside_lora_though_lora_was_not_asked_for(tunebench):
    told = json.loads(tunebench("estimate", "tiny-gpt2", "qlora:r=4", *COUNTED[2:], "--json").out)
    assert [each["method"] for each in told["methods"]] == ["qlora:r=4"]
    assert "QLoRA will not help here" in told["remarks"][0]


def test_a_memory_that_holds_no_batch_at_all(tunebench):
    assert "not even 1" in tunebench("estimate", *COUNTED, "--memory", "0.01").out


def test_an_untuned_model_is_only_loaded_and_asked(tunebench):
    (method,) = json.loads(tunebench("estimate", "tiny-gpt2", "base", *COUNTED[2:], "--json").out)["methods"]
    assert (method["train"], method["trainable_params"]) == (None, 0)
    assert method["generate_bytes"] > 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("tiny-gtp2", "lora"), "Did you mean 'tiny-gpt2'"),
        (("shape:gpt3", "lora"), "Did you mean 'gpt2'"),
        (("hub:openai-community/no-such-model", "lora"), "--bench-hub"),
        (("local:no/such/folder", "lora"), "no folder"),
        (("tiny-gpt2", "lorra"), "Did you mean 'lora'"),
        (("tiny-gpt2", "lora:r=0"), "lora.r is 0"),
        (("tiny-gpt2", "lora:rank=4"), "no option"),
        (("tiny-gpt2", "lora", "--dtype", "bfloat"), "Did you mean 'bfloat16'"),
        (("tiny-gpt2", "lora", "--length", "100000"), "positions of tiny-gpt2"),
        (("tiny-gpt2", "lora", "--length", "8", "--answer", "8"), "leaves no prompt"),
    ],
)
def test_a_mistake_is_one_line(tunebench, monkeypatch, arguments, said):
    monkeypatch.delenv("BENCH_HUB", raising=False)
    found = tunebench("estimate", *arguments)
    assert (found.code, found.out, found.err.count("\n")) == (2, "", 1)
    assert said in found.err
