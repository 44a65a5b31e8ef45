"""The strings of each template, written out by hand; the prompt of training is the prompt of generation."""

import json

import pytest

from bench import catalog
from bench.data.example import Example
from bench.prompts.rendering import final_answer, render

PLAIN = Example("a", "Name the bird.", responses=("A wren.",))
GIVEN = Example("b", "Name the bird.", input="Small and brown.", responses=("A wren.",))
REASONED = Example("c", "What is 2+3?", responses=("5",), rationale="1. Take 2.\n2. Add 3.")
BELOW = "Below is an instruction that describes a task"
REQUEST = "Write a response that appropriately completes the request."
TEXT_TEMPLATES = [name for name in catalog.names("template") if name != "chat"]

GOLDEN = {
    ("instruction_colon", PLAIN): "Instruction: Name the bird.\nResponse: A wren.",
    ("instruction_colon", GIVEN): "Instruction: Name the bird.\nInput: Small and brown.\nResponse: A wren.",
    ("instruction_response", PLAIN): "### Instruction:\nName the bird.\n\n### Response:\nA wren.",
    (
        "instruction_response",
        GIVEN,
    ): "### Instruction:\nName the bird.\n\nSmall and brown.\n\n### Response:\nA wren.",
    ("instruction_input_response", PLAIN): "### Instruction:\nName the bird.\n\n### Response:\nA wren.",
    (
        "instruction_input_response",
        GIVEN,
    ): "### Instruction:\nName the bird.\n\n### Input:\nSmall and brown.\n\n### Response:\nA wren.",
    ("inst", PLAIN): "[INST] Name the bird. [/INST] A wren.",
    ("inst", GIVEN): "[INST] Name the bird.\n\nSmall and brown. [/INST] A wren.",
    ("alpaca", PLAIN): f"{BELOW}. {REQUEST}\n\n### Instruction:\nName the bird.\n\n### Response:\nA wren.",
    ("alpaca", GIVEN): f"{BELOW}, paired with an input that provides further context. {REQUEST}\n\n"
    "### Instruction:\nName the bird.\n\n### Input:\nSmall and brown.\n\n### Response:\nA wren.",
    ("raw", GIVEN): "Name the bird.\nSmall and brown.A wren.",
    ("seq2seq", GIVEN): "Name the bird.\n\nSmall and brown.A wren.",
    ("chain_of_thought", REASONED): "### Instruction:\nSolve the following problem and explain your reasoning step by "
    "step.\n\n### Problem:\nWhat is 2+3?\n\n### Solution:\nLet's think step by step:\n"
    "1. Take 2.\n2. Add 3.\n\nTherefore, the answer is: 5",
}


@pytest.mark.parametrize(("template", "example"), GOLDEN, ids=lambda value: getattr(value, "id", value))
def test_a_template_writes_the_lectures_text(template, example):
    ((prompt, answer),) = render(example, template).chunks
    assert prompt + answer == GOLDEN[template, example]
    assert answer.endswith(example.response)


def test_template_e_writes_the_text_column_of_stanford_alpaca(shared):
    rows = json.loads(shared("data/alpaca/alpaca_tiny_with_text.json").read_text(encoding="utf-8"))
    for row in rows:
        rendered = render(Example("a", row["instruction"], row["input"], (row["output"],)), "alpaca")
        assert rendered.prompt + row["output"] == row["text"]


@pytest.mark.parametrize("template", TEXT_TEMPLATES)
def test_training_and_generation_ask_with_the_same_prompt(template):
    asked = Example("b", GIVEN.instruction, input=GIVEN.input)
    assert render(asked, template).prompt == render(GIVEN, template).chunks[0][0]
    assert render(asked, template).chunks[0][1] == ""


@pytest.mark.parametrize("template", TEXT_TEMPLATES)
def test_a_prompt_does_not_end_in_a_space(template):
    for example in (PLAIN, GIVEN, REASONED):
        assert not render(example, template).prompt.endswith(" ")


@pytest.mark.parametrize("template", ["instruction_colon", "inst"])
def test_the_space_before_the_answer_is_generated_and_taken_off(template):
    assert render(PLAIN, template).chunks[0][1] == " A wren."
    assert final_answer(" A wren.", template) == "A wren."
    assert final_answer("A wren.", template) == "A wren."


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1. Add.\n\nTherefore, the answer is: 5", "5"),
        ("therefore, the answer is 3.5.", "3.5"),
        ("Therefore, the answer is: 3.5", "3.5"),
        ("Therefore, the answer is: 4. No.\nTherefore, the answer is :  5 . \nIs that all? 6", "5"),
        ("THEREFORE, THE ANSWER IS: a wren...", "a wren.."),
        ("The answer is 5.", ""),
        ("Therefore, the answer isn't 5.", ""),
        ("Therefore, the answer is:\n5", ""),
        ("", ""),
    ],
)
def test_an_answer_is_parsed_after_the_last_conclusion_or_not_at_all(text, answer):
    assert final_answer(text, "chain_of_thought") == answer


def test_a_chain_of_thought_without_rationale_is_its_conclusion():
    assert render(PLAIN, "chain_of_thought").chunks[0][1] == "Therefore, the answer is: A wren."


def test_other_templates_take_the_whole_text_as_the_answer():
    assert final_answer(" Therefore, the answer is 5.", "instruction_response") == " Therefore, the answer is 5."
