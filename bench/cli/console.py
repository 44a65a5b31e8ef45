"""Where the commands write: a terminal with colours, or plain text without control codes."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

PLAIN_WIDTH = 100
"""Columns where there is no terminal and COLUMNS does not say."""
BAR = "█"
EIGHTHS = " ▏▎▍▌▋▊▉"


def console(file: IO[str] | None = None) -> Console:
    """Colours only on a terminal where NO_COLOR is unset; no text is read as markup."""
    file = file or sys.stdout
    if hasattr(file, "reconfigure"):
        file.reconfigure(errors="replace")  # a terminal that cannot show "█" shows "?"
    made = Console(file=file, highlight=False, markup=False, emoji=False, legacy_windows=False)
    if made.is_terminal and not os.environ.get("NO_COLOR"):
        return made
    width = made.width if made.is_terminal else shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns
    return Console(
        file=file,
        width=width,
        color_system=None,
        force_terminal=False,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )


@contextmanager
def progress(doing: str) -> Iterator[Callable[[int, int], None]]:
    """Says on stderr what takes its time, while it does; tell it (steps done, steps in all) where that is known.

    Nothing is shown where stderr is no terminal.
    """
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    with console(sys.stderr).status(f"{doing} ...") as status:
        yield lambda done, total: status.update(f"{doing} ... {100 * done // max(total, 1)} %")


def heading(title: str) -> Text:
    return Text(f"\n{title}", style="bold")


def line(*parts: str | tuple[str, str]) -> Text:
    """Texts, or (text, style) pairs, as one line."""
    return Text.assemble(*parts)


def bar(share: float, width: int) -> Text:
    """A bar of `share` (0..1) of `width` columns; what is more than nothing can be seen."""
    eighths = max(round(share * width * 8), 1 if share > 0 else 0)
    whole, rest = divmod(eighths, 8)
    return Text((BAR * whole + (EIGHTHS[rest] if rest else "")).ljust(width), style="green", no_wrap=True)


@dataclass(frozen=True)
class Indented:
    """A line that keeps its indentation where a terminal wraps it."""

    columns: int
    text: Text


Part = RenderableType | Indented
"""What a view consists of, from top to bottom."""


def indented(columns: int, *parts: str | tuple[str, str]) -> Indented:
    return Indented(columns, line(*parts))


def print_all(out: Console, parts: Iterable[Part]) -> None:
    """Long lines are left whole where there is no terminal, so that `grep` finds places."""
    for part in parts:
        if isinstance(part, Indented):
            part = laid_out(part, out.is_terminal)
        out.print(part, soft_wrap=isinstance(part, Text) and not out.is_terminal)


def laid_out(part: Indented, wraps: bool) -> RenderableType:
    if wraps:
        return Padding(part.text, (0, 0, 0, part.columns))
    return Text.assemble(" " * part.columns, part.text)
