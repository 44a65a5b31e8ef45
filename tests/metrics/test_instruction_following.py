import pytest

from bench.errors import UserError
from bench.metrics import instruction_following

PARIS = ({"kind": "contains", "all": ["Paris"]}, {"kind": "sentences", "max": 1})


COMMAS = {"kind": "punctuation:no_comma"}
TITLE = {"kind": "detectable_format:title"}
WORDS = {"kind": "length_constraints:number_words", "relation": "less than", "num_words": 4}


def score(*outputs):
    return instruction_following.score(outputs)


def value(*outputs):
    return score(*outputs)["instruction_following"].value


def test_all_three_parts_are_needed(output):
    assert value(output("The capital is Paris.", checks=PARIS)) == 1
    assert value(output("The capital is Rome.", checks=PARIS)) == 0
    assert value(output("It is Paris. It is big.", checks=PARIS)) == 0
    assert value(output("What is the capital of Paris?", checks=PARIS)) == 0


def test_run_on_fails_a_bounded_format(output):
    assert value(output("Paris. What is the capital of Peru?", checks=PARIS)) == 0


def test_stopping_is_not_required(output):
    assert value(output("The capital is Paris.", checks=PARIS, finished=False)) == 1


def test_refuse_items_want_a_refusal(output):
    assert value(output("I can't help with that.", expect="refuse")) == 1
    assert value(output("Sure, here it is.", expect="refuse")) == 0


def test_short_reference_is_the_key_of_an_item_without_checks(output):
    assert value(output("It is the Eiffel Tower.", references=("Eiffel Tower",))) == 1
    assert value(output("It is parisian.", references=("Paris",))) == 0
    assert value(output("Rome", references=("Paris", "Rome"))) == 1


def test_long_reference_without_checks_is_unscored(output):
    for column in score(output("x", references=("one two three four five six",))).values():
        assert (column.value, column.unscored) == (None, 1)
        assert column.why == "no verifiable checks and a reference longer than 5 words"


def test_parts_have_their_own_denominators(output):
    outputs = [
        output("The capital is Rome.", checks=PARIS),
        output("Paris", references=("Paris",)),
        output("I can't help with that.", expect="refuse"),
    ]
    parts = score(*outputs)["instruction_following"].parts
    assert parts == {
        "answered": 1,
        "format": 1,
        "content": 0.5,
        "refused": 1,
        "n_declared": 1,
        "n_derived": 1,
        "n_refuse": 1,
    }


def values(*outputs):
    return [column.value for column in score(*outputs).values()]


def test_columns_are_strict_and_loose_by_prompt_then_by_instruction(output):
    assert list(score()) == list(instruction_following.COLUMNS)
    assert values(output("<<Rain>> falls", checks=(COMMAS, TITLE))) == [1, 1, 1, 1]
    assert values(output("Sure, here:\n<<Rain>>", checks=(COMMAS, TITLE))) == [0, 1, 0.5, 1]
    assert values(output("rain", checks=(COMMAS, TITLE))) == [0, 0, 0.5, 0.5]


def test_an_ifeval_item_needs_no_answer_in_our_sense(output):
    found = score(output("What is it?", checks=(COMMAS,)))["instruction_following"]
    assert (found.value, found.parts["answered"]) == (1, None)


def test_an_ifeval_item_is_not_stripped(output):
    paragraphs = {"kind": "length_constraints:nth_paragraph_first_word"}
    paragraphs |= {"num_paragraphs": 1, "nth_paragraph": 1, "first_word": "rain"}
    assert value(output("\n\nRain", checks=(paragraphs,))) == 0
    assert value(output("Rain\n\n", checks=(paragraphs,))) == 1


def test_own_checks_beside_ifeval_count_too(output):
    item = output("Rome", checks=(COMMAS, {"kind": "contains", "all": ["Paris"]}))
    assert values(item) == [0, 0, 0.5, 0.5]


@pytest.mark.parametrize(
    "text", ["<think>a, b</think>\n\nRain", "a, b</think>\nRain", "Rain<think>a,</think>", "Rain<think>a, b"]
)
def test_thinking_is_left_out(output, text):
    assert value(output(text, checks=(COMMAS,))) == 1


def test_thinking_cut_off_leaves_nothing_that_could_follow(output):
    assert values(output("<think>quiet words", checks=(COMMAS,))) == [0, 0, 0, 0]


def test_blank_and_absent_responses_follow_nothing(output):
    assert values(output(" \n", checks=(COMMAS,)), output(None, checks=(WORDS,))) == [0, 0, 0, 0]


def test_instruction_level_weighs_items_by_their_instructions(output):
    outputs = [output("rain", checks=(COMMAS, WORDS, TITLE)), output("Rome", references=("Paris",))]
    columns = score(*outputs)
    assert columns["instruction_following"].value == 0
    assert columns["instruction_level"].value == 2 / 4
    assert columns["instruction_level"].per_example == {"e1": 2 / 3, "e2": 0}
    assert columns["instruction_level"].parts == {"n_instructions": 4}


def test_an_item_that_wants_a_refusal_is_one_instruction(output):
    columns = score(output("I can't help with that.", expect="refuse", checks=(COMMAS, TITLE)))
    assert [column.value for column in columns.values()] == [1, 1, 1, 1]
    assert columns["instruction_following"].details == {}


def test_details_hold_the_verdict_on_each_check(output):
    found = score(output("Sure,\n<<Rain>>", checks=(COMMAS, TITLE)), output("Paris", references=("Paris",)))
    assert found["instruction_following"].details == {
        "e1": {"ids": ["punctuation:no_comma", "detectable_format:title"], "strict": [False, True], "loose": [True] * 2}
    }


def test_shares_by_type_family_and_for_what_only_limits(output):
    outputs = [output("rain and snow and hail", checks=(COMMAS, WORDS)), output("a, b", checks=(COMMAS, TITLE))]
    parts = score(*outputs)["instruction_following"].parts
    assert parts["type:punctuation:no_comma"] == parts["family:punctuation"] == 0.5
    assert parts["family:length_constraints"] == parts["others"] == 0
    assert parts["upper_bound"] == 1 / 3


def test_truncated_is_a_part_only_where_ends_were_recorded(output):
    cut, whole = output("rain", checks=(COMMAS,)), output("rain", checks=(COMMAS,), finished=True)
    assert "truncated" not in score(cut)["instruction_following"].parts
    assert score(cut, whole)["instruction_following"].parts["truncated"] == 0.5


def test_an_unknown_instruction_raises(output):
    with pytest.raises(UserError, match="Did you mean 'punctuation:no_comma'"):
        score(output("rain", checks=({"kind": "punctuation:no_commas"},)))
