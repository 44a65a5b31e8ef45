import pytest

from bench.data.example import Example
from bench.floors import lift, null_outputs, with_floors
from bench.record import Output, Score
from bench.run.scoring import score_metric

TRAIN = (
    Example("1", "Name the colour of snow.", responses=("White.",), label="short"),
    Example("2", "Name the colour of coal.", responses=("Black.",), label="short"),
    Example("3", "Say something long.", responses=("White.",), label="long"),
)


def asked(instruction, reference="White.", **given):
    return Output("a", "template", f"### {instruction}", "", (reference,), instruction, **given)


def said(null, *outputs, train=TRAIN):
    return [output.text for output in null_outputs(outputs, train)[null]]


def test_echo_says_the_question_without_the_template():
    assert said("echo", asked("Name it.", input="A swan.")) == ["Name it.\nA swan."]


def test_constant_is_the_most_frequent_training_answer():
    assert said("constant", asked("x")) == ["White."]


def test_majority_is_the_most_frequent_label_and_absent_without_labels():
    assert said("majority", asked("x")) == ["short"]
    assert "majority" not in null_outputs([asked("x")], [Example("1", "a", responses=("b",))])


def test_retrieval_gives_the_answer_of_the_nearest_question():
    assert said("retrieval", asked("What is the colour of coal?")) == ["Black."]


def test_retrieval_without_training_rows_gives_the_nearest_sentence_of_the_input():
    output = asked("Where is the mill?", input="It rained. The mill is in Horn. We left.")
    assert said("retrieval", output, train=()) == ["The mill is in Horn."]


def test_lead_1_is_the_first_sentence_of_the_input():
    assert said("lead-1", asked("Sum up.", input="One came. Two left.")) == ["One came."]
    assert "lead-1" not in null_outputs([asked("x")], TRAIN)


def test_random_words_are_the_same_on_every_run():
    assert said("random words", asked("x")) == said("random words", asked("x"))


def test_null_models_keep_nothing_that_was_measured_of_the_model():
    (echoed,) = null_outputs([asked("x", reference_logprob=-1.0, answer="y")], TRAIN)["echo"]
    assert echoed.reference_logprob is None
    assert echoed.answer is None


def test_the_floor_is_the_best_null_model():
    outputs = [asked("Name the colour of coal.", "Black.")]
    score = with_floors("exact_match", score_metric("exact_match", outputs), null_outputs(outputs, TRAIN))[
        "exact_match"
    ]
    assert (score.value, score.floor, score.floors["retrieval"], score.floors["echo"]) == (0.0, 1.0, 1.0, 0.0)


def test_a_majority_that_the_metric_gives_itself_is_one_of_the_floors():
    outputs = [asked("x", label="long")]
    columns = with_floors("label_f1", score_metric("label_f1", outputs), null_outputs(outputs))
    assert columns["accuracy"].floor == 1.0
    assert columns["accuracy"].floors["majority"] == 1.0


@pytest.mark.parametrize(
    ("value", "floor", "unit", "higher", "expected"),
    [(0.6, 0.2, "rate", True, 0.5), (0.1, 0.2, "rate", False, 0.5), (0.0, -0.5, "index", True, 1 / 3)],
)
def test_lift_is_the_share_of_what_there_was_to_gain(value, floor, unit, higher, expected):
    assert lift(Score(value, 9, floor=floor), unit, higher) == pytest.approx(expected)


def test_there_is_no_lift_over_a_perfect_floor_or_without_a_direction():
    assert lift(Score(1.0, 9, floor=1.0), "rate", True) is None
    assert lift(Score(1.0, 9, floor=0.0), "ratio", None) is None


def test_no_outputs_have_no_null_models():
    assert null_outputs([], TRAIN) == {}
