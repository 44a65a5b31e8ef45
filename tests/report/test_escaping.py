import pytest

from bench.report.escaping import csv_text, csv_text_back, html_text, markdown_text, one_line, show_hidden
from tests.report.sample import PAYLOADS

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@A1",
    "\t=1",
    "\r=1",
    "  =1+1",
    "x\n=2",
    "x\r\n-2",
    "＝1+1",
    "'=1",
    "\u00a0=1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_line_of_a_csv_cell_starts_a_formula(text):
    lines = csv_text(text).replace("\r", "\n").split("\n")
    assert not any(line.strip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "＝")) for line in lines)


@pytest.mark.parametrize("text", [*FORMULAS, *PAYLOADS, "''=1", "plain", "", "it's = fine", "\r\r=1", "'\n'=1"])
def test_a_csv_cell_comes_back_as_it_was(text):
    assert csv_text_back(csv_text(text)) == text.replace("\0", "␀")


def test_plain_text_is_left_alone():
    assert csv_text("tiny-gpt2 = good") == "tiny-gpt2 = good"


@pytest.mark.parametrize(
    "hidden", ["\0", "\x1b", "\r", "\x7f", "\x9b", "\u202e", "\u2066", "\u200b", "\udc80", "\ufeff"]
)
def test_hidden_characters_get_a_visible_name(hidden):
    shown = show_hidden(f"a{hidden}b")
    assert hidden not in shown
    assert shown.isprintable()
    assert len(shown) > 2


def test_newline_tab_and_joiners_stay():
    assert show_hidden("a\n\tb\u200dc") == "a\n\tb\u200dc"


def test_one_line_cuts_with_an_ellipsis():
    assert one_line("ab\ncd  ", 4) == "ab…"


@pytest.mark.parametrize("text", PAYLOADS)
def test_markdown_text_is_one_line_without_tags_or_cells(text):
    shown = markdown_text(text)
    assert "\n" not in shown
    assert "<" not in shown
    assert "|" not in shown.replace("\\|", "")
    assert "](" not in shown.replace("\\](", "")


def test_markdown_keeps_snake_case_readable():
    assert markdown_text("base_vs_instruct _x_") == r"base_vs_instruct \_x\_"


def test_html_text_marks_layout_and_escapes():
    assert html_text(" a<b\n\tc  d") == "<i>·</i>a&lt;b<i>↵\n</i><i>⇥\t</i>c<i>··</i>d"
