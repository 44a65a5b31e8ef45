"""Several cases at once: planned ones are run ahead while a test waits for the one it asked for.

A model that is too small for two threads leaves a machine's other cores idle: two children on 2 cores did 1.7 to 1.9
times the training steps of one, each at 0.9 of its pace (docs/log.md). What is measured that way is marked so.
"""

import queue
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.case import Case
from bench.record import RunRecord

Make = Callable[[Case, Callable[[Case, Mapping[str, Any]], None]], RunRecord]
"""Runs a case, and tells its progress, in any thread."""
JOIN_SECONDS = 5.0


@dataclass
class Ahead:
    """Runs planned cases, `jobs` at a time, and never two that would make the same step."""

    jobs: int
    cases: Sequence[Case]
    make: Make
    claims: Callable[[Case], Collection[str]]
    """The content keys that a case will write."""
    alone: Callable[[Case], bool] = lambda case: False
    """A case that must have the machine for itself, because its time is what it is about."""
    _waiting: list[Case] = field(default_factory=list)
    _running: dict[Case, frozenset[str]] = field(default_factory=dict)
    _done: dict[Case, RunRecord | BaseException] = field(default_factory=dict)
    _stopped: bool = False
    _threads: list[threading.Thread] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _news: "queue.SimpleQueue[tuple[Case, Mapping[str, Any]] | None]" = field(default_factory=queue.SimpleQueue)

    def start(self) -> None:
        """Daemon threads: the end of the process ends them, and the children see that their parent is gone."""
        # Tests ask from the front, so what runs ahead of them comes from the back: the two meet among whatever lies
        # between, and no core waits for a long case at the end.
        planned = list(dict.fromkeys(self.cases))
        self._waiting = [*planned[:1], *sorted(planned[:0:-1], key=self.alone)]
        for number in range(self.jobs):
            self._threads.append(threading.Thread(target=self._work, name=f"bench-case-{number}", daemon=True))
            self._threads[-1].start()

    def record(self, case: Case, on_progress: Callable[[Case, Mapping[str, Any]], None]) -> RunRecord:
        """The case's record, as soon as it is there; progress of what runs is told in the caller's thread meanwhile."""
        self._put_first(case)
        while case not in self._done:
            if news := self._news.get():
                on_progress(*news)
        found = self._done[case]
        if isinstance(found, BaseException):
            raise found
        return found

    def stop(self) -> None:
        """Begin no further case."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def join(self) -> None:
        """Wait for the cases under way, which somebody has ended; not for ever, as inline ones cannot be."""
        ends = time.monotonic() + JOIN_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, ends - time.monotonic()))

    def _put_first(self, case: Case) -> None:
        """What a test waits for goes before what was only planned."""
        with self._changed:
            if case in self._done or case in self._running:
                return
            self._waiting = [case, *(each for each in self._waiting if each != case)]
            self._changed.notify_all()

    def _work(self) -> None:
        while (case := self._taken()) is not None:
            try:
                found: RunRecord | BaseException = self.make(case, lambda *news: self._news.put(news))
            except BaseException as error:  # the test that asks for the case raises it
                found = error
            with self._changed:
                self._done[case] = found
                del self._running[case]
                self._changed.notify_all()
            self._news.put(None)

    def _taken(self) -> Case | None:
        """The next case that can run beside the ones that do; None when there is nothing left to wait for."""
        with self._changed:
            while not self._stopped:
                for case in self._waiting:
                    keys = frozenset(self.claims(case))
                    if self._fits(case, keys):
                        self._waiting.remove(case)
                        self._running[case] = keys
                        return case
                    if self.alone(case):
                        break  # its turn comes when the others have ended, and nobody overtakes it
                self._changed.wait()
        return None

    def _fits(self, case: Case, keys: frozenset[str]) -> bool:
        if any(self.alone(each) for each in self._running) or (self.alone(case) and self._running):
            return False
        return not any(keys & busy for busy in self._running.values())
