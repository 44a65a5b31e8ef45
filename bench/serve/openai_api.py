"""OpenAI's routes: the official client runs against them unchanged, plain and streamed."""

import json
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from bench.prompts.rendering import final_answer
from bench.serve.awaiting import pieces, submit, whole
from bench.serve.engine import Answer, Closing, Engine, Failed, Stream
from bench.serve.lecture_api import Served, named
from bench.serve.log import COUNTS
from bench.serve.openai_requests import ChatRequest, CompletionRequest
from bench.serve.openai_shapes import ChatCompletion, Completion, Model, Models
from bench.serve.problems import GONE, Gone, documented


@dataclass(frozen=True)
class Form:
    """How one of the two routes writes answers."""

    kind: str
    """Value of "object" of a whole answer."""
    piece_kind: str
    """Of a chunk."""
    prefix: str
    """Of ids."""
    chat: bool

    def choice(self, text: str, reason: str | None) -> dict[str, Any]:
        own: dict[str, Any] = {"message": {"role": "assistant", "content": text}} if self.chat else {"text": text}
        return {"index": 0, **own, "logprobs": None, "finish_reason": reason}

    def piece(self, text: str, reason: str | None = None, *, first: bool = False) -> dict[str, Any]:
        delta = {"role": "assistant"} if first else {}
        own: dict[str, Any] = {"delta": delta | ({"content": text} if text or first else {})}
        return {"index": 0, **(own if self.chat else {"text": text}), "logprobs": None, "finish_reason": reason}


CHAT = Form("chat.completion", "chat.completion.chunk", "chatcmpl-", chat=True)
TEXT = Form("text_completion", "text_completion", "cmpl-", chat=False)


router = APIRouter(prefix="/v1")
STARTED = int(time.time())
REFUSALS = documented(400, 401, 403, 404, 408, 413, 422, 429, 500, 503, openai=True)
STREAMED = {"content": {"text/event-stream": {"schema": {"type": "string"}}}}


@router.get("/models", responses=documented(400, 401, 403, openai=True))
async def models(engine: Served) -> Models:
    """What is served; the first is the default."""
    listed = [Model(id=name, object="model", created=STARTED, owned_by="tunebench") for name in engine.names]
    return Models(object="list", data=listed)


@router.post(
    "/chat/completions",
    response_model=ChatCompletion,
    responses={**REFUSALS, 200: {"model": ChatCompletion, **STREAMED}},
)
async def chat(body: ChatRequest, http: Request, engine: Served) -> Any:
    """The next message of a conversation."""
    return await respond(engine, body, CHAT, http)


@router.post("/completions", response_model=Completion, responses={**REFUSALS, 200: {"model": Completion, **STREAMED}})
async def completions(body: CompletionRequest, http: Request, engine: Served) -> Any:
    """A text, continued."""
    return await respond(engine, body, TEXT, http)


async def respond(engine: Engine, body: ChatRequest | CompletionRequest, form: Form, http: Request) -> Response:
    """The answer as one JSON object or as server-sent events."""
    assistant = named(engine, body.model)
    stream = await submit(engine, body.request(), http)
    frame = {"id": form.prefix + secrets.token_hex(12), "created": int(time.time()), "model": assistant.name}
    lead = lead_of(assistant.template) if form.chat else ""
    if body.stream:
        return Told(events(stream, form, frame, lead, body.with_usage, http), stream)
    answer = await whole(stream, http)
    choice = form.choice(answer.text.removeprefix(lead), reason(answer))
    return JSONResponse({**frame, "object": form.kind, "choices": [choice], "usage": usage(answer)})


class Told(StreamingResponse):
    """Server-sent events; however they end, and even if they never began, the model stops."""

    def __init__(self, events: AsyncIterator[str], stream: Stream) -> None:
        super().__init__(events, media_type="text/event-stream")
        self.stream = stream

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            if not self.stream.ended:
                self.stream.cancel()
                scope.get(COUNTS, {}).update(status=GONE)


async def events(
    stream: Stream, form: Form, frame: dict[str, Any], lead: str, with_usage: bool, http: Request
) -> AsyncIterator[str]:
    """Server-sent events: chunks of text, the reason of the end, the usage if it is wanted, and [DONE]."""
    frame = {**frame, "object": form.piece_kind}
    if form.chat:
        yield event({**frame, "choices": [form.piece("", first=True)]})
    try:
        async for piece in pieces(stream, http):
            text, lead = piece.removeprefix(lead), ""
            if text:
                yield event({**frame, "choices": [form.piece(text)]})
        answer = stream.answer()
    except Gone:
        return
    except (Failed, Closing):
        yield event({"error": {"message": "the answer broke off", "type": "server_error", "param": None, "code": None}})
        return
    for rest in ending(answer, form, with_usage):
        yield event({**frame, **rest})
    yield "data: [DONE]\n\n"


def ending(answer: Answer, form: Form, with_usage: bool) -> Iterator[dict[str, Any]]:
    yield {"choices": [form.piece("", reason(answer))]}
    if with_usage:
        yield {"choices": [], "usage": usage(answer)}


def event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"


def lead_of(template: str) -> str:
    """White space that the template counts as part of the model's text, not of its answer."""
    return " " if final_answer(" a", template) == "a" else ""


def reason(answer: Answer) -> str:
    return "stop" if answer.finish_reason == "stop" else "length"


def usage(answer: Answer) -> dict[str, int]:
    return {
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.new_tokens,
        "total_tokens": answer.prompt_tokens + answer.new_tokens,
    }
