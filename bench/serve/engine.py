"""Answers questions of many callers at once: each model has a thread in which their answers grow together.

Continuous batching after Orca (Yu et al. 2022, OSDI): a question joins the running batch at the next step and leaves
it with its last token, so that a short answer never waits for a long one.
"""

import time
from collections.abc import Sequence
from threading import Lock
from typing import Any

from bench.data.example import Example
from bench.errors import UserError, nearest
from bench.prompts.rendering import render
from bench.serve.assistant import Assistant
from bench.serve.stream import Answer, Busy, Closing, Failed, Request, Stream, TooLong, Unrenderable
from bench.serve.worker import Worker
from bench.training.batches import asked, encode_prompts

__all__ = ["Answer", "Busy", "Closing", "Engine", "Failed", "Request", "Stream", "TooLong", "Unrenderable"]


class Engine:
    """Assistants that answer; `with Engine([...]) as engine: engine.submit(Request("..."))`."""

    def __init__(
        self, assistants: Sequence[Assistant], *, slots: int = 32, waiting: int = 64, seconds: float = 120.0
    ) -> None:
        """`slots`: answers that grow together, per model; `waiting`: questions that may wait, per model; `seconds`:
        an answer that takes longer ends with what it has."""
        self.assistants = {assistant.name: assistant for assistant in assistants}
        if len(self.assistants) < len(assistants):
            raise UserError(f"two models are called {assistants[0].name!r}; every model needs a name of its own")
        self.first = assistants[0].name
        # A tokenizer is no place for two threads at once.
        self.reading = Lock()
        limits: dict[str, Any] = {"slots": slots, "waiting": waiting, "seconds": seconds}
        self.workers = {name: Worker(assistant, **limits) for name, assistant in self.assistants.items()}

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def assistant(self, name: str = "") -> Assistant:
        """By name; "" is the first. Raises UserError with the nearest name."""
        if name and name not in self.assistants:
            raise UserError(f"no model {name!r} is served.{nearest(name, self.assistants)}")
        return self.assistants[name or self.first]

    def submit(self, request: Request) -> Stream:
        """Starts an answer; callable from any thread. Raises TooLong, Unrenderable, Busy, Closing, UserError."""
        assistant = self.assistant(request.model)
        prompt = self.prompt(request)
        room = assistant.max_positions - len(prompt)
        if room < 1:
            raise TooLong(len(prompt), assistant.max_positions - 1)
        wanted = request.max_new_tokens or assistant.max_new_tokens
        return self.workers[assistant.name].put(request, prompt, min(wanted, room))

    def prompt(self, request: Request) -> list[int]:
        """The ids that the model reads, by the code that the benchmark uses."""
        assistant = self.assistant(request.model)
        example = Example("question", request.question, request.input, system=request.system, history=request.history)
        template, tokenizer = request.template or assistant.template, assistant.tokenizer
        with self.reading:
            try:
                rendered = render(example, template, tokenizer=tokenizer)
            except UserError as error:
                raise Unrenderable(str(error)) from None
            seq2seq = bool(assistant.model.config.is_encoder_decoder)
            prompts = [asked(rendered.chunks)]
            (ids,) = encode_prompts(tokenizer, prompts, seq2seq=seq2seq, stop=rendered.stop)
        if not ids:
            raise Unrenderable("the prompt has no token; ask something")
        return ids

    @property
    def names(self) -> list[str]:
        """The first is the default."""
        return list(self.assistants)

    @property
    def alive(self) -> bool:
        """Every model's thread runs."""
        return all(worker.thread.is_alive() for worker in self.workers.values())

    def drain(self, seconds: float) -> None:
        """Takes no more questions and returns at once; running answers are cut off after `seconds`."""
        for worker in self.workers.values():
            worker.close(seconds)

    def close(self, seconds: float = 0.0) -> None:
        """Takes no more questions, lets running answers end within `seconds`, and ends the threads."""
        self.drain(seconds)
        until = time.monotonic() + seconds + 5
        for worker in self.workers.values():
            worker.thread.join(max(0.0, until - time.monotonic()))
