"""A filled table as plain data; page and Markdown lay it out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """One cell."""

    text: str
    detail: str = ""
    """Smaller, below it."""
    tone: str = ""
    """ "good", "bad" or ""."""
    is_model_text: bool = False
    """Shown with its line ends, in the width it needs."""


@dataclass(frozen=True)
class Table:
    """Headings and rows; the first cell of a row is its name."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    why: str = ""
    """Why there are no rows."""


def plain(*texts: str) -> tuple[Cell, ...]:
    return tuple(Cell(text) for text in texts)
