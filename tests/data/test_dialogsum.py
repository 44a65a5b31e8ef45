import json

import pytest

from bench.data.reading import read_file
from bench.errors import UserError

TALK = "#Person1#: Is it raining?\n#Person2#: It is. "
ROW = {"fname": "dev_0", "dialogue": TALK, "summary": "It rains.", "topic": "weather"}


def load(tmp_path, rows):
    (tmp_path / "d.json").write_text(json.dumps(rows))
    return read_file(tmp_path / "d.json")


def load_csv(tmp_path, *rows, header="id,dialogue,summary,topic"):
    (tmp_path / "d.csv").write_bytes("".join(f"{row}\r\n" for row in (header, *rows)).encode())
    return read_file(tmp_path / "d.csv")


def test_a_dialogue_is_the_input_and_its_summary_the_response(tmp_path):
    loaded = load(tmp_path, [ROW])
    (found,) = loaded.examples
    assert (loaded.format, found.id, found.category) == ("dialogsum", "dev_0", "weather")
    assert found.question == "Summarize the following dialogue:\n" + TALK
    assert found.responses == ("It rains.",)


def test_three_summaries_in_one_record_are_three_references(tmp_path):
    summaries = {f"summary{n}": text for n, text in ((1, "Rain."), (2, "It rains."), (3, "Rain."))}
    topics = {f"topic{n}": f"topic {n}" for n in (1, 2, 3)}
    (found,) = load(tmp_path, [{"fname": "test_0", "dialogue": TALK, **summaries, **topics}]).examples
    assert found.responses == ("Rain.", "It rains.", "Rain.")
    assert found.category == "topic 1"


def test_three_rows_of_one_dialogue_are_one_example_even_when_rows_are_shuffled(tmp_path):
    rows = ["test_0_1,A: hi,One,t", "test_1_1,B: no,Two,u", "test_0_3,A: hi,One,v", "test_0_2,A: hi,Three,w"]
    first, second = load_csv(tmp_path, *rows).examples
    assert (first.id, first.responses, first.category) == ("test_0", ("One", "One", "Three"), "t")
    assert second.responses == ("Two",)


def test_windows_line_ends_inside_a_cell_become_one_character_and_nothing_is_stripped(tmp_path):
    (found,) = load_csv(tmp_path, 'dev_0,"A: hi\r\nB: ho ","Two\r\nlines",t').examples
    assert (found.input, found.response) == ("A: hi\nB: ho ", "Two\nlines")


def test_one_dialogue_under_two_ids_is_one_source_and_two_examples(tmp_path):
    first, second = load(tmp_path, [ROW, {**ROW, "fname": "dev_7"}]).examples
    assert first.id != second.id
    assert first.source == second.source


def test_the_source_is_the_same_in_both_containers(tmp_path):
    native = load(tmp_path, [{**ROW, "dialogue": "A: hi\nB: ho"}])
    hub = load_csv(tmp_path, 'dev_0,"A: hi\r\nB: ho",It rains.,t')
    assert native.examples[0].source == hub.examples[0].source


def test_ids_stay_whole_when_their_dialogues_differ(tmp_path):
    loaded = load_csv(tmp_path, "test_0_1,A: hi,One,t", "test_0_2,B: ho,Two,t")
    assert [e.id for e in loaded.examples] == ["test_0_1", "test_0_2"]


def test_the_same_record_twice_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"d.csv:3: id 'test_0_1' stands at 2 already"):
        load_csv(tmp_path, "test_0_1,A: hi,One,t", "test_0_1,A: hi,One,t")


@pytest.mark.parametrize("row", [{"fname": "h_0", "dialogue": TALK}, {"id": "h_0", "dialogue": TALK, "topic": "t"}])
def test_the_hidden_test_set_is_refused_with_the_reason(tmp_path, row):
    with pytest.raises(UserError, match="1: no summary: the hidden test set has dialogues only"):
        load(tmp_path, [row])


def test_the_holdout_table_is_refused_with_the_reason(tmp_path):
    with pytest.raises(UserError, match="2: no summary: the hidden test set has dialogues only"):
        load_csv(tmp_path, "holdout_0,A: hi,t", header="id,dialogue,topic")


def test_a_record_without_a_summary_among_others_is_dropped(tmp_path):
    loaded = load(tmp_path, [ROW, {"fname": "dev_1", "dialogue": TALK}])
    assert (len(loaded.examples), len(loaded.dropped)) == (1, 1)


def test_an_empty_reference_is_dropped_and_the_others_stay(tmp_path):
    loaded = load_csv(tmp_path, "test_0_1,A: hi,,t", "test_0_2,A: hi,Two,t", "test_0_3,A: hi,Three,t")
    assert [(e.id, e.responses) for e in loaded.examples] == [("test_0", ("Two", "Three"))]
    assert loaded.dropped == ((f"{tmp_path / 'd.csv'}:2", "1 of 1 summaries empty"),)


@pytest.mark.parametrize("wrong", [{"dialogue": None}, {"summary": 5}, {"topic": []}, {"fname": 1}])
def test_a_value_of_a_wrong_type_is_refused(tmp_path, wrong):
    with pytest.raises(UserError, match=f"{next(iter(wrong))!r} is .*; expected a text"):
        load(tmp_path, [ROW, {**ROW, "fname": "dev_1", **wrong}])


@pytest.mark.parametrize(
    ("file", "examples", "references"),
    [
        ("dialogsum.dev.jsonl", 500, 500),
        ("dialogsum.sample.jsonl", 100, 100),
        ("dialogsum.test.first100.jsonl", 100, 300),
        ("hub_csv/validation.csv", 500, 500),
        ("hub_csv/test.first300.csv", 100, 300),
    ],
)
def test_real_files_load_whole(shared, file, examples, references):
    loaded = read_file(shared(f"data/dialogsum/{file}"))
    assert (loaded.format, loaded.dropped) == ("dialogsum", ())
    assert (len(loaded.examples), loaded.references) == (examples, references)


@pytest.mark.parametrize(
    ("native", "hub"),
    [
        ("dialogsum.dev.jsonl", "hub_csv/validation.csv"),
        ("dialogsum.test.first100.jsonl", "hub_csv/test.first300.csv"),
    ],
)
def test_both_forms_of_a_real_split_are_the_same_dialogues(shared, native, hub):
    one = read_file(shared(f"data/dialogsum/{native}")).examples
    other = read_file(shared(f"data/dialogsum/{hub}")).examples
    assert [(e.id, e.input, e.source) for e in one] == [(e.id, e.input, e.source) for e in other]
    assert sum(a.responses != b.responses for a, b in zip(one, other, strict=True)) <= 1  # a line break in dev
