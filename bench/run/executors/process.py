"""One child process per case, forked from a server that has imported everything once: a crash ends one case only."""

import contextlib
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from bench.run import child
from bench.run.executors import INTERRUPTED, Outcome
from bench.run.steps import run_steps
from bench.run.workbench import Job

# Windows has no fork server; there each child imports anew, which is slower and gives the same results.
START_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


@dataclass
class ProcessExecutor:
    """Runs jobs one at a time: two at once would halve each other's throughput and spoil the cost columns."""

    hub: bool = False
    """Leave the Hugging Face Hub reachable."""
    work: child.Work = run_steps
    """What a child does with its job."""
    start_seconds: float = 0.0
    """What the one-time start took."""
    _context: Any = field(default=None, repr=False)
    _going_on: tuple[Connection, Connection] = field(default_factory=lambda: multiprocessing.Pipe(False), repr=False)
    """Closed at its second end, it wakes every thread that follows a child."""

    def start(self) -> None:
        """Import the heavy libraries once; later children are forked from there in a quarter of a second."""
        if self._context is not None:
            return
        started = time.perf_counter()
        os.environ.update(child.QUIET | ({} if self.hub else child.OFFLINE))
        self._context = multiprocessing.get_context(START_METHOD)
        if START_METHOD == "forkserver":
            self._context.set_forkserver_preload(["bench.run.executors.preloaded"])
            ready = self._context.Process(target=nothing)
            ready.start()
            ready.join()
        self.start_seconds = time.perf_counter() - started

    def stop(self) -> None:
        self._going_on[1].close()

    def run(self, job: Job, log: Path, timeout: float, on_progress: Callable[[Mapping[str, Any]], None]) -> Outcome:
        self.start()
        log.parent.mkdir(parents=True, exist_ok=True)
        messages, to_parent = self._context.Pipe(duplex=False)
        parent_alive, alive = self._context.Pipe(duplex=False)
        arguments = (to_parent, parent_alive, json.dumps(asdict(job)), str(log), self.work)
        process = self._context.Process(target=child.main, args=arguments)
        process.start()
        to_parent.close()
        parent_alive.close()
        try:
            return follow(process, messages, self._going_on[0], timeout, on_progress, log)
        finally:
            # First, so that the child ends even where a second Ctrl-C cuts the rest short.
            alive.close()
            end(process)
            messages.close()


def nothing() -> None:
    """The first child: when it has ended, the server has imported everything."""


def follow(
    process: Any,
    messages: Connection,
    going_on: Connection,
    timeout: float,
    on_progress: Callable[[Mapping[str, Any]], None],
    log: Path,
) -> Outcome:
    """Wait for the child's last message, its death, the run's end or the deadline, whichever comes first."""
    deadline = time.monotonic() + timeout
    while ready := wait([messages, process.sentinel, going_on], timeout=max(0.0, deadline - time.monotonic())):
        if going_on in ready:
            return INTERRUPTED
        try:
            message = json.loads(messages.recv_bytes()) if messages in ready else {}
        except EOFError:
            message = {}
        if not message:
            process.join(max(0.0, deadline - time.monotonic()))
            break
        if "progress" in message:
            on_progress(message["progress"])
        elif "failed" in message:
            return Outcome(message["failed"], message["reason"])
        else:
            return Outcome("ok", seconds=message["done"])
    return death(process.exitcode, timeout, log)


def death(exitcode: int | None, timeout: float, log: Path) -> Outcome:
    if exitcode is None:
        return Outcome("timeout", f"not finished after {timeout:g} s (--bench-timeout)")
    if exitcode >= 0:
        return Outcome("error", f"the child process ended with exit code {exitcode}; see {log}")
    name = signal.Signals(-exitcode).name
    hint = "; the system may have run out of memory" if name == "SIGKILL" else f"; see {log}"
    return Outcome("killed", f"the child process was ended by {name}{hint}")


def end(process: Any) -> None:
    """No child, and nothing that a child started, outlives its case."""
    if process.exitcode is None:
        process.join(1)
    if process.exitcode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL) if sys.platform != "win32" else process.kill()
        process.kill()
    process.join()
    process.close()
