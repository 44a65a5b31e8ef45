import pytest

from bench.case import Case
from bench.record import RunRecord, Score
from tests.report.sample import sample_records, write_run


@pytest.fixture
def runs(tmp_path):
    """A run whose items are all right, and one in which half of them are wrong."""

    def folder(name, right):
        values = {f"i{place}": float(place < right) for place in range(20)}
        case = Case("s", "m", "d", "full", metrics=("exact_match",))
        score = Score(right / 20, 20, per_example=values)
        return write_run(tmp_path / name, [RunRecord(case, "ok", scores={"exact_match": score})])

    return folder("a", 20), folder("b", 10)


def test_changed_cells_are_shown_and_without_a_limit_the_code_is_0(tunebench, runs):
    said = tunebench("compare", *runs)
    assert said.code == 0
    assert "1 of 1 cells changed, 1 shown by paired tests" in said.out
    assert "−50.0" in said.out


def test_a_drop_beyond_the_limit_is_code_1(tunebench, runs):
    said = tunebench("compare", *runs, "--fail-under", "exact_match:0.4")
    assert (said.code, said.err) == (1, "")
    assert "dropped: s[m-d-full-s0]: exact_match 100 % → 50.0 % (−50.0)" in " ".join(said.out.split())


def test_a_drop_within_the_limit_is_code_0(tunebench, runs):
    assert tunebench("compare", *runs, "--fail-under", "exact_match:0.5").code == 0


def test_the_other_way_round_nothing_dropped(tunebench, runs):
    assert tunebench("compare", *reversed(runs), "--fail-under", "exact_match:0").code == 0


def test_markdown_alone_stands_on_stdout(tunebench, runs):
    said = tunebench("compare", *runs, "--markdown", "--fail-under", "exact_match:0.1")
    assert said.code == 1
    assert "| case | column | before → after |" in said.out
    assert "- **dropped**: s\\[m-d-full-s0\\]" in said.out


def test_answers_are_shown_as_many_as_asked_for(tunebench, tmp_path):
    folders = [write_run(tmp_path / name, sample_records(6)) for name in "ab"]
    path = next((folders[1] / "outputs").glob("*-full-*"))
    path.write_text(path.read_text().replace("alert(1)", "alert(9)"))
    said = tunebench("compare", *folders, "--examples", 1)
    assert said.code == 0
    assert said.out.count("before:") == 1


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ("exact_mach:0.1", "no case has the column 'exact_mach'. Did you mean 'exact_match'?"),
        ("exact_match:5%", "'exact_match:5%' is not METRIC:DROP"),
    ],
)
def test_a_malformed_limit_is_one_line_and_code_2(tunebench, runs, limit, says):
    said = tunebench("compare", *runs, "--fail-under", limit)
    assert said.code == 2
    assert says in said.err
    assert said.err.count("\n") == 1


def test_a_folder_that_is_no_run_is_one_line_and_code_2(tunebench, runs, tmp_path):
    said = tunebench("compare", runs[0], tmp_path / "nothing")
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "expected a run folder" in said.err
