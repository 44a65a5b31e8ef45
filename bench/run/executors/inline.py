"""Runs the case in this very process, for a debugger: no isolation, no timeout, and memory counts all before it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.run import child
from bench.run.executors import Outcome
from bench.run.steps import run_steps
from bench.run.workbench import Job


@dataclass
class InlineExecutor:
    hub: bool = False
    start_seconds: float = 0.0

    def start(self) -> None:
        os.environ.update(child.QUIET | ({} if self.hub else child.OFFLINE))

    def stop(self) -> None:
        """The case ends with this process."""

    def run(self, job: Job, log: Path, timeout: float, on_progress: Callable[[Mapping[str, Any]], None]) -> Outcome:
        self.start()
        reply = child.outcome(lambda: run_steps(job, on_progress))
        if "failed" in reply:
            return Outcome(reply["failed"], reply["reason"])
        return Outcome("ok", seconds=reply["done"])
