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
