"""Works through many outputs in two processes at once, with the result of one.

The other half goes, as JSON, to an interpreter that is started anew and runs nothing of the caller's main module, so
that no threads or locks are copied and a script needs no guard. What fails there is done here once more, errors
included.
"""

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from tempfile import TemporaryFile
from typing import IO, Any, TypeVar

from bench.record import Output, output_from_dict

T = TypeVar("T")
MANY = 20_000
"""Outputs from which on another interpreter is started; 10,000 were scored sooner without one on two busy cores."""
SHARE = 0.55
"""Of the outputs, what this process takes on: the other one has to start first."""
ALONE = "TUNEBENCH_ONE_PROCESS"
"""Environment variable that keeps everything in one process; set in the other one."""
CHILD = "from bench.halves import other_half; other_half()"


def in_halves(work: Callable[..., list[T]], outputs: Sequence[Output], *given: Any) -> list[T]:
    """work(outputs, *given), for work that judges each output by itself.

    It is a function of a module; what it is given besides the outputs, and what it makes of each, is plain data.
    """
    if len(outputs) < MANY or not two_at_once():
        return work(outputs, *given)
    middle = round(SHARE * len(outputs))
    with TemporaryFile() as order, TemporaryFile() as result:
        child = started(work, outputs[middle:], given, order, result)
        try:
            first = work(outputs[:middle], *given)
            second = None if child is None else made(child, result)
        finally:
            if child is not None:
                child.kill()
                child.wait()
    return first + (work(outputs[middle:], *given) if second is None else second)


def two_at_once() -> bool:
    """There are two cores, and nobody has asked for one process."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores > 1 and ALONE not in os.environ and not multiprocessing.current_process().daemon


def started(
    work: Callable[..., Any], outputs: Sequence[Output], given: Sequence[Any], order: IO[bytes], result: IO[bytes]
) -> Any:
    """The other process at work, which finds its modules where this one does; None where it cannot be started."""
    environment = os.environ | {ALONE: "1", "PYTHONPATH": os.pathsep.join(map(str, sys.path))}
    command, quiet = [sys.executable, "-P", "-c", CHILD], subprocess.DEVNULL
    try:
        asked = [work.__module__, work.__qualname__, list(map(vars, outputs)), given]
        # Escaped, two halves of surrogate pairs side by side would come out as one character.
        order.write(json.dumps(asked, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        order.seek(0)
        return subprocess.Popen(command, stdin=order, stdout=result, stderr=quiet, env=environment)  # noqa: S603
    except (OSError, ValueError, TypeError):
        return None


def made(child: Any, result: IO[bytes]) -> list[Any] | None:
    """What the other process has made of its half; None where it failed."""
    if child.wait() != 0:
        return None
    result.seek(0)
    found: list[Any] = json.load(result)
    return found


def other_half() -> None:
    """Reads work and outputs from standard input, and writes what comes of them to standard output."""
    result, sys.stdout = sys.stdout, sys.stderr
    module, name, rows, given = json.loads(sys.stdin.buffer.read().decode("utf-8", "surrogatepass"))
    work = getattr(import_module(module), name)
    result.write(json.dumps(work(list(map(output_from_dict, rows)), *given)))
