"""A server for real on a free port, in a thread: what the tests of the web API talk to."""

import threading
import time
from contextlib import contextmanager

from bench.models._weights import byte_tokenizer
from bench.serve.address import listening, url_of
from bench.serve.assistant import Assistant, made
from bench.serve.engine import Engine
from bench.serve.running import server_of
from bench.serve.security import Door
from tests.micro import micro_model

ENDLESS = 6000
"""Positions of the micro model: at a millisecond a token, long enough to be left in the middle."""


def endless(name: str = "endless") -> Assistant:
    """A model that hardly ever ends an answer by itself."""
    model = micro_model(n_positions=ENDLESS, initializer_range=0.2)
    return made(model, byte_tokenizer(), info_of(name))


def info_of(name: str) -> dict[str, str]:
    said = {"model_type": "base_model", "base_model": name, "fine_tuning_method": "none", "description": "micro"}
    return {**said, "name": name, "template": "instruction_colon"}


def until(true, seconds=5.0):
    """Whether it becomes true within so many seconds."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


@contextmanager
def server(engine: Engine, door: Door | None = None, log=None):
    """The URL of a server that runs as long as the context."""
    taken = listening("127.0.0.1", 0)
    url = url_of(taken)
    running = server_of(engine, door or Door(), log)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [taken]}, daemon=True)
    thread.start()
    try:
        yield url
    finally:
        running.should_exit = True
        thread.join(10)
