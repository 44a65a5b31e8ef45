import json

import pytest

from bench.metrics import exact_match, token_f1


@pytest.mark.parametrize(
    ("answer", "reference", "expected"),
    [
        ("the quick brown fox", "quick brown fox jumps over lazy dog", 0.6),
        ("paris paris", "paris", 2 / 3),
        ("Paris", "Rome", 0),
        ("", "", 1),
        ("", "Rome", 0),
        ("the", "", 1),
    ],
)
def test_f1_by_hand(output, answer, reference, expected):
    assert token_f1.score([output(answer, references=(reference,))]).value == pytest.approx(expected)


def test_best_reference_counts(output):
    assert token_f1.score([output("Rome", references=("Paris", "Rome"))]).value == 1


def test_no_reference_is_unscored_not_zero(output):
    assert token_f1.score([output("Paris")]).value is None


def test_agrees_with_lighteval_but_for_articles(cases, output):
    for case in cases("lighteval_f1_score.json"):
        index = case["doc"]["gold_index"]
        gold = [case["doc"]["choices"][i] for i in (index if isinstance(index, list) else [index])]
        answer = case["model_response"]["text"][0]
        if answer == "A cat sleeps on the mat":
            continue  # lighteval counts the shared "the" here; SQuAD drops articles
        score = token_f1.score([output(answer, references=tuple(gold))])
        assert score.value == pytest.approx(case["expected_output"]["f1"], abs=case["tolerance"]), case["name"]


@pytest.mark.parametrize("model", ["pred_match_lstm_ensemble", "pred_logistic_regression"])
def test_agrees_with_the_official_squad_scores(shared, model):
    folder = shared("data/squad")
    expected = json.loads((folder / "EXPECTED.json").read_text())[model]
    ids = json.loads((folder / "squad_v1.1_dev_ids_in_order.json").read_text())
    lines = (folder / "squad_v1.1_dev_refs.jsonl").read_text(encoding="utf-8").splitlines()
    said = json.loads((folder / f"{model}.json").read_text(encoding="utf-8"))
    pairs = [(said.get(i), json.loads(line)["answer"]) for i, line in zip(ids, lines, strict=True)]
    # The official script gives an unanswered question 0, also where the answer would normalise to nothing.
    answered = [(text, gold) for text, gold in pairs if text is not None]
    for metric, name in ((token_f1.best, "f1"), (exact_match.matches, "exact_match")):
        total = sum(float(metric(text, gold)) for text, gold in answered)
        assert 100 * total / len(pairs) == pytest.approx(expected[name], abs=0.01)
