"""Half of much work in a second process, which is forked, so that nothing has to be sent to it but the result back."""

import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

LEAST = 2_000
"""Items from which on a second process pays."""


def in_halves(function: Callable[[Sequence[T]], list[R]], items: Sequence[T]) -> list[R]:
    """`function(items)`, where it finds something out about each of them, and about each on its own.

    Whatever befalls the second process, its half is done here then, so that the result and the errors are the same.
    """
    if not may_fork(len(items)):
        return function(items)
    context, half = multiprocessing.get_context("fork"), len(items) // 2
    receiver, sender = context.Pipe(duplex=False)
    second = context.Process(target=send, args=(sender, function, items[half:]), daemon=True)
    try:
        begin(second)
        sender.close()
        found = function(items[:half])
        return found + received(receiver, lambda: function(items[half:]))
    finally:
        receiver.close()
        if second.pid is not None:
            second.kill()
            second.join()


def begin(second: ForkProcess) -> None:
    """Where there is no room for it, the work is done without it."""
    with warnings.catch_warnings(), suppress(OSError):
        # numpy's own threads, which its BLAS puts in order when a process is forked.
        warnings.simplefilter("ignore", DeprecationWarning)
        second.start()


def may_fork(count: int) -> bool:
    """Enough to do, a core for each, and nothing in this process that a fork could catch amid its work."""
    if count < LEAST or not sys.platform.startswith("linux") or len(os.sched_getaffinity(0)) < 2:
        return False
    alone = threading.active_count() == 1 and not multiprocessing.current_process().daemon
    return alone and "torch" not in sys.modules


def send(sender: "Connection[list[R], object]", function: Callable[[Sequence[T]], list[R]], items: Sequence[T]) -> None:
    """Ctrl-C is the first process' to answer, and an error will come up again there."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        sender.send(function(items))
    except Exception:
        sender.close()


def received(receiver: "Connection[object, list[R]]", otherwise: Callable[[], list[R]]) -> list[R]:
    try:
        return receiver.recv()
    except (EOFError, OSError):
        return otherwise()
