"""Loads the hand-written tables under `fixtures/corpus/`, which all generated text draws on."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "corpus"


@cache
def table(name: str) -> dict[str, Any]:
    """The table file `name`, such as "geography", as plain lists and dicts."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def people() -> list[tuple[str, str]]:
    """Every first name with its pronoun."""
    names = table("people")
    return [(name, "she") for name in names["girls"]] + [(name, "he") for name in names["boys"]]


def with_article(noun: str) -> str:
    """`noun` behind "a" or "an"."""
    return f"{'an' if noun[0].lower() in 'aeio' or noun.startswith('umb') else 'a'} {noun}"


def capitalised(text: str) -> str:
    """`text` with its first letter, and no other, made a capital."""
    return text[:1].upper() + text[1:]
