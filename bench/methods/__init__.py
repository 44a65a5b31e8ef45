"""Fine-tuning methods, one file each, and the options behind a name: `lora:r=8:target_modules=c_attn+c_proj`."""

import types
from collections.abc import Callable
from dataclasses import fields
from typing import Any, Union, get_args, get_origin, get_type_hints

from bench.errors import UserError, nearest

WORDS = {"true": True, "false": False, "yes": True, "no": False}


def configure(method: Any, argument: str, name: str) -> Any:
    """The method's Config with the options of `argument`, `key=value` parted by ":", lists by "+".

    `name` stands in the message. Raises UserError for an option that the method lacks or a value of the wrong type.
    """
    kinds = get_type_hints(method.Config)
    known = [each.name for each in fields(method.Config)]
    values: dict[str, Any] = {}
    for part in filter(None, argument.split(":")):
        key, equals, text = part.partition("=")
        if key not in known:
            has = nearest(key, known) if known else " It has none."
            raise UserError(f"{name}: {key!r} is no option of this method.{has}")
        if not equals or not text:
            raise UserError(f"{name}: option {key!r} has no value; write {key}=VALUE")
        values[key] = parsed(text, kinds[key], f"{name}: {key}")
    return method.Config(**values)


def parsed(text: str, kind: Any, where: str) -> Any:
    """`text` as the first of the annotated types that it reads as."""
    for reader, wanted in readers(kind):
        try:
            return reader(text)
        except (ValueError, KeyError):
            last = wanted
    raise UserError(f"{where} is {text!r}; expected {last}")


def readers(kind: Any) -> list[tuple[Callable[[str], Any], str]]:
    """How a value of this annotation is read, and what to say where it cannot be."""
    if get_origin(kind) in (Union, types.UnionType):
        parts = [part for part in get_args(kind) if part is not type(None)]
        # A list is what has a "+", so it is tried before a plain string.
        return [found for part in sorted(parts, key=lambda part: part is str) for found in readers(part)]
    if get_origin(kind) is tuple:
        return [(listed, 'a list such as "c_attn+c_proj"')]
    if kind is bool:
        return [(lambda text: WORDS[text.lower()], "true or false")]
    names = {int: "a whole number", float: "a number", str: "a word"}
    return [(kind, names[kind])]


def listed(text: str) -> tuple[str, ...]:
    if "+" not in text:
        raise ValueError(text)
    return tuple(text.split("+"))
