"""Types of the arguments of checks and instructions, and the one line that says what does not fit."""

import ast
import math
from collections.abc import Callable, Mapping
from typing import Any

from bench.errors import UserError, nearest

RELATIONS = ("less than", "at least")
LONGEST_CODE = 100_000
"""Characters of code beyond which nothing is parsed."""

# What langdetect 1.0.9 can answer, so that a typing error is found before anything is scored.
CODES = """
af ar bg bn ca cs cy da de el en es et fa fi fr gu he hi hr hu id it ja kn ko lt lv mk ml mr ne nl no pa pl pt
ro ru sk sl so sq sv sw ta te th tl tr uk ur vi zh-cn zh-tw
"""
LANGUAGES = tuple(CODES.split())


def check_arguments(where: str, given: Mapping[str, Any], types: Mapping[str, str], all_needed: bool = True) -> None:
    """Raises UserError for an unknown, mistyped or missing argument; `types` maps its name to a key of TYPES."""
    for name, value in given.items():
        if name not in types:
            raise UserError(f"{where}: {name!r} is not an argument.{nearest(name, types) if types else ''}")
        fits, expected = TYPES[types[name]]
        if not fits(value):
            raise UserError(f"{where}: {name!r} is {value!r}; expected {expected}")
    missing = [name for name in types if name not in given]
    if missing and (all_needed or len(missing) == len(types)):
        joined = (" and " if all_needed else " or ").join(repr(name) for name in missing)
        raise UserError(f"{where} needs {joined}")


def parsed(code: str) -> ast.Module | None:
    """The tree of Python code; None when it is no code, or too long or too deep to be read."""
    try:
        return ast.parse(code) if len(code) <= LONGEST_CODE else None
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(is_text(entry) for entry in value)


def is_count(value: Any) -> bool:
    return is_number(value) and value >= 0 and value == int(value)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_letter(value: Any) -> bool:
    return is_text(value) and len(value.strip()) == 1


def is_language(value: Any) -> bool:
    return value in (*LANGUAGES, "zh")


def is_expression(value: Any) -> bool:
    tree = parsed(value.strip()) if is_text(value) else None
    return tree is not None and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr)


TYPES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "text": (is_text, "a text that is not blank"),
    "texts": (is_texts, "a list of texts"),
    "count": (is_count, "a whole number, 0 or more"),
    "ordinal": (lambda value: is_count(value) and value > 0, "a whole number, 1 or more"),
    "number": (is_number, "a number"),
    "letter": (is_letter, "one character"),
    "relation": (lambda value: value in RELATIONS, " or ".join(map(repr, RELATIONS))),
    "language": (is_language, f"a language code, one of {', '.join(LANGUAGES)}"),
    "name": (lambda value: is_text(value) and value.isidentifier(), "a Python name"),
    "expression": (is_expression, "a Python expression"),
}
