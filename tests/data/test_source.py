import gzip
import json
import os

import pytest

from bench.data.lines import MAX_LINE
from bench.data.reading import read_file
from bench.data.source import open_source
from bench.errors import UserError

ROW = {"instruction": "Say hi", "input": "", "output": "hi"}
LINE = json.dumps(ROW) + "\n"


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def message(path):
    """Of the refusal, without the path: it starts with ":" and the line where there is one."""
    with pytest.raises(UserError) as error:
        read_file(path)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(str(path))
    return str(error.value).removeprefix(str(path))


def records(tmp_path, name, content):
    return list(open_source(written(tmp_path, name, content)).records())


def giant(tmp_path, name, start, size, end=b""):
    """A file of `size` bytes that takes no room on the disk: all but its ends is a hole."""
    path = written(tmp_path, name, start)
    os.truncate(path, size)
    with path.open("r+b") as file:
        file.seek(size - len(end))
        file.write(end)
    return path


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "d.json",
            json.dumps([ROW, ROW], indent=1)[:-21],
            ":10: not JSON (Expecting property name enclosed in double quotes); is the file cut off?",
        ),
        ("d.json", json.dumps([ROW], indent=1)[:-6], ":5: not JSON (Unterminated string); is the file cut off?"),
        ("d.json", "[\n" + LINE + ",\n", ":4: not JSON (Expecting value); is the file cut off?"),
        ("d.json", "[\n" + LINE, ":3: expected ',' or ']' here, but the file ends; is the file cut off?"),
        ("d.json", '{"data": [' + LINE + "]", ":2: expected ',' or '}' here, but the file ends; is the file cut off?"),
        ("d.json", "{", ":1: expected a key in quotes here, found ''; is the file cut off?"),
        ("d.json", "[", ":1: not JSON (Expecting value); is the file cut off?"),
        ("d.jsonl", LINE + LINE[:20], ":2: not JSON (Unterminated string); each line must be one object"),
        ("d.json", "[" + LINE + "]\n and more", ":3: expected the end of the file, found 'and more'"),
        ("d.jsonl", LINE.strip() + " and more", ":1: not JSON (Extra data); each line must be one object"),
        ("d.json", "[" + LINE + "}", ":2: expected ',' or ']' here, but found '}'; is the file cut off?"),
        ("d.json", '{"a": 1, "a": 2}', ":1: key 'a' stands twice in one object"),
        ("d.jsonl", '{"a": 1, "a": 2}', ":1: not JSON (key 'a' stands twice in one object)"),
        ("d.json", '[{"a": 1, "a": 2}]', ":1: not JSON (key 'a' stands twice in one object)"),
        ("d.json", "[1" + "0" * 5000 + "]", ":1: not JSON (Exceeds the limit"),
        ("d.jsonl", '{"a": 1' + "0" * 5000 + "}", ":1: not JSON (Exceeds the limit"),
        ("d.json", '{"data": [' + LINE + '], "dataset": []}', ":2: rows stand under 'data' already"),
        ("d.json", "hello", ":1: expected a JSON list of rows, found 'hello'"),
        ("d.json", "[1, {}]", ": no known format"),
    ],
)
def test_broken_json_is_refused_with_its_line(tmp_path, name, content, expected):
    assert message(written(tmp_path, name, content)).startswith(expected)


@pytest.mark.parametrize("suffix", ["json", "jsonl"])
@pytest.mark.parametrize("nested", ["[" * 200_000 + "]" * 200_000, '{"a":' * 200_000 + "1" + "}" * 200_000])
def test_nesting_of_200_000_levels_is_refused_and_crashes_nothing(tmp_path, suffix, nested):
    assert message(written(tmp_path, f"d.{suffix}", nested)).startswith(":1: nested too deeply")
    assert ":2: nested too deeply" in message(written(tmp_path, "x.jsonl", LINE + '{"a": ' + nested + "}"))


def test_brackets_in_a_cell_are_text(tmp_path):
    deep = "[" * 200_000
    assert read_file(written(tmp_path, "d.csv", f"instruction,output\n{deep},b\n")).examples[0].instruction == deep


