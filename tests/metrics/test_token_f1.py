import pytest

from bench.metrics import token_f1


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


def test_a_null_response_is_0_and_counted_even_where_silence_is_right(output):
    score = token_f1.score([output(None, references=("",)), output("", references=("",))])
    assert (score.value, score.parts["missing"]) == (0.5, 1)
