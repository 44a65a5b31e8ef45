from bench.metrics import length_ratio


def test_ratio_of_characters_is_averaged(output):
    outputs = [output(" abcd ", references=("ab",)), output("a", references=("abcd",))]
    assert length_ratio.score(outputs).value == (2 + 0.25) / 2


def test_blank_expected_is_zero_as_in_the_lectures(output):
    assert length_ratio.score([output("abc", references=("",))]).value == 0


def test_no_reference_is_unscored(output):
    assert length_ratio.score([output("abc")]).unscored == 1
