"""Jinja for our pages: everything is escaped, and no control character gets through, whichever variable brings it."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bench.report.escaping import html_text, show_hidden


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
    environment.filters["model_text"] = html_text
    return environment


def visible(value: Any) -> Any:
    return show_hidden(value) if isinstance(value, str) and not isinstance(value, Markup) else value
