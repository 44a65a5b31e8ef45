import json

import pytest

from bench.data.example import Turn
from bench.data.reading import read_file
from bench.errors import UserError

HELLO = [("human", "Hello"), ("gpt", "Hi!")]
WEATHER = [("human", "Rain?"), ("gpt", "No.")]


def chat(turns, **beside):
    return {"conversations": [{"from": who, "value": text} for who, text in turns], **beside}


def loaded(tmp_path, *rows, name="d.jsonl"):
    (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return read_file(tmp_path / name)


def parts(found):
    return [drop.where.rpartition(":")[2] for drop in found.dropped]


@pytest.mark.parametrize(
    ("name", "examples", "dropped"),
    [("dummy_conversation.json", 500, 0), ("conversation.json", 1, 0), ("conversation.missingturns.json", 1, 1)],
)
def test_real_files_have_one_example_for_each_conversation(shared, name, examples, dropped):
    found = read_file(shared(f"data/sharegpt/{name}"))
    assert (found.format, len(found.examples), len(found.dropped)) == ("sharegpt", examples, dropped)


def test_the_real_empty_turn_takes_its_question_along_and_no_more(shared):
    found = read_file(shared("data/sharegpt/conversation.missingturns.json"))
    assert parts(found) == ["1 turn 2"]
    assert found.examples[0].history[0].user == "could you give me the gist of how it could though?"
    assert len(found.examples[0].history) == 4


def test_earlier_turns_are_history_and_the_last_answer_the_response(tmp_path):
    (example,) = loaded(tmp_path, chat(HELLO + WEATHER, id="c1")).examples
    assert (example.instruction, example.responses, example.history) == ("Rain?", ("No.",), (Turn("Hello", "Hi!"),))
    assert (example.id, example.source) == ("c1", "c1")


@pytest.mark.parametrize("content", [chat(HELLO), [chat(HELLO)]])
def test_one_object_and_a_list_without_ids(tmp_path, content):
    (tmp_path / "d.json").write_text(json.dumps(content, indent=1))
    assert [example.id for example in read_file(tmp_path / "d.json").examples] == ["d-00001"]


def test_an_id_that_stands_twice_gets_a_number(tmp_path):
    found = loaded(tmp_path, chat(HELLO, id=7), chat(WEATHER, id=7))
    assert [example.id for example in found.examples] == ["7", "7#2"]


@pytest.mark.parametrize(
    "row",
    [
        chat([("system", "Be brief."), *HELLO]),
        chat(HELLO, system="Be brief."),
        {"conversations": [{"role": "system", "content": "Be brief."}, *chat(HELLO)["conversations"]]},
    ],
)
def test_a_system_message_is_a_turn_or_a_key(tmp_path, row):
    assert loaded(tmp_path, row).examples[0].system == "Be brief."


@pytest.mark.parametrize("role", ["gpt", "chatgpt", "assistant", "bing", "bard", "GPT"])
def test_models_of_any_name_answer(tmp_path, role):
    assert loaded(tmp_path, chat([("user", "Hello"), (role, "Hi!")])).examples[0].response == "Hi!"


@pytest.mark.parametrize(
    ("turns", "left_out", "reason"),
    [
        ([*HELLO, ("human", "Rain?")], "1 turn 3", "a question without an answer: the conversation ends here"),
        ([("gpt", "Hello"), *HELLO], "1 turn 1", "an answer without a question before it"),
        ([*HELLO, ("gpt", "More?")], "1 turn 3", "an answer without a question before it"),
        ([("human", "Hm"), *HELLO], "1 turn 1", "a question without an answer: the next turn is a question, too"),
        (
            [("human", "Hm"), ("gpt", " "), *HELLO],
            "1 turn 2",
            "the assistant's text is empty; this exchange is left out",
        ),
        ([("human", None), ("gpt", "Hm"), *HELLO], "1 turn 1", "the user's text is empty; this exchange is left out"),
        (
            [*HELLO, ("system", "Hm")],
            "1 turn 3",
            "a system message inside the conversation; it can only stand at the start",
        ),
    ],
)
def test_a_turn_without_its_partner_is_left_out_and_told(tmp_path, turns, left_out, reason):
    found = loaded(tmp_path, chat(turns))
    assert [(e.instruction, e.response, e.history) for e in found.examples] == [("Hello", "Hi!", ())]
    assert parts(found) == [left_out]
    assert found.dropped[0].reason == reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (chat([]), "no question with its answer in this conversation"),
        (chat([("human", "Hm")]), "no question with its answer in this conversation: turn 1: a question without"),
        (chat([*HELLO, ("function", "{}"), ("gpt", "Hm")]), "turn 3 is from 'function': no template here shows calls"),
        (chat([("narrator", "Hm"), *HELLO]), "turn 1 is from 'narrator'; known are human, user, gpt,"),
    ],
)
def test_a_conversation_that_cannot_be_shown_is_dropped_whole(tmp_path, row, reason):
    found = loaded(tmp_path, chat(HELLO), row)
    assert len(found.examples) == 1
    assert parts(found) == ["2"]
    assert found.dropped[0].reason.startswith(reason)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"conversations": "Hello"}, "'conversations' is a text; expected a list of turns"),
        ({"conversations": ["Hello"]}, "turn 1 is a text; expected an object"),
        ({"conversations": [{"from": "human"}]}, "turn 1 has no 'value'; its keys are from"),
        ({"conversations": [{}]}, "turn 1 has no 'from'; its keys are none"),
        ({"conversations": [{"from": "human", "value": 7}]}, "turn 1: 'value' is a number; expected a text"),
        ({"conversations": [{"from": None, "value": ""}]}, "turn 1: 'from' is nothing; expected a text"),
        (chat(HELLO, system=["Be brief."]), "'system' is a list of 1; expected a text"),
        (chat(HELLO, id={}), "'id' is {}; expected a text or a number"),
        (["Hello"], "found a list of 1; expected an object"),
    ],
)
def test_values_of_another_type_refuse_the_file(tmp_path, row, problem):
    with pytest.raises(UserError) as error:
        loaded(tmp_path, chat(HELLO), row)
    assert f"d.jsonl:2: {problem}" in str(error.value)
