import json

import pytest

from bench.data.example import Turn
from bench.data.reading import read_file
from bench.errors import UserError

ASKED = {"role": "user", "content": "Hello"}
SAID = {"role": "assistant", "content": "Hi!"}
HELLO = [ASKED, SAID]
WEATHER = [{"role": "user", "content": "Rain?"}, {"role": "assistant", "content": "No."}]


def loaded(tmp_path, *conversations):
    (tmp_path / "d.jsonl").write_text("".join(json.dumps({"messages": turns}) + "\n" for turns in conversations))
    return read_file(tmp_path / "d.jsonl")


def test_a_file_for_fine_tuning(tmp_path):
    found = loaded(tmp_path, [{"role": "system", "content": "Be brief."}, *HELLO, *WEATHER], HELLO)
    assert (found.format, len(found.examples)) == ("openai_chat", 2)
    first = found.examples[0]
    assert (first.system, first.history) == ("Be brief.", (Turn("Hello", "Hi!"),))
    assert (first.instruction, first.responses) == ("Rain?", ("No.",))


def test_a_list_and_a_developer_message(tmp_path):
    content = [{"messages": [{"role": "developer", "content": "Be brief."}, *HELLO]}]
    (tmp_path / "d.json").write_text(json.dumps(content))
    assert read_file(tmp_path / "d.json").examples[0].system == "Be brief."


def test_text_parts_are_joined(tmp_path):
    parts = [{"type": "text", "text": "Hello"}, {"type": "text", "text": "you"}]
    assert loaded(tmp_path, [{**ASKED, "content": parts}, SAID]).examples[0].instruction == "Hello\nyou"


def test_an_answer_of_weight_0_is_history_only(tmp_path):
    found = loaded(tmp_path, [ASKED, {**SAID, "weight": 0}, *WEATHER])
    assert found.examples[0].history == (Turn("Hello", "Hi!"),)
    assert not found.dropped


def test_nothing_is_trained_after_the_last_answer_of_weight_1(tmp_path):
    found = loaded(tmp_path, [ASKED, {**SAID, "weight": 1}, WEATHER[0], {**WEATHER[1], "weight": 0}])
    assert [(e.instruction, e.history) for e in found.examples] == [("Hello", ())]
    assert found.dropped[0].where.endswith("d.jsonl:1 turn 4")
    assert found.dropped[0].reason == "weight 0: this answer is not trained, and no later one is"


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        (
            [ASKED, {"role": "assistant", "content": None, "tool_calls": [{}]}, SAID],
            "turn 2 calls a tool or answers a call",
        ),
        ([ASKED, {"role": "assistant", "function_call": {"name": "f"}}, SAID], "turn 2 calls a tool or answers a call"),
        ([*HELLO, {"role": "tool", "content": "7"}, SAID], "turn 3 calls a tool or answers a call"),
        (
            [{**ASKED, "content": [{"type": "image_url", "image_url": {}}]}, SAID],
            "turn 1 holds a part of type 'image_url'",
        ),
        ([{**ASKED, "role": "narrator"}, SAID], "turn 1 has the role 'narrator'; known are system, developer,"),
        (
            [ASKED, {**SAID, "content": None}],
            "no question with its answer in this conversation: turn 2: the assistant's",
        ),
        ([ASKED, {**SAID, "weight": 0}], "no question with its answer in this conversation: turn 2: weight 0"),
    ],
)
def test_a_conversation_that_cannot_be_shown_is_dropped_whole(tmp_path, turns, reason):
    found = loaded(tmp_path, HELLO, turns)
    assert len(found.examples) == 1
    assert [drop.where.rpartition(":")[2] for drop in found.dropped] == ["2"]
    assert found.dropped[0].reason.startswith(reason)


@pytest.mark.parametrize(
    ("turns", "problem"),
    [
        ("Hello", "'messages' is a text; expected a list of turns"),
        ([ASKED, "Hi!"], "turn 2 is a text; expected an object"),
        ([{"role": "user"}], "turn 1 has no 'content'; its keys are role"),
        ([{"content": "Hello"}], "turn 1 has no 'role'; its keys are content"),
        ([{**ASKED, "content": 7}], "turn 1: 'content' is a number; expected a text"),
        ([{**ASKED, "content": ["Hello"]}], "turn 1: a part of 'content' is a text without a 'type'"),
        ([{**ASKED, "content": [{"type": "text"}]}], "turn 1 has no 'text'; its keys are type"),
        ([ASKED, {**SAID, "weight": 0.5}], "turn 2: 'weight' is 0.5; expected 0 or 1"),
        ([ASKED, {**SAID, "weight": []}], "turn 2: 'weight' is []; expected 0 or 1"),
    ],
)
def test_values_of_another_type_refuse_the_file(tmp_path, turns, problem):
    with pytest.raises(UserError) as error:
        loaded(tmp_path, HELLO, turns)
    assert f"d.jsonl:2: {problem}" in str(error.value)
