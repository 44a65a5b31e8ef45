"""Jinja for our pages: everything is escaped, and no control character gets through, whichever variable brings it."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bench.report.escaping import html_text, show_hidden

LONGEST = 20_000
"""Characters of one text on a page; the records have all of them."""


@cache
def templates(folder: Path) -> Environment:
    """The templates in a folder of assets; the filter `model_text` shows what a model wrote, every character of it."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["model_text"] = model_text
    return environment


def visible(value: Any) -> Any:
    return show_hidden(shortened(value)) if isinstance(value, str) and not isinstance(value, Markup) else value


def model_text(text: str) -> Markup:
    return html_text(shortened(text))


def shortened(text: str) -> str:
    """A runaway line of a megabyte must not bury the page, whichever variable brings it."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text) - LONGEST:,} more characters)"