def test_a_value_of_another_type_is_refused_with_its_line(tmp_path):
    assert ":2: " in message(written(tmp_path, "d.jsonl", LINE + '["a"]\n'))
    assert ":3: " in message(written(tmp_path, "d.json", "[\n" + LINE + ', "text"]'))


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("d.jsonl", LINE * 3000 + '{"instruction": "\0"}\n', ":3001: holds a NUL byte"),
        ("d.json", "[" + (LINE + ",") * 20_000 + "\0]", ":20001: holds a NUL byte"),
        ("d.csv", "instruction,output\n" + "a,b\n" * 30_000 + "a,\0\n", ":30002: holds a NUL byte"),
        ("d.txt", "a line\n" * 20_000 + "\0", ":20001: holds a NUL byte"),
        ("d.jsonl", LINE.encode() + '{"instruction": "café"}'.encode("latin-1"), ":2: not UTF-8 (byte 21 of the line)"),
        ("d.json", ("[" + (LINE + ",") * 20_000).encode() + b'"caf\xe9"]', ":20001: not UTF-8 (byte 6 of the line)"),
        ("d.csv", "instruction,output\ncafé,b\n".encode() + b"caf\xe9,b\n", ":3: not UTF-8 (byte 4 of the line)"),
        ("d.txt", "café\n".encode() + b"caf\xe9\n", ":2: not UTF-8 (byte 4 of the line)"),
        ("d.json", b'["caf' + b"\xc3", ":1: not UTF-8"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path, name, content, expected):
    assert message(written(tmp_path, name, content)).startswith(expected)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("d.json", gzip.compress(b"[]", mtime=0), ":1: this is gzip data; unpack it with `gunzip`"),
        ("d.jsonl", b"version https://git-lfs.github.com/spec/v1\n", ":1: this is a Git LFS pointer"),
        ("d.csv", "instruction,output\n".encode("utf-16"), ":1: this is UTF-16; save the file as UTF-8"),
        ("d.txt", "plain".encode("utf-16-le"), ":1: holds a NUL byte"),
        ("d.json", "\n<!DOCTYPE html>\n<html>", ":1: this is a web page, not the data; download the raw file"),
        ("d.json", b"PAR1", ":1: this is Parquet data; give it the suffix .parquet"),
        ("d.parquet", LINE, ":1: not Parquet data, though its name says so"),
        ("d.json", b"\xef\xbb\xbf", ": the file is empty"),
        ("d.json", "", ": the file is empty"),
        ("d.json", " " * 70_000 + "[]", ":1: the first 64 KiB are blank"),
        ("d.xml", "<a/>", ": unknown suffix '.xml'; expected one of .json,"),
    ],
)
def test_other_kinds_of_data_are_named(tmp_path, name, content, expected):
    assert message(written(tmp_path, name, content)).startswith(expected)


def test_a_folder_a_missing_file_and_a_loop_of_links(tmp_path):
    (tmp_path / "a.json").symlink_to("b.json")
    (tmp_path / "b.json").symlink_to("a.json")
    assert message(tmp_path) == ": is a folder; name a file in it"
    assert "No such file" in message(tmp_path / "absent.json")
    assert "symbolic links" in message(tmp_path / "a.json")


@pytest.mark.timeout(10)
def test_a_pipe_is_refused_before_anyone_waits_for_it(tmp_path):
    os.mkfifo(tmp_path / "d.json")
    assert "copy the data to a file first" in message(tmp_path / "d.json")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path):
    written(tmp_path, "d.jsonl", LINE).chmod(0)
    assert "check its permissions" in message(tmp_path / "d.jsonl")


@pytest.mark.parametrize("name", ["d.jsonl", "d.csv", "d.tsv"])
def test_a_line_without_end_is_not_read_to_its_end(tmp_path, name):
    path = written(tmp_path, name, "instruction\toutput\n" if name == "d.tsv" else '{"instruction,output": "')
    with path.open("ab") as file:
        file.writelines([b"a" * (1 << 20)] * 9)
    number = 2 if name == "d.tsv" else 1
    assert message(path).startswith(f":{number}: this line is longer than 8 MiB")


def test_one_record_without_end_in_a_document(tmp_path):
    path = written(tmp_path, "d.json", b'[\n{"instruction": "' + b"a" * (2 * MAX_LINE) + b'"}]')
    assert message(path).startswith(":2: this record is longer than 8 MiB; is a quote or a bracket missing?")


def test_one_object_of_many_values_is_no_list_of_rows(tmp_path):
    content = json.dumps({str(number): "a" * (1 << 20) for number in range(9)})
    assert "expected a list of rows" in message(written(tmp_path, "d.json", content))


def test_blanks_without_end_in_a_document(tmp_path):
    assert "more than 8 MiB of blanks" in message(written(tmp_path, "d.json", b"[" + b" " * (2 * MAX_LINE) + b"]"))


def test_giants_are_told_by_their_size_and_ends(tmp_path):
    assert "save it as JSON lines" in message(giant(tmp_path, "a.json", b"[" + b" " * 70_000, (768 << 20) + 1))
    cut = giant(tmp_path, "b.json", b"[" + b"\n" * 70_000, 3 * MAX_LINE, b'{"instr')
    assert message(cut) == ":70001: starts with '[', but ends with 'r'; is the file cut off?"
    assert "split it into several files" in message(giant(tmp_path, "c.txt", b"a\n" * 40_000, 1 << 30))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("d.json", json.dumps([ROW, ROW])),
        ("d.json", json.dumps([ROW, ROW], indent=2)),
        ("d.json", LINE + LINE),
        ("d.json", b"\xef\xbb\xbf" + (LINE + "\r\n" + LINE).encode()),
        ("d.jsonl", json.dumps([ROW, ROW])),
        ("d.jsonl", "\n" + LINE + "\n\n" + LINE.strip()),
        ("d.json", json.dumps({"data": [ROW, ROW], "version": "1"})),
        ("d.json", json.dumps({"metadata": {"n": [2]}, "dataset": [ROW, ROW]}, indent=1)),
        ("d.jsonl", json.dumps({"data": [ROW, ROW]}, indent=1)),
    ],
)
def test_a_list_its_wrapper_and_lines_hold_the_same_records_whatever_the_suffix(tmp_path, name, content):
    assert [record.value for record in records(tmp_path, name, content)] == [ROW, ROW]


