"""Submissions that were handed in as they were measured."""

import shutil
from pathlib import Path

import pytest

from bench.assignments.submission import Submission, open_submission
from tests.assignments.handing_in import hand_in, other_times, records


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two honest submissions of one recipe; copied, never changed."""
    pile = tmp_path_factory.mktemp("pile")
    hand_in(pile / "anna")
    hand_in(pile / "ben", other_times(records(start="2026-01-02T00:00:00+00:00")))
    return pile


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built / "anna", tmp_path / "anna"))


@pytest.fixture
def pile(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "in"))


@pytest.fixture
def submission(folder: Path) -> Submission:
    return open_submission(folder)
