import gzip
import json

import pytest

from bench import catalog
from bench.data.formats import alpaca
from bench.data.reading import read_file
from bench.data.source import open_source
from bench.errors import UserError

ROW = {"instruction": "Say hi", "input": "", "output": "hi"}


def load(tmp_path, rows, name="d.json"):
    path = tmp_path / name
    path.write_text(rows if isinstance(rows, str) else json.dumps(rows), encoding="utf-8")
    return read_file(path)


def refused(tmp_path, content, name="d.jsonl"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError) as error:
        read_file(path, "alpaca")
    assert "\n" not in str(error.value)
    return str(error.value).removeprefix(str(path))


@pytest.mark.parametrize(
    "row",
    [
        {"instruction": "Say", "input": "hi", "output": "hi!"},
        {"instruction": "Say", "input": "hi", "output": "hi!", "text": "Below is an instruction. Say hi"},
        {"instruction": "Say", "input": "hi", "response": "hi!"},
        {"question": "Say", "input": "hi", "answer": "hi!"},
        {"prompt": "Say", "input": "hi", "completion": "hi!"},
        {"instruction": "Say", "context": "hi", "response": "hi!"},
        {"prompt": "Say\n\nhi", "instruction": "Say", "input": "hi", "response": "what a model said", "target": "hi!"},
    ],
    ids=" ".join,
)
def test_other_names_for_the_same_columns(tmp_path, row):
    loaded = load(tmp_path, [row])
    (found,) = loaded.examples
    assert (found.instruction, found.input, found.responses) == ("Say", "hi", ("hi!",))
    assert loaded.format == "alpaca"


def test_rows_may_name_their_columns_differently(tmp_path):
    loaded = load(tmp_path, [ROW, {"question": "a", "answer": "b"}])
    assert [e.response for e in loaded.examples] == ["hi", "b"]


def test_a_csv_table_with_line_breaks_and_empty_cells(tmp_path):
    table = 'id,instruction,input,output,expect\n7,Say hi,,"hi\nthere",\n8,Say no,,no,refuse\n'
    first, second = load(tmp_path, table, "d.csv").examples
    assert (first.id, first.input, first.response, first.expect) == ("7", "", "hi\nthere", "answer")
    assert (second.expect, second.where) == ("refuse", "4")


def test_a_parquet_table(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = [{"question": "a", "answer": ["b", "c"], "split": None}, {"question": "d", "answer": ["e"], "split": None}]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "d.parquet")
    loaded = read_file(tmp_path / "d.parquet")
    assert [e.responses for e in loaded.examples] == [("b", "c"), ("e",)]


def test_several_answers_are_all_references(tmp_path):
    loaded = load(tmp_path, [{"question": "a", "answer": ["b", "c"]}])
    assert (len(loaded.examples), loaded.references) == (1, 2)


def test_the_type_of_a_row_is_its_category(tmp_path):
    loaded = load(tmp_path, [{"instruction": "Add 1 and 2", "response": "3", "type": "math"}])
    assert loaded.examples[0].category == "math"


def test_a_category_goes_before_the_type_in_a_wrapped_dataset(tmp_path):
    row = {"question": "a", "answer": "b", "category": "plot", "difficulty": "easy", "type": "instruction_following"}
    (found,) = load(tmp_path, {"metadata": {"total_samples": 1}, "dataset": [row]}).examples
    assert (found.category, found.difficulty) == ("plot", "easy")


def test_an_input_of_null_is_none(tmp_path):
    assert load(tmp_path, [{**ROW, "input": None}]).examples[0].input == ""


def test_a_number_as_id_becomes_text(tmp_path):
    assert [e.id for e in load(tmp_path, [{**ROW, "id": 0}, ROW]).examples] == ["0", "d-00002"]


