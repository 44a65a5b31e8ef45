"""Assignment files: the shipped ones, and what is wrong in others, told with its place."""

from pathlib import Path

import pytest

from bench.assignments.reading import names, open_assignment, read_assignment
from bench.errors import UserError

SMALL = 'title = "T"\n[[deliverable]]\nid = "a"\ntitle = "A"\nneeds = [{ kind = "trained" }]\n'


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", names())
def test_every_shipped_assignment_is_worth_a_hundred_points(name):
    made = open_assignment(name)
    assert made.points == 100
    assert all(each.how for each in made.deliverable), "each deliverable says how to get it"


def test_project_14_has_the_six_ticks_of_the_lecture_one_of_them_a_bonus():
    made = open_assignment("project14")
    assert [each.bonus for each in made.deliverable] == [False] * 5 + [True]


def test_an_unknown_name_gets_the_nearest_one():
    with pytest.raises(UserError, match=r"unknown assignment 'lecure10'\. Did you mean 'lecture10'"):
        open_assignment("lecure10")


def test_a_path_works_as_a_name(tmp_path):
    assert open_assignment(str(written(tmp_path, SMALL))).title == "T"


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match=r"gone\.toml: no such file"):
        open_assignment(str(tmp_path / "gone.toml"))


def test_an_unknown_key_is_told_with_its_place(tmp_path):
    text = SMALL.replace('kind = "trained"', 'kind = "trained", leest = 2')
    with pytest.raises(UserError, match=r"mine\.toml: deliverable 1, needs 1, trained, leest: no such key"):
        read_assignment(written(tmp_path, text))


def test_an_unknown_kind_of_evidence_lists_the_known_ones(tmp_path):
    with pytest.raises(UserError, match=r"deliverable 1, needs 1: .*'behaviour', 'comparison'"):
        read_assignment(written(tmp_path, SMALL.replace("trained", "charm")))


def test_a_missing_title_is_told(tmp_path):
    with pytest.raises(UserError, match=r"title: is missing"):
        read_assignment(written(tmp_path, SMALL.partition("\n")[2]))


def test_two_deliverables_of_one_id_are_refused(tmp_path):
    with pytest.raises(UserError, match=r"'a' stands there twice"):
        read_assignment(written(tmp_path, SMALL + SMALL.partition("\n")[2]))


def test_an_id_that_would_break_a_grade_sheet_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"deliverable 1, id"):
        read_assignment(written(tmp_path, SMALL.replace('"a"', '"=cmd()"')))


@pytest.mark.parametrize("content", [b"title = ", b"\xff\xfe", b"a = " + b"[" * 5000])
def test_a_file_that_is_no_toml_is_one_line(tmp_path, content):
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"mine\.toml: not a TOML file"):
        read_assignment(path)
