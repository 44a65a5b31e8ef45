"""The thread of one model: takes waiting questions into the running batch, and gives every row its next token."""

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from bench.serve.assistant import Assistant
from bench.serve.batch import Memory, beside, continuer, kept
from bench.serve.room import closed_up
from bench.serve.sampling import choose, generator_of
from bench.serve.spoken import Spoken
from bench.serve.stream import Answer, Busy, Closing, Failed, Request, Stream

GATHER = 0.03
"""Seconds that a question waits for others while answers grow: reading eight prompts takes twice as long as one."""
LOG = logging.getLogger("bench.serve")


@dataclass(eq=False)
class Row:
    """One answer in the making."""

    request: Request
    prompt: list[int]
    most: int
    """Tokens after which it ends."""
    stream: Stream
    spoken: Spoken
    generator: Any
    started: float
    """When it was asked."""
    admitted: float = 0.0
    """When it came into the batch."""
    ids: list[int] = field(default_factory=list)

    @property
    def waited(self) -> float:
        """Seconds since it was asked."""
        return time.monotonic() - self.started

    def take(self, token: int, stops: Sequence[int]) -> str:
        """One more token; the reason why the answer ends with it, or ""."""
        self.ids.append(token)
        if token in stops:
            return "stop"
        if self.request.pieces or self.request.stop:
            self.stream.put(self.spoken.add(token))
        if self.spoken.stopped:
            return "stop"
        return "length" if len(self.ids) >= self.most else ""

    def end(self, reason: str, stops: Sequence[int]) -> None:
        told = self.ids[:-1] if self.ids and self.ids[-1] in stops else self.ids
        self.stream.put(self.spoken.finish(told))
        taken = time.monotonic() - self.started
        self.stream.end(Answer(self.spoken.text, len(self.prompt), len(self.ids), reason, taken))


class Worker:
    """Continues up to `slots` answers together; at most `waiting` more may wait, and none takes more than `seconds`."""

    def __init__(self, assistant: Assistant, *, slots: int, waiting: int, seconds: float) -> None:
        self.assistant, self.most_waiting, self.seconds = assistant, waiting, seconds
        self.continuer = continuer(assistant.model, assistant.tokenizer.pad_token_id)
        self.slots = slots if self.continuer.joins else 1
        self.waiting: deque[Row] = deque()
        self.rows: list[Row] = []
        self.memory: Memory | None = None
        self.pace = 1.0
        """Seconds that an answer takes, lately."""
        self.news = threading.Condition()
        self.deadline: float | None = None
        """When closing, the time at which running answers are cut off."""
        self.thread = threading.Thread(target=self.run, name=f"model {assistant.name}", daemon=True)
        self.thread.start()

    def put(self, request: Request, prompt: list[int], most: int) -> Stream:
        """Queues a question. Raises Busy or Closing."""
        stream = Stream(len(prompt))
        spoken = Spoken(self.assistant.tokenizer, request.stop)
        row = Row(request, prompt, most, stream, spoken, generator_of(request), time.monotonic())
        with self.news:
            if self.deadline is not None:
                raise Closing()
            if len(self.waiting) >= self.most_waiting + self.slots - len(self.rows):
                raise Busy(self.expected_wait())
            self.waiting.append(row)
            self.news.notify()
        return stream

    def expected_wait(self) -> int:
        """Seconds until the queue is likely to be shorter, 1 to 60."""
        return min(60, max(1, round(self.pace * len(self.waiting) / self.slots)))

    def close(self, seconds: float) -> None:
        """Turns waiting questions away; running ones get `seconds` more."""
        with self.news:
            self.deadline = time.monotonic() + seconds
            for row in self.waiting:
                row.stream.end(Closing())
            self.waiting.clear()
            self.news.notify()

    def run(self) -> None:
        with torch.inference_mode():
            while self.has_work():
                try:
                    self.step()
                except Exception:
                    LOG.exception("%s failed; %d answers are lost", self.assistant.name, len(self.rows))
                    self.fail()

    def has_work(self) -> bool:
        """Waits for work; False when there will be none."""
        with self.news:
            while not self.rows and not self.waiting and self.deadline is None:
                self.news.wait()
            return bool(self.rows or self.waiting)

    def step(self) -> None:
        """One token for every answer: for new ones their first, else for all the next."""
        self.drop_unwanted()
        if new := self.admitted():
            self.rows += new
            logits, memory = self.continuer.begin([row.prompt for row in new])
            self.memory = memory if self.memory is None else beside(self.memory, memory)
            self.take(logits, new)
        elif self.rows and self.memory is not None:
            self.take(self.continuer.go_on(self.memory, [row.ids[-1] for row in self.rows]), self.rows)

    def admitted(self) -> list[Row]:
        """Waiting questions for the free places; while answers grow, not before GATHER has passed or all are taken."""
        with self.news:
            ready = min(self.slots - len(self.rows), len(self.waiting))
            if self.rows and 0 < ready < self.slots - len(self.rows) and self.waiting[0].waited < GATHER:
                return []
            new = [self.waiting.popleft() for _ in range(ready)]
        for row in new:
            row.admitted = time.monotonic()
        return new

    def take(self, logits: torch.Tensor, rows: Sequence[Row]) -> None:
        """The next token of these rows; those that end with it leave the batch."""
        tokens = choose(logits, [row.request for row in rows], [row.generator for row in rows])
        ended = set()
        for row, token in zip(rows, tokens, strict=True):
            if reason := row.take(token, self.assistant.stop_ids):
                self.finish(row, reason)
                ended.add(row)
        self.leave(ended)

    def finish(self, row: Row, reason: str) -> None:
        row.end(reason, self.assistant.stop_ids)
        self.pace += (time.monotonic() - row.started - self.pace) / 8

    def leave(self, ended: set[Row]) -> None:
        if ended and self.memory is not None:
            order = closed_up(len(self.rows), [place for place, row in enumerate(self.rows) if row not in ended])
            self.memory = kept(self.memory, order)
            self.rows = [self.rows[place] for place in order]

    def drop_unwanted(self) -> None:
        """Answers that nobody reads any more, and those that take too long."""
        with self.news:
            gone = [row for row in self.waiting if row.stream.cancelled]
            for row in gone:
                self.waiting.remove(row)
        now = time.monotonic()
        closing = self.deadline is not None and now > self.deadline
        late = [row for row in self.rows if closing or now - row.admitted > self.seconds]
        running = [row for row in self.rows if row.stream.cancelled]
        for row in (*gone, *running):
            row.end("cancelled", self.assistant.stop_ids)
        for row in late:
            row.end("length", self.assistant.stop_ids)
        self.leave({*running, *late})

    def fail(self) -> None:
        for row in self.rows:
            row.stream.end(Failed("the model failed at this question"))
        self.rows, self.memory = [], None
