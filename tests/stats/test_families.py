import pytest

from bench.stats.families import holm, tied_groups


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_holm_of_nothing_and_of_one_pair():
    assert (holm([]), holm([0.04])) == ([], [0.04])


def test_holm_is_never_above_one():
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def tied(names, *apart):
    return tied_groups(names, lambda a, b: {a, b} in [set(pair) for pair in apart])


def test_methods_of_which_none_is_told_apart_are_one_group():
    assert tied("abc") == [("a", "b", "c")]


def test_methods_that_all_differ_are_groups_of_one():
    assert tied("abc", "ab", "bc", "ac") == [("a",), ("b",), ("c",)]


def test_the_middle_one_stands_in_both_groups():
    assert tied("abc", "ac") == [("a", "b"), ("b", "c")]


def test_no_method_is_no_group():
    assert tied("") == []


def test_a_group_may_leave_out_one_in_between():
    assert tied("abcd", "ab", "bc", "bd") == [("a", "c", "d"), ("b",)]