def test_records_know_their_line_and_their_number_where_they_share_one(tmp_path):
    assert [r.where for r in records(tmp_path, "a.json", json.dumps([ROW, ROW], indent=1))] == ["2", "7"]
    assert [r.where for r in records(tmp_path, "b.json", json.dumps([ROW, ROW]))] == ["1", "1: row 2"]
    assert [r.where for r in records(tmp_path, "c.jsonl", "\n" + LINE + LINE)] == ["2", "3"]


def test_a_document_is_the_same_wherever_its_pieces_end(tmp_path, monkeypatch):
    rows = [{"a": 'é😀\\"' * 3, "b": -12.5e3, "c": [True, None, "\n"], "d": 123456789}, 7, "x"]
    for size in range(1, 40):
        monkeypatch.setattr("bench.data.json_text.PIECE", size)
        assert [r.value for r in records(tmp_path, "d.json", json.dumps(rows, ensure_ascii=size % 2 == 0))] == rows


def test_the_header_of_a_wrapper_may_stand_before_or_after_its_list(tmp_path):
    path = written(tmp_path, "d.json", json.dumps({"version": "v2.0", "data": [ROW], "more": 1}))
    assert open_source(path).header == {"version": "v2.0", "more": 1}


def test_recognition_reads_the_first_piece_only(tmp_path):
    source = open_source(written(tmp_path, "d.json", "[" + (LINE + ",") * 20_000 + "broken"))
    assert source.columns == ("instruction", "input", "output")
    assert source.first is source.first


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("d.csv", 'a,b\n1,"2\n3,4\n', ":2: not a table (unexpected end of data); is a quote missing?"),
        ("d.csv", 'a,b\n1,"2"3\n', ":2: not a table ("),
        ("d.csv", "a,b, a\n1,2,3\n", ":1: column 'a' stands twice in the header; rename one of them"),
        ("d.csv", "a,b\n1,2\n1,2,3\n", ":3: 3 cells, but the header has 2 columns; is a quote or a delimiter missing?"),
        ("d.tsv", "a\tb\n1\n", ":2: 1 cells, but the header has 2 columns"),
    ],
)
def test_broken_tables_are_refused_with_the_line_where_the_row_starts(tmp_path, name, content, expected):
    path = written(tmp_path, name, content)
    with pytest.raises(UserError) as error:
        list(open_source(path).records())
    assert str(error.value).removeprefix(str(path)).startswith(expected)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_may_have_semicolons_or_tabs_and_line_breaks_in_cells(tmp_path, delimiter):
    found = records(tmp_path, "d.csv", f'a{delimiter}b\r\n\r\n"1\r\n;,"{delimiter}2\r\n{delimiter}\r\n')
    assert [(r.where, r.value) for r in found] == [("3", {"a": "1\r\n;,", "b": "2"}), ("5", {"a": "", "b": ""})]


def test_quotes_of_a_tsv_are_characters(tmp_path):
    assert records(tmp_path, "d.tsv", 'a\tb\n"1\t2"x\n')[0].value == {"a": '"1', "b": '2"x'}


def test_a_header_of_many_columns_is_not_compared_each_with_each(tmp_path):
    names = ",".join(map(str, range(300_000)))
    assert len(records(tmp_path, "d.csv", f"{names}\n{names}\n")[0].value) == 300_000


def test_columns_of_the_users_own_names_are_renamed(tmp_path):
    path = written(tmp_path, "d.csv", "frage,antwort\nwho,me\n")
    source = open_source(path, {"instruction": "frage", "output": "antwort"})
    assert {"instruction", "output"} <= set(source.columns)
    assert source.first["instruction"] == "who"


def test_parquet_whole_and_cut_off(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.Table.from_pylist([ROW, ROW]), tmp_path / "d.parquet")
    assert [(r.where, r.value) for r in open_source(tmp_path / "d.parquet").records()] == [
        ("row 1", ROW),
        ("row 2", ROW),
    ]
    whole = (tmp_path / "d.parquet").read_bytes()
    assert "not a whole Parquet file" in message(written(tmp_path, "cut.parquet", whole[: len(whole) // 2]))


def test_lines_have_no_ends_and_no_byte_order_mark(tmp_path):
    path = written(tmp_path, "d.txt", b"\xef\xbb\xbfa\r\n\nb\x85c")
    assert [tuple(line) for line in open_source(path).lines("latin-1")] == [("1", "a"), ("2", ""), ("3", "b\x85c")]
