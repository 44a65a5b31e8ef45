"""ShareGPT: conversations as lists of {"from": "human", "value": "..."}, a list, one object, or JSON lines."""

from collections.abc import Iterator
from typing import Any

from bench.data import conversations
from bench.data.conversations import Said, turn_text
from bench.data.example import Dropped, Example
from bench.data.source import Record, Source

KEY = "conversations"
ROLES = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "assistant": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "system": "system",
}
TOOLS = ("tool", "function", "observation", "function_call", "function_response", "tool_call", "tool_response")


def matches(source: Source) -> bool:
    return conversations.matches(source, KEY) and "messages" not in source.columns


def read(source: Source) -> Iterator[Example | Dropped]:
    """One example for each conversation; turns that cannot be used are dropped by their number."""
    return conversations.read(source, KEY, said)


def said(source: Source, record: Record, place: str, turn: dict[str, Any]) -> Said:
    """One turn; some sets write OpenAI's `role` and `content` instead of `from` and `value`."""
    who, what = ("role", "content") if "role" in turn and "from" not in turn else ("from", "value")
    role = turn_text(source, record, place, turn, who, null=None).strip().lower()
    text = turn_text(source, record, place, turn, what, null="")
    return Said(ROLES.get(role, ""), text, place, problem=problem(role))


def problem(role: str) -> str:
    if role in TOOLS:
        return f"is from {role!r}: no template here shows calls of tools and their results"
    return "" if role in ROLES else f"is from {role!r}; known are {', '.join(ROLES)}"
