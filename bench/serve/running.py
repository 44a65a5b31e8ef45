"""The server's life, and its end, which lets running answers finish."""

import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from bench.serve.app import create_app
from bench.serve.engine import Engine
from bench.serve.log import RequestLog
from bench.serve.security import Door

FINISH = 2.5
"""Seconds that running answers get when the server is told to stop; then they end with what they have."""


def server_of(engine: Engine, door: Door, log: RequestLog | None = None) -> uvicorn.Server:
    """A server for the engine's assistants; on SIGTERM and Ctrl-C it takes no more questions."""
    config = uvicorn.Config(
        create_app(engine, door, log),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="off",
        timeout_graceful_shutdown=int(FINISH) + 1,
    )
    server = uvicorn.Server(config)
    stop = server.handle_exit

    def finish(sig: int, frame: FrameType | None) -> None:
        engine.drain(FINISH)
        stop(sig, frame)

    server.handle_exit = finish  # type: ignore[method-assign,unused-ignore]
    return server


def serve(engine: Engine, taken: socket.socket, door: Door, log: RequestLog | None, ready: Callable[[], None]) -> None:
    """Serves until SIGTERM or Ctrl-C, and closes engine and log. Call it on the main thread, which hears signals."""
    server = server_of(engine, door, log)
    ready()
    try:
        server.run(sockets=[taken])
    finally:
        engine.close()
        if log is not None:
            log.close()
