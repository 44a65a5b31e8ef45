import pytest

from bench.metrics import exact_match


@pytest.mark.parametrize(
    ("answer", "reference"),
    [("The Paris!", "paris"), ("  A  cat", "cat"), ("", ""), ("the", ""), ("U.S.", "us")],
)
def test_normalised_texts_match(output, answer, reference):
    assert exact_match.score([output(answer, references=(reference,))]).value == 1


def test_any_reference_is_enough(output):
    assert exact_match.score([output("Rome", references=("Paris", "rome"))]).value == 1


def test_answer_inside_a_sentence_does_not_match(output):
    assert exact_match.score([output("It is Paris.", references=("Paris",))]).value == 0


def test_no_reference_is_unscored_not_zero(output):
    score = exact_match.score([output("Paris"), output("Rome", references=("Rome",))])
    assert (score.value, score.n, score.unscored, score.why) == (1, 1, 1, "no reference")


def test_agrees_with_lighteval(cases, output):
    for case in cases("lighteval_exact_match.json"):
        gold = case["doc"]["choices"][case["doc"]["gold_index"]]
        score = exact_match.score([output(case["model_response"]["text"][0], references=(gold,))])
        assert score.value == case["expected_output"]["em"], case["name"]
