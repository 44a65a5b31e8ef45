import numpy as np
import pytest
from sklearn.metrics import f1_score

from bench.metrics import label_f1
from bench.metrics.label_f1 import UNPARSABLE, f1_of_codes, parse

LABELS = ["negative", "neutral", "positive"]


@pytest.mark.parametrize(
    ("answer", "label"),
    [
        ("positive", "positive"),
        ("Positive.", "positive"),
        ("The sentiment is positive.", "positive"),
        ("positive, very positive", "positive"),
        ("positive\nnegative", "positive"),
        ("positive or negative", UNPARSABLE),
        ("nonpositive", UNPARSABLE),
        ("good", UNPARSABLE),
        ("", UNPARSABLE),
    ],
)
def test_label_is_read_by_the_declared_rule(answer, label):
    assert parse(answer, LABELS) == label


def test_label_inside_a_longer_label_is_not_read_twice():
    assert parse("It is very good", ["good", "very good"]) == "very good"


def test_unparsable_is_wrong_and_counted(output):
    outputs = [output("positive", label="positive"), output("hm", label="negative")]
    scores = label_f1.score(outputs)
    assert scores["accuracy"].value == 0.5
    assert scores["f1_macro"].value == 0.5
    assert scores["accuracy"].parts["unparsable"] == 0.5


def test_floor_is_the_majority_class(output):
    outputs = [output("a", label=label) for label in ("a", "a", "a", "b")]
    floors = {name: score.floor for name, score in label_f1.score(outputs).items()}
    assert floors == pytest.approx({"accuracy": 0.75, "f1_weighted": 0.75 * 6 / 7, "f1_macro": 3 / 7})


def test_no_labels_is_none_with_the_reason(output):
    score = label_f1.score([output("positive")])["f1_weighted"]
    assert (score.value, score.unscored, score.why) == (None, 1, "the dataset has no labels")


@pytest.mark.parametrize("average", ["weighted", "macro"])
def test_fast_f1_equals_scikit_learn(average):
    rng = np.random.default_rng(0)
    for _ in range(50):
        true, said = rng.integers(0, 3, 20), rng.integers(0, 4, 20)
        expected = f1_score(true, said, labels=[0, 1, 2], average=average, zero_division=0)
        assert f1_of_codes(true, said, 3, f"f1_{average}") == pytest.approx(expected, abs=1e-12)
