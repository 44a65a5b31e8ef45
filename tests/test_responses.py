import json
from collections import Counter

import pytest

from bench.errors import UserError
from bench.record import Output, write_outputs
from bench.responses import EXPECTED, NAMES, read_responses


@pytest.fixture
def read(tmp_path):
    """Reads rows through a file of JSON lines; `prompts` are the rows of a second one."""

    def run(*rows, prompts=None):
        path, other = tmp_path / "said.jsonl", tmp_path / "prompts.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        other.write_text("".join(json.dumps(row) + "\n" for row in prompts or ()), encoding="utf-8")
        return read_responses(path, other if prompts is not None else None)

    return run


def refusal(read, *rows, prompts=None):
    with pytest.raises(UserError) as raised:
        read(*rows, prompts=prompts)
    return str(raised.value)


def test_a_response_alone_is_an_output_with_defaults(read):
    (made,) = read({"response": " Blue.\n"})
    assert made == Output("1", "template", prompt="", text=" Blue.\n", references=(), instruction="")


@pytest.mark.parametrize("key", ["response", "text", "output", "prediction", "completion", "generated"])
def test_the_response_goes_by_many_names(read, key):
    assert read({key: "Blue."})[0].text == "Blue."


def test_beside_an_output_a_text_is_not_the_response(read):
    assert read({"text": "Name a colour. Blue.", "output": "Blue."})[0].text == "Blue."


def test_a_null_response_stays_null(read):
    assert read({"response": None, "prompt": "Hello?"})[0].text is None


def test_all_fields_arrive(read):
    numbers = {
        "refusal_logit": -2.5,
        "reference_logprob": -1.0,
        "distractor_logprob": -3,
        "nll": 9.5,
        "nll_before": 8.0,
    }
    own = {
        "category": "sky",
        "source": "A blue sky.",
        "group": "g",
        "form": "raw",
        "answer": "blue",
        "expect": "refuse",
    }
    counts = {"finished": True, "new_tokens": 4, "nll_tokens": 3, "label": "cool", "input": "Noon."}
    (made,) = read({"response": "x", "instruction": "Which?", **numbers, **own, **counts})
    assert {key: getattr(made, key) for key in {**numbers, **own, **counts}} == {**numbers, **own, **counts}


def test_keys_of_the_users_own_are_left_alone(read):
    assert read({"response": "x", "kwargs": {"top_p": 1}, "usage": {"tokens": 3}, "model": None})[0].text == "x"


def test_the_instruction_is_the_prompt_where_none_is_given(read):
    assert read({"response": "x", "prompt": "Name it. "})[0].instruction == "Name it. "


def test_a_prompt_is_made_of_instruction_and_input(read):
    made = read(
        {"response": "x", "question": "Sum it up.", "context": "Rain fell."}, {"response": "x", "question": "Hi?"}
    )
    assert [(output.prompt, output.input) for output in made] == [("Sum it up.\nRain fell.", "Rain fell."), ("Hi?", "")]


@pytest.mark.parametrize(
    ("given", "references"),
    [("a", ("a",)), (["a", None, ""], ("a", "")), (None, ()), ([], ())],
    ids=["text", "list", "null", "empty"],
)
def test_references_are_a_text_or_a_list(read, given, references):
    assert read({"response": "x", "target": given})[0].references == references


def test_a_null_reference_lets_the_next_name_speak(read):
    assert read({"response": "x", "reference": None, "expected": "y"})[0].references == ("y",)


def test_numbers_as_names_become_text(read):
    (made,) = read({"response": "x", "key": 1000, "label": 0})
    assert (made.example_id, made.label) == ("1000", "0")


def test_outputs_of_one_id_are_a_group_and_keep_distinct_ids(read):
    made = read(*({"response": "x", "id": name} for name in ("a", "b", "a", "a")))
    assert [(output.example_id, output.group) for output in made] == [("a", "a"), ("b", ""), ("a#2", "a"), ("a#3", "a")]


def test_a_given_group_wins(read):
    made = read({"response": "x", "id": "a", "group": 7}, {"response": "y", "id": "a"})
    assert [output.group for output in made] == ["7", "a"]


