import gzip
import json

import pytest

from bench.catalog import ROOT
from bench.data.formats import alpaca
from bench.errors import UserError

SHARED = ROOT.parent / "shared" / "data"
ROW = {"instruction": "Say hi", "input": "", "output": "hi"}


def refused(tmp_path, content, name="d.jsonl"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError) as error:
        alpaca.read(path)
    assert "\n" not in str(error.value)
    return str(error.value).removeprefix(str(path))


def test_output_and_response_are_the_same_column(tmp_path):
    path = tmp_path / "d.json"
    path.write_text(json.dumps([ROW, {"instruction": "a", "response": "b"}]))
    assert [e.response for e in alpaca.read(path)] == ["hi", "b"]


def test_a_bom_and_windows_line_ends_are_no_part_of_the_text(tmp_path):
    path = tmp_path / "d.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(ROW).encode() + b"\r\n")
    assert alpaca.read(path)[0].instruction == "Say hi"


def test_unicode_line_separators_inside_a_row_do_not_split_it(tmp_path):
    path = tmp_path / "d.jsonl"
    path.write_text(json.dumps({**ROW, "output": "a\u2028b\x85c"}, ensure_ascii=False), encoding="utf-8")
    assert alpaca.read(path)[0].response == "a\u2028b\x85c"


def test_columns_of_the_users_own_are_left_alone(tmp_path):
    path = tmp_path / "d.jsonl"
    path.write_text(json.dumps({**ROW, "topic": "x", "text": "y"}))
    assert len(alpaca.read(path)) == 1


def test_an_empty_file(tmp_path):
    assert refused(tmp_path, " \n") == ": the file is empty"


def test_an_empty_list(tmp_path):
    assert "holds no rows" in refused(tmp_path, "[]", "d.json")


def test_a_row_without_a_response_is_named_by_line(tmp_path):
    text = json.dumps(ROW) + '\n{"instruction": "x"}\n'
    assert refused(tmp_path, text).startswith(":2: no 'response' (or 'output') in this row")


def test_a_blank_response_is_named_by_line_also_in_a_list(tmp_path):
    text = json.dumps([ROW, {**ROW, "output": " "}], indent=1)
    assert refused(tmp_path, text, "d.json").startswith(":7: 'response' is empty")


def test_a_git_lfs_pointer_says_how_to_get_the_data(tmp_path):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    assert "git lfs pull" in refused(tmp_path, pointer)


def test_a_wrong_encoding_names_the_line_and_shows_the_row(tmp_path):
    row = '{"instruction": "caf\xe9", "output": "x"}'.encode("latin-1")
    message = refused(tmp_path, json.dumps(ROW).encode() + b"\n" + row)
    assert message.startswith(":2: not UTF-8")
    assert "caf\\\\xe9" in message


def test_a_gzip_file_by_another_name_is_not_text(tmp_path):
    assert "not UTF-8" in refused(tmp_path, gzip.compress(b"[]"), "d.json")


def test_a_cut_off_list_says_so(tmp_path):
    assert "cut off" in refused(tmp_path, json.dumps([ROW, ROW])[:-5], "d.json")


def test_text_that_is_not_json_is_named_by_line(tmp_path):
    assert refused(tmp_path, json.dumps(ROW) + "\nhello").startswith(":2: not JSON")


@pytest.mark.parametrize("row", ["1", "[]", "null", '"x"'])
def test_a_row_that_is_no_object(tmp_path, row):
    assert "expected an object" in refused(tmp_path, row)


def test_a_response_of_a_wrong_type(tmp_path):
    assert refused(tmp_path, json.dumps({**ROW, "output": 5})).startswith(":1: 'response': ")


def test_a_misspelt_column_offers_the_nearest(tmp_path):
    assert "Did you mean 'checks'" in refused(tmp_path, json.dumps({**ROW, "check": []}))


def test_an_unknown_check_is_refused_when_loading(tmp_path):
    message = refused(tmp_path, json.dumps({**ROW, "checks": [{"kind": "contain", "all": ["x"]}]}))
    assert "Did you mean 'contains'" in message


def test_a_split_in_some_rows_only(tmp_path):
    text = json.dumps({**ROW, "split": "train"}) + "\n" + json.dumps(ROW)
    assert refused(tmp_path, text).startswith(":2: no 'split' here")


@pytest.mark.parametrize(
    ("file", "count"),
    [("instruct_small/instruction-data.json", 1100), ("alpaca/alpaca_tiny_with_text.json", 100)],
)
def test_real_files_load_whole(file, count):
    path = SHARED / file
    if not path.is_file():
        pytest.skip("the shared real data is not on this machine")
    assert len(alpaca.read(path)) == count


def test_a_real_lfs_pointer_is_refused():
    path = SHARED / "lfs_pointers" / "Sentences_AllAgree.txt"
    if not path.is_file():
        pytest.skip("the shared real data is not on this machine")
    with pytest.raises(UserError, match="Git LFS pointer"):
        alpaca.read(path)
