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
    assert (score.value, score.n, score.unscored, score.why) == (1, 1, 1, "1 without a reference")


@pytest.mark.parametrize(("answer", "value"), [("", 1), (" the ", 1), ("Paris", 0)])
def test_blank_references_mean_that_there_is_no_answer(output, answer, value):
    assert exact_match.score([output(answer, references=("", " "))]).value == value


def test_a_null_response_is_wrong_and_counted_even_where_silence_is_right(output):
    score = exact_match.score([output(None, references=("",)), output("", references=("",))])
    assert (score.value, score.parts["missing"]) == (0.5, 1)
    assert score.why == "1 of 2 without a response, counted as 0"
