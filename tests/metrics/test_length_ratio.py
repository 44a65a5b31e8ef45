import pytest

from bench.metrics import length_ratio


def test_ratio_of_characters_is_averaged(output):
    outputs = [output(" abcd ", references=("ab",)), output("a", references=("abcd",))]
    assert length_ratio.score(outputs).value == (2 + 0.25) / 2


@pytest.mark.parametrize("blank", ["", "  \n"])
def test_blank_expected_is_zero_as_in_the_lectures(output, blank):
    score = length_ratio.score([output("abc", references=(blank,))])
    assert (score.value, score.parts["words"]) == (0, 0)


def test_words_are_a_part_of_their_own(output):
    score = length_ratio.score([output("six very short words in here", references=("extraordinarily longwinded",))])
    assert (score.value, score.parts["words"]) == (28 / 26, 3)


def test_tokens_generated_are_averaged_where_they_were_counted(output):
    outputs = [output("a", references=("a",), new_tokens=3), output("b", references=("b",), new_tokens=4)]
    assert length_ratio.score(outputs).parts["new_tokens"] == 3.5
    assert length_ratio.score([output("a", references=("a",))]).parts["new_tokens"] is None


def test_no_reference_is_unscored(output):
    assert length_ratio.score([output("abc")]).unscored == 1
