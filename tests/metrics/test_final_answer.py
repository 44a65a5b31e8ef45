"""Metrics that compare with a reference read the answer that the template parsed out; behaviour reads all the text."""

from bench.metrics import completion, exact_match, label_f1, token_f1

TEXT = "Six and four make ten.\n\nTherefore, the answer is: 10"


def test_the_parsed_answer_is_compared_and_not_the_reasoning(output):
    said = [output(TEXT, answer="10", references=("10",))]
    assert exact_match.score(said).value == token_f1.score(said).value == 1


def test_an_answer_that_could_not_be_parsed_is_wrong_and_not_guessed(output):
    said = [output("It is 10, I think.", answer="", references=("10",), label="10")]
    assert exact_match.score(said).value == 0
    assert label_f1.score(said)["accuracy"].value == 0


def test_stopping_and_asking_on_are_read_from_all_of_the_text(output):
    said = [output("What is 3+4? What is 5+6?", answer="10", references=("10",))]
    assert completion.score(said)["self_prompting"].value == 1
