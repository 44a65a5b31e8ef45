"""Between the engine's threads and the server's event loop: an answer awaited, and given up when nobody reads it."""

import asyncio
from collections.abc import AsyncIterator
from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest

from bench.serve.engine import Answer, Engine, Request, Stream
from bench.serve.log import COUNTS
from bench.serve.problems import GONE, Gone


async def submit(engine: Engine, request: Request, http: HttpRequest) -> Stream:
    """Starts an answer without holding up the event loop, and notes it for the request log."""
    note(http, model=engine.assistant(request.model).name)
    stream = await run_in_threadpool(engine.submit, request)
    note(http, prompt_tokens=stream.prompt_tokens)
    return stream


async def whole(stream: Stream, http: HttpRequest) -> Answer:
    """The whole answer. Raises Gone when the client leaves before, and what Stream.answer raises."""
    async for _ in pieces(stream, http):
        pass
    return stream.answer()


async def pieces(stream: Stream, http: HttpRequest) -> AsyncIterator[str]:
    """Pieces of text as they come. When the client leaves, the answer is cancelled and Gone raised."""
    news, loop = asyncio.Event(), asyncio.get_running_loop()
    left = asyncio.ensure_future(leaving(http, news))
    stream.listen(lambda: BELL.ring(loop, news))
    try:
        while True:
            news.clear()
            ended = stream.ended
            if piece := stream.ready():
                yield piece
            if ended:
                return
            if left.done():
                raise Gone
            await news.wait()
    except Gone:
        note(http, status=GONE)
        raise
    finally:
        left.cancel()
        finish(stream, http)


async def leaving(http: HttpRequest, news: asyncio.Event) -> None:
    """Ends when the client leaves, and says so; the body has been read, so nothing else comes."""
    while (await http.receive())["type"] != "http.disconnect":
        continue
    news.set()


def finish(stream: Stream, http: HttpRequest) -> None:
    """Nobody reads on: the model stops, and the request log knows how far it came."""
    stream.cancel()
    if stream.ended and stream.whole is not None:
        note(http, new_tokens=stream.whole.new_tokens)


class Bell:
    """Wakes readers from other threads; all of a loop that have news when it looks are woken by one call."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.rung: dict[asyncio.AbstractEventLoop, list[asyncio.Event]] = {}

    def ring(self, loop: asyncio.AbstractEventLoop, news: asyncio.Event) -> None:
        with self.lock:
            first = loop not in self.rung
            self.rung.setdefault(loop, []).append(news)
        if first:
            try:
                loop.call_soon_threadsafe(self.wake, loop)
            except RuntimeError:
                # The loop is closed: the server went down with an answer still growing.
                self.rung.pop(loop, None)

    def wake(self, loop: asyncio.AbstractEventLoop) -> None:
        with self.lock:
            rung = self.rung.pop(loop, [])
        for news in rung:
            news.set()


BELL = Bell()


def note(http: HttpRequest, **facts: object) -> None:
    """For the request log, if there is one."""
    http.scope.get(COUNTS, {}).update(facts)
