import pytest

from bench.data.formats import flan_cot
from bench.data.reading import read_file
from bench.data.source import open_source
from bench.errors import UserError

LINE = 'Is "snow" warm?\\nOptions:\\n- (A) yes\\n- (B) no\t(B)\tSnow is ice.\\nIce is cold.\n'


def load(tmp_path, content):
    (tmp_path / "d.tsv").write_text(content, encoding="utf-8")
    return read_file(tmp_path / "d.tsv")


def test_line_breaks_are_restored_and_quotes_are_characters(tmp_path):
    loaded = load(tmp_path, LINE)
    (found,) = loaded.examples
    assert (loaded.format, found.category) == ("flan_cot", "chain of thought")
    assert found.instruction == 'Is "snow" warm?\nOptions:\n- (A) yes\n- (B) no'
    assert (found.response, found.rationale) == ("(B)", "Snow is ice.\nIce is cold.")


def test_an_open_quote_does_not_swallow_the_next_line(tmp_path):
    assert len(load(tmp_path, 'a\t"b\tc\nd\te\tf\n').examples) == 2


def test_the_first_line_is_an_example_and_a_blank_one_is_none(tmp_path):
    assert [e.where for e in load(tmp_path, LINE + "\n" + LINE).examples] == ["1", "3"]


def test_a_line_without_an_answer_is_dropped(tmp_path):
    assert [drop.reason for drop in load(tmp_path, LINE + "a\t\tc\n").dropped] == ["the answer is empty"]


@pytest.mark.parametrize("cells", ["only a question", "a\tb", "a\tb\tc\td"])
def test_a_line_with_another_number_of_cells_is_refused(tmp_path, cells):
    (tmp_path / "d.tsv").write_text(LINE + cells)
    with pytest.raises(UserError, match=rf"d.tsv:2: {len(cells.split(chr(9)))} cells between tabs; expected 3"):
        read_file(tmp_path / "d.tsv", "flan_cot")


@pytest.mark.parametrize("header", ["instruction\tinput\toutput", "ID\tSentence\tLabel", "a\tb"])
def test_a_table_with_a_header_is_another_format(tmp_path, header):
    (tmp_path / "d.tsv").write_text(header + "\nx\ty\tz\n")
    assert not flan_cot.matches(open_source(tmp_path / "d.tsv"))


def test_a_real_file_loads_whole(shared):
    loaded = read_file(shared("data/flan/qasc_train.tsv"))
    assert (loaded.format, len(loaded.examples), loaded.dropped) == ("flan_cot", 1084, ())
    assert all("\\n" not in e.instruction and "\nOptions:\n" in e.instruction for e in loaded.examples)
    assert all(e.rationale for e in loaded.examples)


def test_the_list_of_real_tasks_is_no_dataset(shared):
    with pytest.raises(UserError, match="no known format"):
        read_file(shared("data/flan/flan_collection_info.csv"))
