"""How large a body may be and how long it may take, before a route reads it."""

import asyncio
from typing import Any

from bench.serve.limits import BODY_BYTES, BODY_SECONDS
from bench.serve.problems import problem
from bench.serve.security import headers_of

TOO_LARGE = f"the body is larger than {BODY_BYTES} bytes"
TOO_SLOW = "the body did not come in time"
CLOSING = {"Connection": "close"}


class Bounded:
    """An ASGI app that only gets bodies of at most BODY_BYTES, whole."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = headers_of(scope) if scope["type"] == "http" else {}
        if too_long(headers):
            await problem(scope["path"], 413, TOO_LARGE, headers=CLOSING)(scope, receive, send)
        elif has_body(headers):
            await self.with_body(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def with_body(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            body = await asyncio.wait_for(read_body(receive), BODY_SECONDS)
        except TimeoutError:
            await problem(scope["path"], 408, TOO_SLOW, headers=CLOSING)(scope, receive, send)
            return
        if body is None:
            await problem(scope["path"], 413, TOO_LARGE, headers=CLOSING)(scope, receive, send)
        else:
            await self.app(scope, replayed(body, receive), send)


def has_body(headers: dict[str, str]) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def too_long(headers: dict[str, str]) -> bool:
    length = headers.get("content-length", "0")
    return not (length.isascii() and length.isdigit()) or int(length[:12]) > BODY_BYTES


async def read_body(receive: Any) -> bytes | None:
    """The whole body; None as soon as it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_BYTES:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def replayed(body: bytes, receive: Any) -> Any:
    """A `receive` that gives the body first, then what comes after it: the client leaving."""
    given = False

    async def once_then_rest() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once_then_rest
