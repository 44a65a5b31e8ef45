"""`tunebench serve`: a model behind a web API and a chat page, for this machine unless told otherwise."""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.errors import UserError


def serve(
    source: Annotated[
        str, typer.Argument(help="an exported folder, RUN_FOLDER:CASE (reports/latest:SUITE[LABEL]), or a base model")
    ],
    case: Annotated[str, typer.Option(help="the case, where SOURCE is a run folder alone")] = "",
    compare: Annotated[str, typer.Option(help="serve this one, too: `base`, or another source")] = "",
    host: Annotated[str, typer.Option(help="address to listen on; one that others reach needs --token")] = "127.0.0.1",
    name: Annotated[
        list[str] | None, typer.Option(help="another host name under which it may be asked; give it more than once")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one")] = 8000,
    token: Annotated[
        str | None,
        typer.Option(envvar="BENCH_SERVE_TOKEN", help="what clients must know (Authorization: Bearer TOKEN)"),
    ] = None,
    log: Annotated[Path | None, typer.Option(help="append a JSON line for each request; no text in it")] = None,
    together: Annotated[int, typer.Option(min=1, max=1024, help="answers that grow together, per model")] = 32,
    waiting: Annotated[int, typer.Option(min=0, max=10_000, help="questions that may wait before 429")] = 64,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, rocm or mps")] = "cpu",
    store: Annotated[Path | None, typer.Option(help="the run's store (default: .bench-store)")] = None,
    hub: Annotated[bool, typer.Option("--hub", help="allow the network: fetch a base model from the Hub")] = False,
) -> None:
    """Serve a model: a chat page at /, the lectures' /ask, and OpenAI's API at /v1."""
    from bench.serve import quiet

    check_extra(token)
    quiet(hub)
    place = taken(host, port, token or "", name or [], log)
    from bench.cli.chatting import opened

    run(opened(source, compare, case, store, device), place, slots=together, waiting=waiting)


@dataclass(frozen=True)
class Place:
    """What is taken before a model is loaded, so that a mistake shows at once."""

    socket: Any
    door: Any
    log: Any
    """The open request log, or None."""


def taken(host: str, port: int, token: str, names: Sequence[str], log: Path | None) -> Place:
    """Raises UserError for an open address without a token, a taken one, and a log that cannot be written."""
    from bench.serve.address import listening
    from bench.serve.log import RequestLog
    from bench.serve.security import door

    checked = door(host, token, names)
    return Place(listening(host, port), checked, RequestLog(log) if log is not None else None)


def run(assistants: Any, place: Place, *, slots: int, waiting: int) -> None:
    """Serves until it is told to end, which is no failure."""
    from bench.serve.address import url_of
    from bench.serve.engine import Engine
    from bench.serve.running import serve

    names = " and ".join(assistant.name for assistant in assistants)
    told = f"{names} on {url_of(place.socket)}  (Ctrl-C ends it)"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    engine = Engine(assistants, slots=slots, waiting=waiting)
    try:
        serve(engine, place.socket, place.door, place.log, lambda: typer.echo(told))
    except KeyboardInterrupt:
        leave(0)
    except SystemExit as ended:
        leave(int(ended.code or 0))


def leave(status: int) -> None:
    """Ends the process; everything is written and closed.

    Python would take torch down piece by piece, which was most of the five seconds that a stop may last on a busy
    machine.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def check_extra(token: str | None) -> None:
    """Raises UserError when the libraries of the extra are not installed, and for an empty token."""
    if token == "":
        raise UserError("--token is empty; give a secret, or leave it out for this machine alone")
    try:
        import fastapi  # noqa: F401
        import uvicorn  # noqa: F401
    except ModuleNotFoundError as error:
        raise UserError(f'serve needs {error.name}; install it with: pip install "tunebench[serve]"') from None
