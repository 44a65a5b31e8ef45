import pytest

from bench.behaviour import Inventory, attempts, behaviour, echo, loops, read, repetition, self_prompts
from bench.data.dataset import load_dataset
from bench.instructions import is_instruction

NONE = Inventory()
PARIS = ({"kind": "contains", "all": ["Paris"]},)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The capital of France is Paris.", "answer"),
        ("def reverse_string(s):\n    return s[::-1]", "answer"),
        ("paris", "answer"),
        ("positive", "answer"),
        ("12", "answer"),
        ("The sun is low,\nthe day will go.", "answer"),
        ("List: a, b", "answer"),
        ("Name is Anna.", "answer"),
        ("1. Write down your goals for the week.", "answer"),
        (" What is the capital of Germany? What is", "mimic"),
        (" What is the capital of the country wh", "mimic"),
        ("\nWrite a Python function to add", "mimic"),
        ("\n### Instruction:\nName a colour.\n\n### Response:\nRed", "mimic"),
        ("Question: who?", "mimic"),
        ("", "empty"),
        (" \n ", "empty"),
        ("no no no no no no no", "degenerate"),
        ("!!!!!!!!!!!!", "degenerate"),
        ("...", "other"),
        ("I'm sorry, but I can't help with that.", "refusal"),
        ("I'm sorry, but I can't help with that. What is the capital of Peru?", "refusal"),
    ],
)
def test_label(output, text, label):
    assert behaviour(output(text), NONE) == label


def test_loop_of_questions_is_mimicry_before_repetition(output):
    assert behaviour(output("What is the capital of Germany? " * 9), NONE) == "mimic"


def test_answer_that_runs_on_is_an_answer_and_self_prompts(output):
    text = "Paris. What is the capital of Peru? Lima."
    assert behaviour(output(text, checks=PARIS), NONE) == "answer"
    assert self_prompts(text, NONE)


def test_babble_before_a_new_task_is_mimicry(output):
    assert behaviour(output("The dog ran. What is it?", checks=PARIS), NONE) == "mimic"


def test_wrong_answer_is_other_but_an_attempt(output):
    wrong = output("The capital of France is London.", checks=PARIS)
    assert behaviour(wrong, NONE) == "other"
    assert attempts(wrong, NONE)


def test_echo_of_the_prompt_is_mimicry(output):
    said = output("is the capital of France", checks=PARIS)
    assert behaviour(said, NONE) == "mimic"


def test_restated_question_with_a_wrong_answer_is_no_echo(output):
    checks = ({"kind": "number", "value": 7},)
    said = output("The sum of 3 and 4 is 8.", "What is the sum of 3 and 4?", checks=checks)
    assert behaviour(said, NONE) == "other"


@pytest.mark.parametrize(
    ("instruction", "category"),
    [
        ("Write a short poem about the sea.", ""),
        ("Go on.", "creative writing"),
        ("Ask me three questions.", ""),
    ],
)
def test_questions_are_content_where_they_are_asked_for(output, instruction, category):
    said = output("Who sings at night?\nThe sea, the sea.", instruction, category=category)
    assert behaviour(said, Inventory.of([said])) == "answer"


def test_rewritten_question_is_an_answer(output):
    said = output("Where is the station?", "Correct the spelling.", input="Where is the staton?")
    assert behaviour(said, Inventory.of([said])) == "answer"


def test_new_instruction_is_mimicry_in_creative_writing_too(output):
    said = output("Write a poem about the moon.", "Write a short poem about the sea.")
    assert behaviour(said, Inventory.of([said])) == "mimic"


def test_near_copy_of_another_prompt_is_a_new_task(output):
    outputs = [output("x", "You are given a colour and must find its opposite."), output("y")]
    text = "You are given a colour and must find its name."
    assert self_prompts(text, Inventory.of(outputs))
    assert not self_prompts(text, Inventory())


def test_answer_may_restate_its_own_prompt(output):
    said = output("The sun rises in the east.", "The sun rises in the")
    assert behaviour(said, Inventory.of([said])) == "answer"


def test_verbs_are_learned_from_instructions(output):
    inventory = Inventory.of([output("x", "Invent a new word."), output("y", "The sun is low.")])
    assert "invent" in inventory.verbs
    assert "the" not in inventory.verbs


def test_prompt_stands_for_a_missing_instruction(output):
    prompt = "### Instruction:\nInvent a new word.\n\n### Response:\n"
    inventory = Inventory.of([output("x", "", prompt=prompt)])
    assert "invent" in inventory.verbs
    assert self_prompts("Glim. Invent a new word.", inventory)


@pytest.mark.parametrize(("prompt", "runs_on"), [("What is red?\nReply:", True), ("What is red?", False)])
def test_the_call_for_an_answer_said_again_is_a_new_task(output, prompt, runs_on):
    said = output("A colour.\nReply: A hue.\nReply: A", "What is red?", prompt=prompt)
    assert read(said, NONE).runs_on == runs_on


def test_call_for_an_answer_may_open_the_answer(output):
    assert not read(output("Reply: A colour.", "What is red?", prompt="What is red?\nReply:"), NONE).runs_on


