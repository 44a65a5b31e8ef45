from bench.metrics import instruction_following

PARIS = ({"kind": "contains", "all": ["Paris"]}, {"kind": "sentences", "max": 1})


def value(*outputs):
    return instruction_following.score(outputs).value


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
    score = instruction_following.score([output("x", references=("one two three four five six",))])
    assert (score.value, score.unscored) == (None, 1)
    assert score.why == "no verifiable checks and a reference longer than 5 words"


def test_parts_have_their_own_denominators(output):
    outputs = [
        output("The capital is Rome.", checks=PARIS),
        output("Paris", references=("Paris",)),
        output("I can't help with that.", expect="refuse"),
    ]
    parts = instruction_following.score(outputs).parts
    assert parts == {
        "answered": 1,
        "format": 1,
        "content": 0.5,
        "refused": 1,
        "n_declared": 1,
        "n_derived": 1,
        "n_refuse": 1,
    }
