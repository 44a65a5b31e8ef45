"""Jinja for our pages: everything is escaped, and no control character gets through, whichever variable brings it."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bench.report.escaping import html_text, show_hidden


@cache
def templates(folder: Path, longest: int | None = None) -> Environment:
    """The templates in a folder of assets; the filter `model_text` shows what a model wrote, every character of it.

    `longest` cuts each text after so many characters: a runaway line of a megabyte must not bury a page that is read.
    Pages whose text is edited and sent back leave it out.
    """

    def visible(value: Any) -> Any:
        if isinstance(value, Markup) or not isinstance(value, str):
            return value
        return show_hidden(shortened(value, longest))

    def model_text(text: str) -> Markup:
        return html_text(shortened(text, longest))

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


def shortened(text: str, longest: int | None) -> str:
    if longest is None or len(text) <= longest:
        return text
    return f"{text[:longest]}… ({len(text) - longest:,} more characters)"
