from dataclasses import replace

import pytest

from bench.case import Case
from bench.config import GenerateConfig, TrainConfig
from bench.measure.estimate import estimate
from bench.measure.memory import Batch
from bench.run.predicting import heaviest, predicted, questions, shape
from bench.run.store import Store
from bench.run.workbench import Job, Workbench
from bench.training.batches import IGNORED, Encoded


def example(length, labelled, joined=True):
    return Encoded([1] * length, [IGNORED] * (length - labelled) + [1] * labelled, joined)


def test_a_batch_is_as_long_as_its_longest_example():
    assert shape([example(8, 2), example(5, 4)]) == Batch(examples=2, length=8, labelled=6)


def test_an_encoder_decoder_reads_its_answers_apart():
    found = shape([Encoded([1] * 9, [1] * 3, joined=False), Encoded([1] * 4, [1] * 5, joined=False)])
    assert found == Batch(examples=2, length=9, labelled=8, answer=5)


def test_the_longest_batch_gets_as_many_labels_as_any():
    examples = [example(40, 1), example(10, 9), example(10, 2), example(10, 3)]
    assert heaviest(examples, TrainConfig(batch_size=1), seed=0, steps=4) == Batch(1, 40, 9)


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_only_what_is_drawn_counts(steps):
    examples = [example(length, 1) for length in range(1, 9)]
    longest = heaviest(examples, TrainConfig(batch_size=2), seed=0, steps=steps).length
    assert (longest == 8) == (steps == 5) or longest <= 8


@pytest.fixture
def trained(tmp_path):
    """A case whose stored training says that it made one step."""
    steps = {name: name * 8 for name in ("train", "generate", "score")}
    settings = {"steps": 1, "batch_size": 2, "accumulation": 1}
    Store(tmp_path).save("train", steps["train"], lambda folder: {"resolved": {"train": settings}})
    case = Case("try", "tiny-gpt2", "everyday", "full", train=TrainConfig(max_examples=8, max_steps=1))
    work = Workbench(Job(case.as_dict(), "cpu", str(tmp_path), steps), lambda _: None)
    work.model = work.source.load(dtype="float32", device="cpu")
    work.tokenizer, work.load = work.source.tokenizer(), {"total_params": 2_000_000}
    return work


def test_what_is_predicted_in_two_halves_is_the_whole_and_the_second_is_shared(trained, tmp_path):
    generate = GenerateConfig(max_new_tokens=8, max_examples=4)
    found = predicted(trained, generate)
    batch, asked = Batch(**found["batch"]), questions(trained, generate)
    whole = estimate(trained.source, trained.method, trained.config, TrainConfig(), [batch], asked, steps=1)
    assert found == whole.as_dict()
    made = len(list((tmp_path / "remembered").iterdir()))
    trained.case = replace(trained.case, train=replace(trained.case.train, max_examples=3))
    assert predicted(trained, generate)["generate"] == found["generate"]
    assert len(list((tmp_path / "remembered").iterdir())) == made + 1 == 3
