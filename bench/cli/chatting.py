"""`tunebench chat`: ask a model in the terminal, or through a pipe."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

RULE = "-" * 60
PATIENCE = 3600.0
"""Seconds after which an answer ends by itself; whoever sits before it can stop it at any time."""


def chat(
    source: Annotated[
        str, typer.Argument(help="an exported folder, RUN_FOLDER:CASE (reports/latest:SUITE[LABEL]), or a base model")
    ],
    case: Annotated[str, typer.Option(help="the case, where SOURCE is a run folder alone")] = "",
    compare: Annotated[str, typer.Option(help="show this one's answer, too: `base`, or another source")] = "",
    system: Annotated[str, typer.Option(help="system message")] = "",
    temperature: Annotated[float, typer.Option(help="0 is greedy, as the benchmark asks")] = 0.0,
    top_p: Annotated[float, typer.Option(help="the smallest set of tokens of this probability")] = 1.0,
    top_k: Annotated[int, typer.Option(help="among the k most probable tokens; 0 is all")] = 0,
    max_new_tokens: Annotated[int | None, typer.Option(help="most tokens of an answer")] = None,
    seed: Annotated[int | None, typer.Option(help="the same seed gives the same samples")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, rocm or mps")] = "cpu",
    store: Annotated[Path | None, typer.Option(help="the run's store (default: .bench-store)")] = None,
    hub: Annotated[bool, typer.Option("--hub", help="allow the network: fetch a base model from the Hub")] = False,
) -> None:
    """Ask a model, turn by turn; questions may also come through a pipe, one on a line."""
    from bench.serve import quiet
    from bench.serve.chat_settings import Sampling

    quiet(hub)
    sampling = Sampling(temperature, top_p, top_k, max_new_tokens, seed)
    assistants = opened(source, compare, case, store, device)
    from bench.serve.chat import Chat
    from bench.serve.engine import Engine

    with Engine(assistants, seconds=PATIENCE) as engine:
        well = talk(Chat(engine, engine.names, sampling, system))
    if not well:
        raise typer.Exit(1)


def opened(source: str, compare: str, case: str, store: Path | None, device: str) -> Any:
    from bench.run import device as devices
    from bench.serve.assistant import STORE, open_pair

    found = devices.choose(device)
    place = "cuda" if found == "rocm" else found
    return open_pair(source, compare, case=case, store=store or STORE, device=place)


def talk(chat: Any) -> bool:
    """The conversation with whoever is at the other end; a person is greeted and forgiven, a pipe is neither."""
    from bench.serve.chat import banner, converse

    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    if not sys.stdin.isatty():
        return converse(chat, iter(sys.stdin), write, complain, lambda text: None)
    write("\n".join([RULE, *banner(chat.engine, chat.names), RULE]) + "\n")
    converse(chat, typed(), write, complain, lambda text: write(f"{text}\n"))
    return True


def typed() -> Iterator[str]:
    """Lines from the keyboard until Ctrl-D; Ctrl-C at the prompt begins a new line."""
    import contextlib

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  (line editing and history for input())
    while True:
        try:
            yield input("> ")
        except EOFError:
            write("\n")
            return
        except KeyboardInterrupt:
            write("\n'quit' leaves\n")


def write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def complain(text: str) -> None:
    typer.echo(f"! {text}", err=True)