def test_a_list_of_messages_is_a_chat_and_no_instruction(tmp_path):
    chat = [{"role": "user", "content": "a"}]
    (tmp_path / "d.json").write_text(json.dumps([{"prompt": chat, "completion": chat}]))
    assert not alpaca.matches(open_source(tmp_path / "d.json"))


def test_a_bom_and_windows_line_ends_are_no_part_of_the_text(tmp_path):
    path = tmp_path / "d.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(ROW).encode() + b"\r\n")
    assert read_file(path, "alpaca").examples[0].instruction == "Say hi"


def test_unicode_line_separators_inside_a_row_do_not_split_it(tmp_path):
    path = tmp_path / "d.jsonl"
    path.write_text(json.dumps({**ROW, "output": "a\u2028b\x85c"}, ensure_ascii=False), encoding="utf-8")
    assert read_file(path, "alpaca").examples[0].response == "a\u2028b\x85c"


@pytest.mark.parametrize(
    "columns",
    [
        ["dialogue", "summary"],
        ["inputs", "targets"],
        ["sentence", "label"],
        ["instances"],
    ],
    ids=" ".join,
)
def test_an_instruction_row_stays_one_beside_the_columns_of_another_format(tmp_path, columns):
    (tmp_path / "d.json").write_text(json.dumps([{**ROW, **dict.fromkeys(columns, "neutral")}]))
    source = open_source(tmp_path / "d.json")
    assert [n for n in catalog.names("format") if catalog.load("format", n)[0].matches(source)] == ["alpaca"]


@pytest.mark.parametrize("column", ["answers", "is_impossible"])
def test_a_question_about_a_context_with_squads_columns_is_squads(tmp_path, column):
    (tmp_path / "d.json").write_text(json.dumps([{"question": "a", "context": "b", "answer": "c", column: []}]))
    assert not alpaca.matches(open_source(tmp_path / "d.json"))


@pytest.mark.parametrize("column", ["topic", "text", "idx", "question_id", "output_length"])
def test_columns_of_the_users_own_are_left_alone(tmp_path, column):
    assert load(tmp_path, [{"question": "a", "output": "b", column: 5}]).examples[0].instruction == "a"


def test_an_empty_file(tmp_path):
    assert refused(tmp_path, " \n") == ": the file is empty"


def test_an_empty_list(tmp_path):
    assert "holds no rows" in refused(tmp_path, "[]", "d.json")


def test_a_row_without_a_response_is_named_by_line(tmp_path):
    text = json.dumps(ROW) + '\n{"instruction": "x"}\n'
    assert refused(tmp_path, text).startswith(":2: no 'response' (or 'output') in this row")


@pytest.mark.parametrize("blank", [" ", "", None, []])
def test_a_row_with_a_blank_response_is_dropped_with_its_line_also_in_a_list(tmp_path, blank):
    loaded = load(tmp_path, json.dumps([ROW, {**ROW, "output": blank}], indent=1))
    assert [e.response for e in loaded.examples] == ["hi"]
    assert loaded.dropped == ((f"{tmp_path / 'd.json'}:7", "the answer is empty"),)


def test_a_row_that_asks_nothing_is_dropped(tmp_path):
    loaded = load(tmp_path, [ROW, {**ROW, "instruction": None}])
    assert [drop.reason for drop in loaded.dropped] == ["the instruction is empty"]


def test_a_git_lfs_pointer_says_how_to_get_the_data(tmp_path):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    assert "git lfs pull" in refused(tmp_path, pointer)


def test_a_wrong_encoding_names_the_line_and_shows_the_row(tmp_path):
    row = '{"instruction": "caf\xe9", "output": "x"}'.encode("latin-1")
    message = refused(tmp_path, json.dumps(ROW).encode() + b"\n" + row)
    assert message.startswith(":2: not UTF-8")
    assert "caf\\\\xe9" in message


def test_a_gzip_file_by_another_name_says_how_to_unpack_it(tmp_path):
    assert "gunzip" in refused(tmp_path, gzip.compress(b"[]"), "d.json")


