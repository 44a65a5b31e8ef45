"""Where a case runs: in a child process of its own (the default), or inline."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from bench.run.workbench import Job


@dataclass(frozen=True)
class Outcome:
    """How a case ended; its results, when there are any, are in the store."""

    status: str
    reason: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Step -> seconds, for the steps that were made (not taken from the store)."""


INTERRUPTED = Outcome("interrupted", "interrupted by the user; run the same command to go on")


class Executor(Protocol):
    start_seconds: float

    def start(self) -> None: ...

    def stop(self) -> None:
        """Called in another thread than `run`: the cases under way end, as interrupted."""

    def run(
        self, job: "Job", log: Path, timeout: float, on_progress: Callable[[Mapping[str, Any]], None]
    ) -> Outcome: ...


def executor(name: str, hub: bool) -> Executor:
    """The executor called `name`: "process" or "inline"."""
    from bench.errors import UserError, nearest
    from bench.run.executors.inline import InlineExecutor
    from bench.run.executors.process import ProcessExecutor

    kinds: dict[str, Callable[[bool], Executor]] = {"process": ProcessExecutor, "inline": InlineExecutor}
    if name not in kinds:
        raise UserError(f"unknown executor {name!r}.{nearest(name, kinds)}")
    return kinds[name](hub)
