import pytest

from bench.report.run_folder import read_run
from tests.report.sample import ENVIRONMENT, sample_records, write_run


@pytest.fixture
def runs(tmp_path):
    """The same suites on two machines."""

    def folder(name, hardware):
        environment = {**ENVIRONMENT, "hardware": hardware}
        records = [record.with_(environment=environment) for record in sample_records(6)[:3:2]]
        return write_run(tmp_path / name, records)

    return folder("bench-cpu", "Xeon"), folder("bench-cuda", "H100")


def test_two_machines_become_one_report(tunebench, runs, tmp_path):
    said = tunebench("merge", tmp_path / "all", *runs)
    assert (said.code, said.err) == (0, "")
    assert "hardware" in said.out
    assert "noise: lora" in said.out
    assert {path.name for path in (tmp_path / "all").iterdir()} >= {
        "report.html",
        "machines.md",
        "comparison.csv",
        "cases",
    }
    assert {record.environment.get("hardware") for record in read_run(tmp_path / "all").records} >= {"Xeon", "H100"}


def test_what_is_left_out_is_said_loudly(tunebench, runs, tmp_path):
    (runs[0] / "cases" / "half.json").write_text("{")
    said = tunebench("merge", tmp_path / "all", *runs)
    assert said.code == 0
    assert "left out" in said.err
    assert "half.json" in said.err


def test_a_folder_that_is_no_run_is_refused_unless_only_existing_ones_are_asked_for(tunebench, runs, tmp_path):
    missing = tmp_path / "bench-rocm"
    assert tunebench("merge", tmp_path / "x", runs[0], missing).code == 2
    assert tunebench("merge", "--existing", tmp_path / "y", runs[0], missing).code == 0


def test_no_run_at_all_names_what_to_do(tunebench, tmp_path):
    said = tunebench("merge", "--existing", tmp_path / "all", tmp_path / "a", tmp_path / "b")
    assert said.code == 2
    assert "run the suites first" in said.err
    assert said.err.count("\n") == 1
