import json

import pytest

from bench.data.reading import read_file
from bench.errors import UserError

PASSAGE = "The mill was built in 1795 by Ann Reed."


def question(number=1, **given):
    answers = [{"text": "1795", "answer_start": 22}]
    return {"id": f"q{number}", "question": "When was it built?", "answers": answers, **given}


def flat(number=1, **given):
    answers = {"text": ["1795"], "answer_start": [22]}
    return {**question(number), "title": "Mill", "context": PASSAGE, "answers": answers, **given}


def nested(*questions, **header):
    return {**header, "data": [{"title": "Mill", "paragraphs": [{"context": PASSAGE, "qas": list(questions)}]}]}


def loaded(tmp_path, content, name="d.json"):
    (tmp_path / name).write_text(json.dumps(content, indent=1))
    return read_file(tmp_path / name)


def refused(tmp_path, content):
    with pytest.raises(UserError) as error:
        loaded(tmp_path, content)
    return str(error.value).removeprefix(str(tmp_path / "d.json"))


@pytest.mark.parametrize(
    ("name", "examples", "references", "unanswerable"),
    [
        ("xquad.en.json", 1190, 1190, 0),
        ("fixture_squad.json", 5, 7, 0),
        ("fixture_squad2.json", 6, 8, 1),
        ("hub_flat_sample.json", 14, 33, 6),
    ],
)
def test_real_files_have_every_question_and_every_answer(shared, name, examples, references, unanswerable):
    found = read_file(shared(f"data/squad/{name}"))
    assert (found.format, len(found.examples), found.references) == ("squad", examples, references)
    assert sum(e.responses == ("unanswerable",) for e in found.examples) == unanswerable
    assert not found.dropped


def test_a_passage_is_the_source_of_all_its_questions(shared):
    found = read_file(shared("data/squad/xquad.en.json")).examples
    assert len({e.source for e in found}) == len({e.input for e in found}) == 240


@pytest.mark.parametrize("content", [nested(question()), [flat()], {"data": [flat()]}, flat()])
def test_nested_and_flat_rows_become_the_same_example(tmp_path, content):
    (example,) = loaded(tmp_path, content).examples
    assert (example.id, example.input, example.responses, example.category) == ("q1", PASSAGE, ("1795",), "Mill")
    assert example.instruction == "Answer the question from the passage.\nWhen was it built?"
    assert example.source.startswith("passage:")


def test_rows_may_lie_in_parquet(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = [flat(1), flat(2, answers={"text": [], "answer_start": []})]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "d.parquet")
    assert [e.response for e in read_file(tmp_path / "d.parquet").examples] == ["1795", "unanswerable"]


UNANSWERED = {
    "marked": {"answers": [], "is_impossible": True},
    "beside plausible answers": {"answers": [], "is_impossible": True, "plausible_answers": [{"text": "1795"}]},
    "not marked": {"answers": []},
    "two empty lists": {"answers": {"text": [], "answer_start": []}},
    "null": {"answers": None},
    "marked, blank answer": {"answers": [{"text": "", "answer_start": -1}], "is_impossible": True},
}


@pytest.mark.parametrize("given", UNANSWERED.values(), ids=UNANSWERED)
def test_unanswerable_in_all_its_spellings(tmp_path, given):
    for content in (nested(question(1), question(2, **given)), [flat(1), flat(2, **given)]):
        found = loaded(tmp_path, content)
        assert [e.responses for e in found.examples] == [("1795",), ("unanswerable",)]
        assert all('Reply "unanswerable" if' in e.instruction for e in found.examples)


def test_answers_may_be_absent_where_the_question_is_marked(tmp_path):
    marked = question(2, is_impossible=True)
    del marked["answers"]
    assert loaded(tmp_path, nested(question(1), marked)).examples[1].responses == ("unanswerable",)


@pytest.mark.parametrize("version", ["v2.0", "2", 2.0, 2], ids=repr)
def test_a_file_of_version_2_says_what_to_reply_in_every_instruction(tmp_path, version):
    assert "unanswerable" in loaded(tmp_path, nested(question(), version=version)).examples[0].instruction


