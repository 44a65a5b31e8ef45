"""Between the engine's threads and the server's event loop: an answer awaited, and given up when nobody reads it."""

import asyncio
from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest

from bench.serve.engine import Answer, Engine, Request, Stream
from bench.serve.log import COUNTS
from bench.serve.problems import GONE, Gone

LOOK_EVERY = 0.25
"""Seconds between looks whether the client is still there."""


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
    stream.listen(lambda: wake(loop, news))
    looked = loop.time()
    try:
        while True:
            news.clear()
            ended = stream.ended
            if piece := stream.ready():
                yield piece
            if ended:
                return
            if loop.time() - looked > LOOK_EVERY:
                looked = loop.time()
                if await http.is_disconnected():
                    raise Gone
            await wait_a_moment(news)
    except Gone:
        note(http, status=GONE)
        raise
    finally:
        finish(stream, http)


def finish(stream: Stream, http: HttpRequest) -> None:
    """Nobody reads on: the model stops, and the request log knows how far it came."""
    stream.cancel()
    if stream.ended and stream.whole is not None:
        note(http, new_tokens=stream.whole.new_tokens)


def wake(loop: asyncio.AbstractEventLoop, news: asyncio.Event) -> None:
    # The loop is closed when the server went down with an answer still growing.
    if not loop.is_closed():
        loop.call_soon_threadsafe(news.set)


async def wait_a_moment(news: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(news.wait(), LOOK_EVERY)
    except TimeoutError:
        return


def note(http: HttpRequest, **facts: object) -> None:
    """For the request log, if there is one."""
    http.scope.get(COUNTS, {}).update(facts)
