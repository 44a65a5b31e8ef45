import re

import pytest
from rich.cells import cell_len

from bench.case import Case
from bench.report.escaping import HIDDEN
from bench.report.terminal import terminal_table


@pytest.mark.parametrize(("width", "widest"), [(40, 40), (80, 80), (100, 100), (200, 100)])
def test_no_line_is_wider_than_the_terminal_or_100_columns(run, width, widest):
    assert max(cell_len(line) for line in terminal_table(run, width).splitlines()) <= widest


def test_no_control_character_of_a_name_or_an_error_gets_through(run):
    text = terminal_table(run, 100)
    assert not HIDDEN.search(text)
    assert "[bold red]" in text
    assert HIDDEN.search(re.sub(r"\x1b\[[\d;]*m", "", terminal_table(run, 100, color=True))) is None


def test_statuses_come_with_reasons_and_the_path_stands_last(run):
    text = terminal_table(run, 80)
    for line in (
        "lora: error. ValueError: adapter has no target modules",
        "qlora: skipped. needs CUDA",
        "full: never ran.",
    ):
        assert line in text
    assert text.replace("\n", "").endswith("report.html"), "a long path is folded, not cut"


def test_at_80_columns_the_main_number_its_interval_and_change_are_there(run):
    lines = terminal_table(run, 80).splitlines()[1:5]
    head, base, full = (line.split() for line in lines if "─" not in line)
    assert head[:5] == ["method", "n", "followed", "95", "%"]
    assert base[0] == "base"
    assert full[0] == "full"
    assert full[5].startswith("+")


def test_a_large_run_is_cut_short_and_says_so(make_run):
    cases = [Case("s", f"m{i}", "d", "full") for i in range(26)]
    text = terminal_table(make_run(planned=cases))
    assert "2 more tables in the report" in text
    assert "Nothing was measured" in text