@pytest.mark.parametrize(
    "instruction", ["Write a recipe for soup.", "Make a checklist for a trip.", "Design a programming problem."]
)
def test_orders_are_content_where_orders_are_asked_for(output, instruction):
    said = output("Describe a journey.\nWrite a list.\nCompute the cost.", instruction)
    assert not read(said, Inventory.of([said])).runs_on


def test_job_duties_without_bullets_are_no_new_tasks(output):
    said = output("Duties:\nWrite unit tests.\nDescribe faults.", "Write a job description for a tester.")
    assert behaviour(said, Inventory.of([said])) == "answer"


def test_questions_are_content_in_a_chat(output):
    said = output("Fine! And how are you?", "Give a witty reply in this chat.", input="How are you?")
    assert behaviour(said, Inventory.of([said])) == "answer"


def test_input_handed_back_before_a_new_task_is_mimicry(output):
    said = output("Lisbon\n\nInput: Rome\nOutput: Rome", "Say what you like there.", input="Lisbon")
    assert behaviour(said, NONE) == "mimic"
    assert behaviour(output("Lisbon", "Correct the spelling.", input="Lisbon"), NONE) == "answer"


@pytest.mark.parametrize("text", ["hahaha" * 20, "a" * 500, "Yes! " + "ab" * 200, "好的好的好的好的好的好的好的好的"])
def test_loop_of_letters_is_degenerate(output, text):
    assert behaviour(output(text), NONE) == "degenerate"


@pytest.mark.parametrize("text", ["1" + "0" * 29, "-" * 80 + "\nA table.\n" + "-" * 80])
def test_rule_or_long_number_is_no_loop(text):
    assert not loops(text)


def test_gibberish_is_no_answer_unless_it_passes_its_check(output):
    noise = "xqj vkz wpf gtn qzr bxm hjk dwq"
    assert behaviour(output(noise), NONE) == "degenerate"
    assert behaviour(output(noise, checks=({"kind": "contains", "all": ["vkz"]},)), NONE) == "answer"
    assert behaviour(output(noise + ". What is the capital of Peru?"), NONE) == "mimic"


def test_no_words_pass_no_check_at_all(output):
    assert behaviour(output("...", checks=({"kind": "excludes", "any": ["Rome"]},)), NONE) == "other"


def test_offer_of_help_is_no_new_task():
    assert not self_prompts("Paris. Is there anything else I can help with?", NONE)


def test_quoted_question_is_no_new_task():
    assert not self_prompts('He called: "Who is there?"', NONE)


def test_code_is_no_instruction():
    assert not is_instruction("list = [1, 2, 3]")
    assert not self_prompts("```python\nprint('what?')\n# Is this right?\n```", NONE)


def test_echo_and_repetition_by_hand():
    assert echo("a b c d e", "a b c d x") == 0.5
    assert echo("a b", "a b") == 0
    assert repetition("a b c d a b c d") == pytest.approx(1 - 4 / 5)
    assert repetition("a b c") == 0


@pytest.mark.parametrize("text", ["\0", "\ud800 x", "a" * 1_000_000, "word " * 200_000, "? " * 500_000, None])
def test_odd_text_gets_a_label(output, text):
    assert behaviour(output(text), Inventory.of([output("x")])) in {
        "answer",
        "other",
        "degenerate",
        "empty",
        "mimic",
    }


def said_to(output, example, text):
    """What a model would leave behind that says this to the example."""
    known = {name: getattr(example, name) for name in ("input", "category", "expect", "checks")}
    return output(text, example.instruction, **known)


@pytest.mark.parametrize("name", ["everyday", "headlines"])
def test_our_own_references_are_answers(output, name):
    said = [said_to(output, example, example.response) for example in load_dataset(name).test]
    inventory = Inventory.of(said)
    right = {"answer": "answer", "refuse": "refusal"}
    assert [o.text for o in said if behaviour(o, inventory) != right[o.expect]] == []
    assert [o.text for o in said if self_prompts(o.text, inventory.facing(o))] == []


@pytest.mark.parametrize("name", ["everyday", "headlines"])
def test_another_prompt_in_place_of_an_answer_is_mimicry(output, name):
    dataset = load_dataset(name)
    pairs = zip(dataset.test, dataset.train, strict=False)
    said = [said_to(output, example, f" {other.question}") for example, other in pairs]
    inventory = Inventory.of(said)
    assert sum(behaviour(o, inventory) == "mimic" for o in said) / len(said) >= 0.85


def test_a_question_denied_in_its_own_words_is_no_copy_of_a_like_one(output):
    sold = "to sell the old mill by the river to the neighbours"
    said = [output(f"Bram Verhoeven was not right {sold}.", f"Why was Bram Verhoeven {how} {sold}?")
            for how in ("right", "wrong")]  # fmt: skip
    assert behaviour(said[0], Inventory.of(said)) != "mimic"


def test_a_like_order_is_a_copy_however_near_it_is_to_its_own(output):
    asked = [f"Write one sentence beginning with '{word}'." for word in ("Today", "Later", "Early")]
    said = [output("Write one sentence beginning with 'Lately'.", each) for each in asked]
    assert behaviour(said[0], Inventory.of(said)) == "mimic"
