import math

import pytest

from bench.metrics import completion


def scores(outputs):
    return {name: score.value for name, score in completion.score(outputs).items()}


def test_index_is_answers_less_mimicry(output):
    outputs = [output("Paris."), output("Rome."), output("What is the capital of Peru?"), output("")]
    assert scores(outputs)["completion"] == (2 - 1) / 4


def test_run_on_counts_as_answer_and_as_self_prompting(output):
    found = scores([output("Paris. What is the capital of Peru?")])
    assert (found["completion"], found["self_prompting"]) == (1, 1)


def test_proper_refusal_is_an_answer_only_where_it_is_due(output):
    no = "I'm sorry, but I can't help with that."
    assert scores([output(no, expect="refuse")])["completion"] == 1
    assert scores([output(no)])["completion"] == 0


def test_stop_rate_counts_end_tokens(output):
    assert scores([output("a", finished=True), output("b")])["stop_rate"] == 0.5


def test_parts_are_the_shares_of_all_labels(output):
    parts = completion.score([output("Paris."), output("")])["completion"].parts
    assert sum(parts.values()) == 1
    assert parts["empty"] == 0.5


def test_label_of_every_output_is_kept(output):
    said = [output("Paris."), output("What is the capital of Peru?"), output(None)]
    details = completion.score(said)["completion"].details
    assert [details[o.example_id]["label"] for o in said] == ["answer", "mimic", "empty"]


def test_due_refusal_is_labelled_an_answer(output):
    said = output("I'm sorry, but I can't help with that.", expect="refuse")
    assert completion.score([said])["completion"].details[said.example_id] == {"label": "answer"}


def test_stop_rate_is_unknown_for_texts_that_tell_no_end(output):
    found = completion.score([output("a"), output("b")])["stop_rate"]
    assert (found.value, found.n, found.unscored) == (None, 0, 2)
    assert found.why


def test_stop_rate_of_outputs_that_all_reached_the_limit_is_zero(output):
    assert scores([output("a", new_tokens=40), output("b", new_tokens=40)])["stop_rate"] == 0


def test_self_prompting_tells_before_an_answer_from_after_it(output):
    said = [output("Paris. What is the capital of Peru?"), output("What is the capital of Peru?"), output("Rome.")]
    found = completion.score(said)["self_prompting"]
    assert found.value == pytest.approx(2 / 3)
    assert found.parts == pytest.approx({"instead of an answer": 1 / 3, "after it": 1 / 3})


def test_echo_reads_the_whole_prompt_and_leaves_out_short_outputs(output):
    said = [output("one two three four five", prompt="### one two three four !"), output("Paris.")]
    found = completion.score(said)["echo"]
    assert (found.value, found.n, found.unscored) == (0.5, 1, 1)
    assert "fewer than four words" in found.why


def test_repetition_is_the_mean_of_rep_4(output):
    assert scores([output("a b c d a b c d"), output("a b c d")])["repetition"] == pytest.approx(1 / 10)


def test_answer_preference_counts_references_likelier_than_distractors(output):
    said = [output("x", reference_logprob=r, distractor_logprob=-2.0) for r in (-1.0, -2.0, -5.0)] + [output("y")]
    found = completion.score(said)["answer_preference"]
    assert found.value == pytest.approx(1 / 3)
    assert (found.n, found.unscored) == (3, 1)
    assert found.parts["mean delta"] == pytest.approx(-2 / 3)


@pytest.mark.parametrize("measured", [None, math.nan, -math.inf])
def test_answer_preference_is_unknown_without_finite_likelihoods(output, measured):
    found = completion.score([output("x", reference_logprob=measured, distractor_logprob=-1.0)])["answer_preference"]
    assert (found.value, found.unscored) == (None, 1)
    assert found.why