def test_all_answers_stay_in_their_order_repeated_ones_too(tmp_path):
    answers = {"text": ["1795", "in 1795", "1795"], "answer_start": [22, 19, 22]}
    assert loaded(tmp_path, [flat(answers=answers)]).examples[0].responses == ("1795", "in 1795", "1795")


def test_padding_around_a_question_stays(tmp_path):
    assert loaded(tmp_path, [flat(question="  Who? ")]).examples[0].instruction.endswith("\n  Who? ")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"is_impossible": True}, "marked is_impossible, but its answer is '1795'"),
        ({"is_impossible": False, "answers": []}, "marked as answerable (is_impossible false), but without an answer"),
        ({"question": " "}, "the question is empty"),
        ({"context": ""}, "the passage is empty"),
    ],
)
def test_what_contradicts_itself_is_dropped_with_its_line(tmp_path, given, reason):
    found = loaded(tmp_path, [flat(1), flat(2, **given)])
    assert len(found.examples) == 1
    assert (found.dropped[-1].where.rpartition(":")[2], found.dropped[-1].reason) == ("16", reason)


def test_an_answer_that_is_not_in_its_passage_is_dropped(tmp_path):
    found = loaded(tmp_path, nested(question(answers=[{"text": "1795"}, {"text": "1801"}, {"text": " "}])))
    assert found.examples[0].responses == ("1795",)
    assert [drop.where.partition("question ")[2] for drop in found.dropped] == ["1 answer 2", "1 answer 3"]
    assert found.dropped[0].reason == "the answer '1801' does not stand in the passage"


def test_a_question_without_a_usable_answer_is_not_unanswerable(tmp_path):
    found = loaded(tmp_path, [flat(1), flat(2, answers={"text": ["1801"], "answer_start": [0]})])
    assert [e.id for e in found.examples] == ["q1"]
    assert found.dropped[-1].reason == "none of its answers can be used"


def test_wrong_places_of_answers_are_told_once_and_the_answers_kept(tmp_path):
    rows = [flat(n, answers={"text": ["1795"], "answer_start": [start]}) for n, start in ((1, 22), (2, 21), (3, 0))]
    found = loaded(tmp_path, rows)
    assert len(found.examples) == 3
    assert [drop.reason.partition(";")[0] for drop in found.dropped] == [
        "'1795' stands in the passage, but not at answer_start 21 (2 such answers in this file, this is the first)"
    ]


def test_an_id_that_stands_twice_gets_a_number(tmp_path):
    assert [e.id for e in loaded(tmp_path, [flat(1), flat(1), flat(2)]).examples] == ["q1", "q1#2", "q2"]


def test_a_test_set_without_answers_is_no_set_of_unanswerable_questions(tmp_path):
    row = question()
    del row["answers"]
    assert "no question in this file has 'answers'" in refused(tmp_path, nested(row))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"data": [{"title": "a", "paragraphs": {}}]}, ":3: 'paragraphs' is an object; expected a list"),
        (nested("q"), ":3 paragraph 1 question 1: found a text; expected an object"),
        ([flat(context=7)], ":2: 'context' is a number; expected a text"),
        ([flat(answers="1795")], ":2: 'answers' is a text; expected a list of answers"),
        ([flat(answers=["1795"])], ":2: an answer is a text; expected an object with its 'text'"),
        ([flat(answers={"text": "1795"})], ":2: 'text' of 'answers' is a text; expected a list of texts"),
        ([flat(answers={"text": ["1795"], "answer_start": []})], ":2: 'answers' has 1 texts, but 'answer_start' is"),
        (
            [flat(answers=[{"text": "1795", "answer_start": "22"}])],
            ":2: 'answer_start' is '22'; expected a whole number",
        ),
        ([flat(is_impossible="no")], ":2: 'is_impossible' is 'no'; expected true or false"),
        ([flat(id=[1])], ":2: 'id' is [1]; expected a text or a number"),
    ],
)
def test_values_of_another_type_refuse_the_file(tmp_path, content, problem):
    assert refused(tmp_path, content).startswith(problem)
