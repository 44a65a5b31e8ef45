"""The synthetic run of sample.py, written to a folder and read back."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from bench.case import Case
from bench.record import RunRecord
from bench.report.render import write_reports
from bench.report.run_folder import Run, read_run
from tests.report.sample import hostile_records, sample_records, write_run


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """The sample with a planned case that never ran and the hostile rows."""
    planned = [Case("cost", "shape:gpt2", "everyday", "full")]
    return write_run(tmp_path / "run", sample_records(24) + hostile_records(), planned)


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with all its reports written, to be read and not changed."""
    folder = write_run(tmp_path_factory.mktemp("reported") / "run", sample_records(24) + hostile_records())
    write_reports(folder)
    return folder


@pytest.fixture
def run(run_folder: Path) -> Run:
    return read_run(run_folder)


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., Run]:
    """Records -> the run read back from a folder of their own."""

    def make(*records: RunRecord, planned: Iterable[Case] = ()) -> Run:
        return read_run(write_run(tmp_path / f"run{len(list(tmp_path.iterdir()))}", list(records), planned))

    return make
