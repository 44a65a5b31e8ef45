"""A budget of memory, for real: batches are cut until they fit, and accumulated to the size that was asked for."""

import pytest

from bench.case import Case
from bench.config import GenerateConfig, TrainConfig
from bench.run.executors.inline import InlineExecutor
from bench.run.runner import Runner, Settings

ASKED = GenerateConfig(max_examples=2, max_new_tokens=2)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("budget")
    runner = Runner(Settings(folder / "out", folder / "store", device="cpu"), InlineExecutor())
    runner.plan([], "test")

    def made(gib):
        train = TrainConfig(max_steps=2, batch_size=16, max_memory_gib=gib)
        return runner.run(Case("suite", "tiny-gpt2", "everyday", "full", train=train, generate=ASKED))

    return made


def test_a_budget_cuts_batches_and_keeps_the_examples_of_a_step(run):
    cut = run(0.05)
    told = cut.resolved["train"]
    assert told["batch_size"] < 16
    assert told["batch_size"] * told["accumulation"] == 16
    assert told["steps"] == 2
    assert sum(cut.resolved["estimate"]["train"].values()) <= 0.05 * 2**30


def test_a_budget_below_one_example_is_a_row_that_says_so(run):
    record = run(0.01)
    assert record.status == "error"
    assert record.reason.startswith("train.max_memory_gib 0.01 is too little for full on tiny-gpt2")
