import pytest

from bench.config import TrainConfig
from bench.measure.memory import Batch
from bench.run.predicting import heaviest, shape
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