def test_made_ids_never_meet_given_ones(read):
    made = read(
        {"response": "x"}, *({"response": "x", "id": name} for name in ("1", "a", "a", "a#2")), {"response": "x"}
    )
    assert [output.example_id for output in made] == ["1#2", "1", "a", "a#3", "a#2", "6"]
    assert made[0].group == ""


def test_many_rows_of_one_id_are_read_without_searching(read):
    made = read(*[{"response": "x", "id": "a"}] * 20_000)
    assert (made[-1].example_id, len({output.example_id for output in made})) == ("a#20000", 20_000)


def test_half_a_surrogate_pair_survives(read):
    (made,) = read({"response": "\ud83d", "id": "\udc00", "references": ["\ud800"]})
    assert (made.text, made.example_id, made.references) == ("\ud83d", "\udc00", ("\ud800",))


def test_no_row_gives_no_output(tmp_path):
    path = tmp_path / "none.json"
    path.write_text("[]")
    assert read_responses(path) == ()


def test_a_row_without_a_response_is_refused_with_its_line(read, tmp_path):
    said = refusal(read, {"response": "x"}, {"reponse": "x"})
    assert said.startswith(f"{tmp_path}/said.jsonl:2: no 'response' in this row")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"response": ["a", "b"]}, "'response': expected a text or null, found a list of 2"),
        ({"prediction": 3}, "'prediction' (the response): expected a text or null, found a number (3)"),
        (
            {"response": "x", "target": ["a", 3]},
            "(the references): expected a text or a list of texts, found a number (3)",
        ),
        ({"response": "x", "finished": "yes"}, "'finished': expected true or false, found a text ('yes')"),
        ({"response": "x", "new_tokens": -1}, "'new_tokens': expected a whole number, 0 or more, found a number (-1)"),
        ({"response": "x", "nll": float("nan")}, "'nll': expected a finite number, found a number (nan)"),
        ({"response": "x", "expect": "maybe"}, "'expect': expected 'answer' or 'refuse', found a text ('maybe')"),
        ({"response": "x", "id": True}, "'id': expected a text or a number, found true or false (True)"),
        ({"response": "x", "checks": ["a"]}, "'checks': expected a list of objects, found a text ('a') in the list"),
        ({"response": "x", "prompt": [{}]}, "'prompt': expected a text, found a list of 1"),
    ],
    ids=lambda value: next(reversed(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_type_is_one_line(read, row, said):
    told = refusal(read, row)
    assert ":1: " in told
    assert said in told
    assert "\n" not in told


def test_every_expectation_is_of_a_field():
    assert EXPECTED.keys() <= NAMES.keys()


def test_names_are_read_once_each():
    assert max(Counter(name for names in NAMES.values() for name in names).values()) == 1


def test_cells_of_a_table_are_numbers_where_they_must_be_and_blank_ones_are_absent(tmp_path):
    path = tmp_path / "said.csv"
    path.write_text("id,completion,finished,new_tokens,nll,label\n7,,True,12,0.5,\n,Hi.,,,,warm\n")
    first, second = read_responses(path)
    assert (first.example_id, first.text, first.finished, first.new_tokens, first.nll) == ("7", "", True, 12, 0.5)
    assert (second.example_id, second.finished, second.label, first.label) == ("2", False, "warm", None)


def test_a_wrong_cell_is_named_with_its_line(tmp_path):
    path = tmp_path / "said.csv"
    path.write_text("response,new_tokens\nHi.,many\n")
    with pytest.raises(UserError, match=r"said.csv:2: 'new_tokens': expected a whole number"):
        read_responses(path)


def test_outputs_of_a_run_are_read_as_they_were(tmp_path, output):
    path = tmp_path / "outputs.jsonl"
    told = output("Hi.", references=("Hello.",), finished=True, new_tokens=2, nll=1.5, checks=({"kind": "uppercase"},))
    write_outputs(path, (told, output("No.", form="raw")))
    assert read_responses(path)[0] == told


def test_own_checks_are_validated_with_the_line(read):
    assert read({"response": "x", "checks": [{"kind": "uppercase"}]})[0].checks == ({"kind": "uppercase"},)
    assert ":1: unknown check 'upercase'. Did you mean 'uppercase'?" in refusal(
        read, {"response": "x", "checks": [{"kind": "upercase"}]}
    )


NO_COMMA, WORDS = "punctuation:no_comma", "length_constraints:number_words"
LIMIT = {"relation": "at least", "num_words": 300}


def ifeval(**changed):
    return {"response": "x", "instruction_id_list": [NO_COMMA, WORDS], "kwargs": [None, LIMIT]} | changed


def test_ifeval_lists_become_checks_without_nulls(read):
    (made,) = read(ifeval(kwargs=[{"num_words": None}, LIMIT | {"keywords": None}]))
    assert made.checks == ({"kind": NO_COMMA}, {"kind": WORDS, **LIMIT})


def test_the_prefix_of_m_ifeval_is_left_out(read):
    assert read(ifeval(instruction_id_list=[f"en:{NO_COMMA}"], kwargs=[{}]))[0].checks == ({"kind": NO_COMMA},)


def test_an_unknown_instruction_is_refused_with_its_line(read):
    said = refusal(read, {"response": "x"}, ifeval(instruction_id_list=["punctuation:no_coma", WORDS]))
    assert ":2: " in said
    assert "'punctuation:no_comma'" in said


def test_lists_of_different_length_are_refused(read):
    assert ":1: 2 entries in 'instruction_id_list', but 1 in 'kwargs'" in refusal(read, ifeval(kwargs=[{}]))


def test_instructions_without_arguments_name_the_option_that_adds_them(read):
    assert "--prompts" in refusal(read, ifeval(kwargs=None))


def test_a_row_takes_what_it_lacks_from_the_same_prompt(read):
    rows = {"prompt": "Name it. ", "response": "x", "category": "own"}, {"prompt": "Say it.", "response": "y"}
    told = (
        {"prompt": "Say it.", "key": 5, "label": "b"},
        {"prompt": "Name it. ", "key": 6, "label": "a", "category": "c"},
    )
    first, second = read(*rows, prompts=told)
    assert (first.example_id, first.label, first.category) == ("6", "a", "own")
    assert (second.example_id, second.label) == ("5", "b")


def test_prompts_are_compared_to_the_last_space(read):
    with pytest.warns(UserWarning, match=r"said\.jsonl:1: no row of"):
        (made,) = read({"prompt": "Name it.", "response": "x"}, prompts=[{"prompt": "Name it. ", "label": "a"}])
    assert made.label is None


def test_another_prompt_is_found_by_its_id(read):
    (made,) = read({"id": "7", "prompt": "Name it!", "response": "x"}, prompts=[{"key": 7, "prompt": "Name it."}])
    assert (made.example_id, made.prompt) == ("7", "Name it!")


def test_of_two_rows_with_one_prompt_the_id_decides(read):
    told = [{"id": name, "prompt": "Go on.", "label": name} for name in "ab"]
    assert read({"id": "b", "prompt": "Go on.", "response": "x"}, prompts=told)[0].label == "b"
    assert "prompts.jsonl:1 and :2 have this prompt" in refusal(
        read, {"prompt": "Go on.", "response": "x"}, prompts=told
    )


def test_what_a_partner_calls_response_is_not_taken_for_one(read):
    assert read({"id": 1, "response": None}, prompts=[{"id": 1, "response": ["gold"]}])[0].text is None
    assert "no 'response'" in refusal(read, {"id": 1}, prompts=[{"id": 1, "response": "gold"}])


def test_a_partner_with_other_instructions_is_refused(read):
    rows = {"prompt": "Go.", **ifeval(kwargs=None)}, {"prompt": "Go.", **ifeval(instruction_id_list=[WORDS, NO_COMMA])}
    assert "'instruction_id_list' is another one than at" in refusal(read, rows[0], prompts=[rows[1]])


def test_official_results_are_joined_to_their_arguments(shared):
    made = read_responses(shared("data/ifeval/gpt4/eval_results_strict.jsonl"), shared("data/ifeval/input_data.jsonl"))
    assert (len(made), made[0].example_id, sum(len(output.checks) for output in made)) == (540, "1000", 832)


def test_a_prompt_that_was_changed_since_is_told_and_left_without_checks(shared):
    results = shared("data/ifeval/mistralai__Mistral-7B-Instruct-v0.3/eval_results_strict.jsonl")
    with pytest.warns(UserWarning, match=r"eval_results_strict\.jsonl:\d+: no row of"):
        made = read_responses(results, shared("data/ifeval/input_data.jsonl"))
    assert (len(made), sum(not output.checks for output in made)) == (541, 1)
