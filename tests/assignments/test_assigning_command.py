"""`tunebench report RUN --assignment NAME` as a user types it."""

from typer.testing import CliRunner

from bench.cli import app
from bench.errors import UserError


def typed(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_the_page_is_written_and_each_deliverable_is_told(folder):
    result = typed("report", folder, "--assignment", "project14", "--author", "Anna")
    assert result.exit_code == 0, result.output
    assert "shown  Base model fine-tuned on instructions" in result.output
    assert str(folder / "assignment.html") in result.output.replace("\n", "")


def test_an_open_deliverable_comes_with_its_command(folder):
    result = typed("report", folder, "--assignment", "lecture11")
    assert "open   A simple web interface that answers" in result.output
    assert "to get it: tunebench serve" in result.output


def test_an_unknown_assignment_is_one_line(folder):
    result = typed("report", folder, "--assignment", "lectur11")
    assert isinstance(result.exception, UserError)
    assert "Did you mean 'lecture11'" in str(result.exception)


def test_an_author_without_an_assignment_is_a_mistake(folder):
    result = typed("report", folder, "--author", "Anna")
    assert "--assignment" in str(result.exception)


def test_submissions_are_merged_into_a_page_and_a_sheet(pile, tmp_path):
    result = typed("merge", "--assignment", "project14", *sorted(pile.iterdir()), "--out", tmp_path / "grading")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "grading" / "submissions.html").is_file()
    assert not (pile / "anna" / "submissions.html").exists(), "the first folder is a submission, too"


def test_one_submission_alone_is_a_pile_of_one(pile, tmp_path):
    result = typed("merge", "--assignment", "project14", pile / "anna", "--out", tmp_path / "grading")
    assert result.exit_code == 0, result.output


def test_runs_are_merged_as_before_where_no_assignment_is_named(pile, tmp_path):
    assert "no run to merge into" in str(typed("merge", tmp_path / "new").exception)
    assert typed("merge", tmp_path / "new", pile / "anna").exit_code == 0
