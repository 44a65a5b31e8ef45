import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

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


@pytest.mark.parametrize("label", [None, "", "  "])
def test_no_labels_is_none_with_the_reason(output, label):
    score = label_f1.score([output("positive", label=label)])["f1_weighted"]
    assert (score.value, score.unscored, score.why) == (None, 1, "the dataset has no labels")


def test_gold_labels_that_differ_in_case_alone_are_one(output):
    scores = label_f1.score([output("positive", label="Positive"), output("Positive", label="positive")])
    assert [score.value for score in scores.values()] == [1, 1, 1]
    assert scores["accuracy"].parts["labels"] == 1


def test_nothing_parsable_is_0_with_an_interval(output):
    scores = label_f1.score([output(None, label="a"), output("hm", label="b")])
    assert [score.value for score in scores.values()] == [0, 0, 0]
    assert scores["f1_macro"].parts["unparsable"] == 1
    assert (scores["f1_macro"].low, scores["f1_macro"].high) == (0, 0)


def test_only_one_class(output):
    scores = label_f1.score([output("yes", label="yes"), output("no", label="yes")])
    assert [score.value for score in scores.values()] == pytest.approx([0.5, 2 / 3, 2 / 3])


def test_every_column_says_which_answers_were_right(output):
    scores = label_f1.score([output("yes", label="yes"), output("yes", label="no")])
    assert all(list(score.per_example.values()) == [1, 0] for score in scores.values())
    assert list(scores["accuracy"].details.values())[1] == {"label": "yes", "gold": "no"}


@pytest.mark.parametrize("seed", range(5))
def test_random_answers_equal_scikit_learn(output, seed):
    rng = np.random.default_rng(seed)
    gold, said = rng.choice(LABELS[: seed % 3 + 1], 60), rng.choice([*LABELS, "hm"], 60)
    scores = label_f1.score([output(text, label=label) for text, label in zip(said, gold, strict=True)])
    assert scores["accuracy"].value == pytest.approx(accuracy_score(gold, said), abs=1e-12)
    for average in ("weighted", "macro"):
        expected = f1_score(gold, said, labels=sorted(set(gold)), average=average, zero_division=0)
        assert scores[f"f1_{average}"].value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("average", ["weighted", "macro"])
def test_fast_f1_equals_scikit_learn(average):
    rng = np.random.default_rng(0)
    for _ in range(50):
        true, said = rng.integers(0, 3, 20), rng.integers(0, 4, 20)
        expected = f1_score(true, said, labels=[0, 1, 2], average=average, zero_division=0)
        assert f1_of_codes(true, said, 3, f"f1_{average}") == pytest.approx(expected, abs=1e-12)


def test_a_class_that_a_resample_misses_counts_0_as_in_scikit_learn():
    true, said = np.array([0, 0, 1]), np.array([0, 0, 1])
    expected = f1_score(true, said, labels=[0, 1, 2], average="macro", zero_division=0)
    assert f1_of_codes(true, said, 3, "f1_macro") == pytest.approx(expected)
