import re

import pytest

from bench.report.escaping import html_text
from bench.report.word_diff import LONGEST, word_diff
from tests.report.sample import PAYLOADS


def test_an_added_word_is_ins_and_a_missing_one_del():
    assert word_diff("A cow says moo loudly.", "A cow never says moo.") == (
        "A cow <del>never </del>says moo <ins>loudly</ins>."
    )


def test_a_word_before_a_full_stop_is_the_same_word():
    assert "<del>moo" not in word_diff("It says moo and stops.", "It says moo.")


@pytest.mark.parametrize(
    ("said", "wanted"),
    [("same", "same"), ("", "x"), ("x", ""), ("not at all alike", "12 + 7 = 19, of course, my dear")],
)
def test_equal_empty_and_unlike_texts_have_no_marks(said, wanted):
    assert word_diff(said, wanted) is None


def test_a_runaway_text_is_not_compared():
    assert word_diff("word " * (LONGEST + 1), "word") is None


@pytest.mark.parametrize("text", [*PAYLOADS, "  two\t\tspaces \n", "a<b>&c"])
def test_without_its_marks_the_text_is_what_the_page_shows_anyway(text):
    marked = word_diff(text, text + " more") or html_text(text)
    assert re.sub(r"<del>.*?</del>|</?ins>", "", marked, flags=re.DOTALL) == html_text(text)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_becomes_an_element_on_either_side(payload):
    marked = word_diff(f"one two three {payload}", f"one two four {payload} end")
    assert not re.search(r"<(?!/?(ins|del|i)>)", marked or "")
