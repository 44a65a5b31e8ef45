"""The rules of the recipe linter by theme; bench/recipes/lint.py lists them and runs them.

A rule takes a Plan and yields Hits. An error: the run fails, or what was asked for cannot happen. A warning: it runs,
and something is lost or worth a look. A rule that lacks a fact yields nothing.
"""

from typing import NamedTuple


class Hit(NamedTuple):
    """A finding before it knows its rule and place."""

    severity: str
    """"error" or "warning"."""
    setting: str
    """The knob, argument or fact it is about."""
    message: str


def error(setting: str, message: str) -> Hit:
    return Hit("error", setting, message)


def warning(setting: str, message: str) -> Hit:
    return Hit("warning", setting, message)
