import json
from collections import Counter

import pytest

from bench import golden
from bench.golden import corrected, error_of, rates, with_error
from bench.record import Score
from bench.run.scoring import remembered_error
from bench.run.store import Store

LABELS = {"answer", "partial", "refusal", "mimic", "empty", "degenerate", "other"}


def test_every_labelled_output_has_a_known_label_and_a_reason():
    rows = golden.rows()
    assert len(rows) >= 300
    assert {row["label"] for row in rows} == LABELS
    assert all(row["why"].strip() for row in rows)


def test_no_labelled_output_stands_there_twice():
    rows = golden.rows()
    assert len({row["id"] for row in rows}) == len(rows)
    assert max(Counter(json.dumps([row["instruction"], row["input"], row["response"]]) for row in rows).values()) == 1


def test_rates_by_hand():
    pairs = [(True, True), (True, False), (False, True), (False, False), (False, False)]
    assert rates(pairs) == {"precision": 0.5, "recall": 0.5, "specificity": 2 / 3, "n": 5.0, "positives": 2.0}


def test_rates_without_a_denominator_are_none():
    assert rates([(False, False)]) == {
        "precision": None,
        "recall": None,
        "specificity": 1.0,
        "n": 1.0,
        "positives": 0.0,
    }


def test_the_corrected_rate_is_rogan_and_gladens():
    assert corrected(0.3, 0.8, 0.9) == pytest.approx(0.2 / 0.7)
    assert corrected(0.05, 0.8, 0.9) == 0.0
    assert corrected(0.95, 0.8, 0.9) == 1.0


def test_a_classifier_no_better_than_chance_corrects_nothing():
    assert corrected(0.3, 0.5, 0.5) is None
    assert corrected(0.3, None, 0.9) is None


@pytest.mark.parametrize(
    ("metric", "column"), [("refusal", "refusal"), ("refusal", "over_refusal"), ("completion", "self_prompting")]
)
def test_classifiers_know_their_error(metric, column):
    error = error_of(metric, column)
    assert error["n"] == sum(map(golden.is_held_out, golden.rows()))
    assert 0.5 < error["precision"] <= 1
    assert 0.5 < error["recall"] <= 1


def test_a_column_that_nobody_labelled_stays_as_it_is():
    score = Score(0.5, 2)
    assert with_error("rouge", {"rouge1": score}) == {"rouge1": score}


def test_an_error_that_is_known_already_is_not_found_again():
    known = {"recall": 0.5, "specificity": 1.0}
    score = with_error("refusal", {"refusal": Score(0.25, 4)}, lambda name, column: known)["refusal"]
    assert (score.error, score.corrected) == (known, 0.5)


def test_an_error_is_found_once_for_all_cases(tmp_path):
    remember = Store(tmp_path).remember
    found = [remembered_error(remember, "refusal", column) for column in ("refusal", "over_refusal", "refusal")]
    assert found == [error_of("refusal", column) for column in ("refusal", "over_refusal", "refusal")]
    assert len(list((tmp_path / "remembered").iterdir())) == 2


def test_a_score_without_value_has_an_error_but_no_corrected_rate():
    score = with_error("refusal", {"refusal": Score(None, 0)})["refusal"]
    assert score.error
    assert score.corrected is None
