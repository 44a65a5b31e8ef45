"""`openai:MODEL`: any endpoint that speaks OpenAI's chat completions, at OPENAI_BASE_URL or OpenAI's own address.

OpenAI, Gemini, vLLM and Ollama do. The key comes from OPENAI_API_KEY and goes nowhere but into the request; a reply
that repeats it is stored without it.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from bench.errors import UserError
from bench.metrics._judging import hopeless, is_address, reason
from bench.synthesis.rows import Instruction, Passage
from bench.synthesis.scale_journal import Reply
from bench.synthesis.teachers import Answer, Refused, Usage
from bench.synthesis.teachers._asking import (
    Messages,
    Unanswered,
    Unreachable,
    asking_for_an_answer,
    asking_for_instructions,
    read_answer,
    read_instructions,
)

if TYPE_CHECKING:
    from bench.synthesis.scale_gate import Gate

STRIKES = 5
"""Requests in a row without an answer, after all retries, from which on the endpoint is taken for dead."""
PER_TOKEN = 4
"""Characters of a token, about, where a server does not count them."""
PER_INSTRUCTION, PER_ANSWER = 40, 200
"""Tokens that a reply is expected to have, for limits and budgets."""


@dataclass(frozen=True)
class Endpoint:
    """Where and how to ask."""

    model: str
    url: str = ""
    """"" is OpenAI's own."""
    retries: int = 5
    """Times the SDK tries again after a lost connection, 408, 409, 429 or 5xx; it waits as Retry-After says."""
    timeout: float = 120.0
    """Seconds for one request."""


class OpenAITeacher:
    """Asks over HTTP; several threads may use it at once."""

    def __init__(self, endpoint: Endpoint, key: str, gate: "Gate | None" = None) -> None:
        from openai import OpenAI

        self.endpoint, self.name = endpoint, f"openai:{endpoint.model}"
        # Journal, budget and limits; bench/synthesis/scale.py sets it.
        self.gate = gate
        self.client = OpenAI(
            base_url=endpoint.url or None,
            api_key=key or "none",
            max_retries=endpoint.retries,
            timeout=endpoint.timeout,
        )
        self.lock, self.used, self.strikes, self.plain = Lock(), Usage(), 0, False

    @property
    def usage(self) -> Usage:
        return self.used

    def instructions(self, topic: str, passages: Sequence[Passage], count: int) -> list[str]:
        """Up to `count`; none where the reply was unusable. Raises UserError when the endpoint is dead."""
        reply = self.ask(asking_for_instructions(topic, passages, count), PER_INSTRUCTION * count, 1.0)
        try:
            return read_instructions(reply.text, count)
        except Unanswered:
            return []

    def answer(self, instruction: Instruction, passages: Sequence[Passage]) -> Answer | Refused:
        """Raises Unanswered for a failed request, and another UserError when the endpoint is dead."""
        reply = self.ask(asking_for_an_answer(instruction, passages), PER_ANSWER, 0.0)
        return read_answer(reply.text, passages)

    def ask(self, messages: Messages, expected: int, temperature: float) -> Reply:
        """One reply; from the journal where it was paid for before."""
        size = sum(len(message["content"]) for message in messages) // PER_TOKEN
        named = json.dumps([self.endpoint.model, temperature, messages])
        request = hashlib.sha256(named.encode()).hexdigest()[:32]

        def send(name: str) -> Reply:
            return self.send(name, messages, temperature)

        reply = self.gate.through(request, (size, expected), send) if self.gate else send(f"{request}:1")
        with self.lock:
            before = self.used
            self.used = Usage(
                before.prompt_tokens + reply.prompt_tokens,
                before.completion_tokens + reply.completion_tokens,
                before.requests + 1,
            )
        return reply

    def send(self, name: str, messages: Messages, temperature: float) -> Reply:
        """Some endpoints know no JSON mode, or no temperature: those are asked without from then on."""
        from openai import BadRequestError, OpenAIError

        try:
            try:
                answer = self.post(name, messages, {} if self.plain else options(temperature))
            except BadRequestError:
                if self.plain:
                    raise
                # Another body under the same key is an error to a server that compares them.
                answer = self.post(f"{name}:plain", messages, {})
                self.plain = True
        except (OpenAIError, ValueError) as error:
            raise self.struck(error) from None
        with self.lock:
            self.strikes = 0
        return self.counted(answer, messages)

    def post(self, name: str, messages: Any, how: dict[str, Any]) -> Any:
        headers = {"Idempotency-Key": name}
        return self.client.chat.completions.create(
            model=self.endpoint.model, messages=messages, extra_headers=headers, **how
        )

    def struck(self, error: Exception) -> Unanswered | Unreachable:
        """What to raise for a failed request: after too many in a row, or a refused key, nothing more is asked."""
        with self.lock:
            self.strikes += 1
            dead = hopeless(error) or self.strikes >= STRIKES
        why = f"the request to {self.name} {reason(error)}"
        last = f"{why}; no more is asked. What is done is kept: mend it and run the same command again"
        failure = Unreachable(last) if dead else Unanswered(why)
        failure.in_doubt = getattr(error, "status_code", None) is None
        return failure

    def counted(self, answer: Any, messages: Messages) -> Reply:
        """The text with its tokens; where the server does not count, by the number of characters."""
        text = without(text_of(answer), self.client.api_key)
        usage = getattr(answer, "usage", None)
        sizes = (sum(len(message["content"]) for message in messages), len(text))
        counts = (getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None))
        tokens = [
            count if isinstance(count, int) and count >= 0 else size // PER_TOKEN
            for count, size in zip(counts, sizes, strict=True)
        ]
        return Reply(text, tokens[0], tokens[1])


def options(temperature: float) -> dict[str, Any]:
    return {"temperature": temperature, "response_format": {"type": "json_object"}}


def text_of(answer: Any) -> str:
    """What the first choice says; "" for a body of another shape."""
    choices = getattr(answer, "choices", None)
    first = choices[0] if isinstance(choices, list) and choices else None
    said = getattr(getattr(first, "message", None), "content", None)
    return said.encode("utf-8", "replace").decode() if isinstance(said, str) else ""


def without(text: str, key: str) -> str:
    return text.replace(key, "[key]") if len(key) >= 8 else text


def open_teacher(argument: str) -> OpenAITeacher:
    """Address and key from the environment. Raises UserError for what is missing."""
    url, key = os.environ.get("OPENAI_BASE_URL", ""), os.environ.get("OPENAI_API_KEY", "")
    if not argument:
        raise UserError("the teacher 'openai' needs a model: openai:MODEL, as its endpoint calls it")
    if url and not is_address(url):
        raise UserError("OPENAI_BASE_URL is no http or https address; expected one like http://localhost:8000/v1")
    if not url and not key:
        raise UserError(
            f"openai:{argument} needs OPENAI_API_KEY, or OPENAI_BASE_URL of a server without keys, in the environment"
        )
    try:
        return shared(Endpoint(argument, url), key)
    except ImportError:
        raise UserError('the openai teacher needs the openai package: pip install "tunebench[teacher]"') from None


@cache
def shared(endpoint: Endpoint, key: str) -> OpenAITeacher:
    """One teacher for all who open it, so that budget, limits and failures in a row are counted together."""
    return OpenAITeacher(endpoint, key)
