"""What several test modules need: outputs from a few words, and the real data beside the repository."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# Before torch is imported: on models as small as these two threads are slower than one, and `-n auto` fills the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

from bench.record import Output

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
LONGEST = ("test_every_method", "test_plugin", "test_walkthrough", "test_runner", "test_resume", "test_knobs")
"""Files that take a minute or more: begun first, so that none of them keeps one core busy at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.stem not in LONGEST)


@pytest.fixture(scope="session", autouse=True)
def no_hypothesis_in_children() -> Iterator[None]:
    """A pytest that a test starts needs none of its plugins, whose imports take four times as long as all the rest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_ADDOPTS", "-p no:schemathesis -p no:hypothesispytest", prepend=" ")
        yield


@pytest.fixture
def output() -> Callable[..., Output]:
    """Builds an Output from its text; every other field has a plain default and can be given by name."""
    made: list[str] = []

    def build(text: str, instruction: str = "What is the capital of France?", **fields: Any) -> Output:
        made.append(text)
        given = {
            "example_id": f"e{len(made)}",
            "form": "template",
            "prompt": instruction,
            "text": text,
            "references": (),
            "instruction": instruction,
        }
        return Output(**(given | fields))

    return build


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """A path in ../shared, or a skip that says what is absent."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"{path} is absent")
        return path

    return find


@pytest.fixture
def cases(shared: Callable[[str], Path]) -> Callable[[str], list[dict[str, Any]]]:
    """Input and expected value pairs of a public metric test suite, by file name."""

    def read(name: str) -> list[dict[str, Any]]:
        return json.loads(shared(f"data/metric_cases/{name}").read_text(encoding="utf-8"))["test_cases"]

    return read
