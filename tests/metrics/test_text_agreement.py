"""Agreement with public results, and bad input, for the metrics that compare an answer with a reference or a label."""

import json

import pytest

from bench.metrics import bleu, exact_match, label_f1, length_ratio, rouge, token_f1
from bench.metrics._squad import score_predictions
from bench.record import Score

METRICS = [rouge, bleu, exact_match, token_f1, label_f1, length_ratio]
REFERENCE_METRICS = [rouge, bleu, exact_match, token_f1, length_ratio]

OTHER_DEFINITION = {
    "F1 Score - No Match": 'lighteval counts the shared "the"; SQuAD drops articles',
    "F1 Score Macro - Mixed Performance": 'lighteval takes the wrong answer "30" for a class of its own; ours are the '
    "gold classes alone, and an answer that names none is unparsable",
}
"""Case -> why our value is another one."""


def columns(metric, outputs):
    found = metric.score(outputs)
    return [found] if isinstance(found, Score) else list(found.values())


def pairs(case):
    """(answer, accepted references) of each document of a lighteval case."""
    docs, said = case.get("docs") or [case["doc"]], case.get("model_responses") or [case["model_response"]]
    for doc, response in zip(docs, said, strict=True):
        right = doc["gold_index"] if isinstance(doc["gold_index"], list) else [doc["gold_index"]]
        yield response["text"][0], tuple(doc["choices"][index] for index in right)


SUITES = {
    "rouge1": lambda said: rouge.score(said, "1").value,
    "rouge2": lambda said: rouge.score(said, "2").value,
    "rougeL": lambda said: rouge.score(said, "L").value,
    "rougeLsum": lambda said: rouge.score(said, "Lsum").value,
    "bleu": lambda said: 100 * bleu.score(said).value,
    "exact_match": lambda said: exact_match.score(said).value,
    "f1_score": lambda said: token_f1.score(said).value,
    "f1_score_macro": lambda said: label_f1.score(said)["f1_macro"].value,
    "f1_score_micro": lambda said: label_f1.score(said)["accuracy"].value,  # the same number where each has one label
}


def compared(case, suite, output):
    """(our value, lighteval's) of a case."""
    said = [output(answer, references=gold, label=gold[0]) for answer, gold in pairs(case)]
    expected = case["expected_output"]
    return SUITES[suite](said), next(iter(expected.values())) if isinstance(expected, dict) else expected


@pytest.mark.parametrize("suite", SUITES)
def test_agrees_with_lighteval_where_the_definition_is_the_same(cases, output, suite):
    for case in cases(f"lighteval_{suite}.json"):
        ours, theirs = compared(case, suite, output)
        agrees = ours == pytest.approx(theirs, abs=case["tolerance"])
        assert agrees != (case["name"] in OTHER_DEFINITION), (case["name"], ours, theirs)


def squad(shared, model):
    """(references by question id, predictions, official scores in percent)"""
    folder = shared("data/squad")
    expected = json.loads((folder / "EXPECTED.json").read_text())[model]
    ids = json.loads((folder / "squad_v1.1_dev_ids_in_order.json").read_text())
    lines = (folder / "squad_v1.1_dev_refs.jsonl").read_text(encoding="utf-8").splitlines()
    references = {i: json.loads(line)["answer"] for i, line in zip(ids, lines, strict=True)}
    return references, json.loads((folder / f"{model}.json").read_text(encoding="utf-8")), expected


@pytest.mark.parametrize("model", ["pred_match_lstm_ensemble", "pred_logistic_regression"])
def test_agrees_with_the_official_squad_scores(shared, model):
    references, predictions, expected = squad(shared, model)
    scores = score_predictions(predictions, references)
    assert 100 * scores["exact_match"].value == pytest.approx(expected["exact_match"], abs=0.01)
    assert 100 * scores["token_f1"].value == pytest.approx(expected["f1"], abs=0.01)
    for score in scores.values():
        assert (score.n, score.unscored) == (10570, 0)
        assert (score.parts["missing"], score.parts["alien"]) == (expected["missing_ids"], expected["extra_ids"])


def test_a_question_without_a_prediction_is_0_and_an_alien_id_is_ignored():
    score = score_predictions({"a": "Rome", "x": "Oslo"}, {"a": ["Rome"], "b": ["Paris"]})["exact_match"]
    assert (score.value, score.n, score.per_example) == (0.5, 2, {"a": 1, "b": 0})
    assert (
        score.why == "1 of 2 without a response, counted as 0; 1 prediction for an id that the references lack, ignored"
    )


@pytest.mark.parametrize(("said", "value"), [("", 1), ("Rome", 0), (None, 0)])
@pytest.mark.parametrize("references", [[], [""]])
def test_a_question_of_v2_without_an_answer_wants_an_empty_one(said, value, references):
    scores = score_predictions({"a": said}, {"a": references})
    assert [score.value for score in scores.values()] == [value, value]


def test_no_questions_at_all_are_none_with_the_reason():
    score = score_predictions({"x": "Oslo"}, {})["token_f1"]
    assert (score.value, score.n, score.parts["alien"]) == (None, 0, 1)
    assert "ignored" in score.why


@pytest.mark.parametrize("metric", METRICS)
def test_zero_outputs_are_none_with_the_reason(metric):
    for score in columns(metric, []):
        assert (score.value, score.n, score.low, score.high, score.why) == (None, 0, None, None, "no outputs")


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("text", [None, "\ud800", "x" * 1_000_000, "tea or milk " * 90_000, "tea\n" * 250_000, "\0"])
def test_bad_answers_beside_a_good_one_are_wrong_not_fatal(metric, output, text):
    outputs = [output(text, references=("tea",), label="tea"), output("tea", references=("tea",), label="tea")]
    for score in columns(metric, outputs):
        assert (score.n, score.unscored) == (2, 0)
        assert score.low <= score.value <= score.high
        json.dumps(vars(score), allow_nan=False)


@pytest.mark.parametrize("metric", REFERENCE_METRICS)
def test_null_responses_are_counted_and_said(metric, output):
    for score in columns(metric, [output(None, references=("tea",)), output("", references=("tea",))]):
        assert (score.value, score.parts["missing"]) == (0, 1)
        assert score.why == "1 of 2 without a response, counted as 0"


@pytest.mark.parametrize("metric", METRICS)
def test_an_empty_tuple_of_references_is_unscored(metric, output):
    for score in columns(metric, [output("tea")]):
        assert (score.value, score.n, score.unscored) == (None, 0, 1)
        assert score.why in ("1 without a reference", "the dataset has no labels")


@pytest.mark.parametrize("metric", [rouge, bleu])
def test_blank_references_are_unscored_by_overlap(metric, output):
    for score in columns(metric, [output("tea", references=("", " \n"))]):
        assert (score.value, score.unscored, score.why) == (None, 1, "1 without a reference")


@pytest.mark.parametrize("metric", REFERENCE_METRICS)
@pytest.mark.parametrize("reference", ["\ud800", "y" * 100_000, "tea \ud800"])
def test_odd_references_give_a_value_or_a_reason(metric, output, reference):
    for score in columns(metric, [output("tea", references=(reference,))]):
        assert score.why if score.value is None else score.low <= score.value <= score.high