def test_a_cut_off_list_says_so(tmp_path):
    assert "cut off" in refused(tmp_path, json.dumps([ROW, ROW])[:-5], "d.json")


def test_text_that_is_not_json_is_named_by_line(tmp_path):
    assert refused(tmp_path, json.dumps(ROW) + "\nhello").startswith(":2: not JSON")


@pytest.mark.parametrize("row", ["1", "[]", "null", '"x"'])
def test_a_row_that_is_no_object(tmp_path, row):
    assert "expected an object" in refused(tmp_path, json.dumps(ROW) + "\n" + row)


@pytest.mark.parametrize(
    "wrong", [{"output": 5}, {"output": ["a", 5]}, {"split": "dev"}, {"history": [["only one side"]]}, {"id": 1.5}]
)
def test_a_value_of_a_wrong_type_names_the_users_own_column(tmp_path, wrong):
    assert refused(tmp_path, json.dumps({**ROW, **wrong})).startswith(f":1: {next(iter(wrong))!r}: ")


@pytest.mark.parametrize(("typo", "meant"), [("check", "checks"), ("catgory", "category"), ("ouput", "output")])
def test_a_misspelt_column_offers_the_nearest(tmp_path, typo, meant):
    row = {key: value for key, value in ROW.items() if key != meant}
    assert f"Did you mean {meant!r}" in refused(tmp_path, json.dumps({**row, typo: []}))


def test_a_column_named_in_a_recipe_is_no_typo(tmp_path):
    (tmp_path / "d.json").write_text(json.dumps([{"instructions": "a", "answers": "b"}]))
    loaded = read_file(tmp_path / "d.json", "", {"instruction": "instructions", "response": "answers"})
    assert loaded.examples[0].question == "a"


def test_an_unknown_check_is_refused_when_loading(tmp_path):
    message = refused(tmp_path, json.dumps({**ROW, "checks": [{"kind": "contain", "all": ["x"]}]}))
    assert "Did you mean 'contains'" in message


@pytest.mark.parametrize("rows", [[{**ROW, "split": "train"}, ROW], [ROW, {**ROW, "split": "train"}]])
def test_a_split_in_some_rows_only(tmp_path, rows):
    assert refused(tmp_path, "\n".join(map(json.dumps, rows))).startswith(":2: some rows name a 'split'")


@pytest.mark.parametrize(
    ("file", "examples", "references"),
    [
        ("instruct_small/instruction-data.json", 1100, 1100),
        ("alpaca/alpaca_small.json", 2000, 2000),
        ("alpaca/alpaca_tiny_with_text.json", 100, 100),
        ("course_lecture10/pride_prejudice_ift.json", 4, 4),
        ("self_instruct_eval/davinci_predictions.jsonl", 252, 252),
        ("self_instruct_eval/text-davinci-001_predictions.jsonl", 252, 252),
        ("squad/squad_v1.1_dev_refs.jsonl", 10570, 18015),
        ("ifeval/gpt4/input_response_data_gpt4_20231107_145030.jsonl", 540, 540),
        ("xstest/xstest_v2_completions_llama2new.csv", 450, 450),
    ],
)
def test_real_files_load_whole(shared, file, examples, references):
    loaded = read_file(shared(f"data/{file}"))
    assert (loaded.format, loaded.dropped) == ("alpaca", ())
    assert (len(loaded.examples), loaded.references) == (examples, references)


def test_the_reference_of_a_prediction_file_is_its_target(shared):
    path = shared("data/self_instruct_eval/davinci_predictions.jsonl")
    row = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    assert read_file(path).examples[0].responses == (row["target"],)


def test_a_real_lfs_pointer_is_refused(shared):
    with pytest.raises(UserError, match="Git LFS pointer"):
        read_file(shared("data/lfs_pointers/Sentences_AllAgree.txt"), "alpaca")
