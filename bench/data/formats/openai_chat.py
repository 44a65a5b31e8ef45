"""OpenAI's chat messages: {"messages": [{"role": "user", "content": "..."}]}, as its fine-tuning files hold them."""

from collections.abc import Iterator
from typing import Any

from bench.data import conversations
from bench.data.conversations import Said, turn_text
from bench.data.example import Dropped, Example
from bench.data.reading import describe
from bench.data.source import Record, Source

KEY = "messages"
ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
TOOLS = ("tool", "function")
CALLS = ("tool_calls", "function_call")


def matches(source: Source) -> bool:
    return conversations.matches(source, KEY)


def read(source: Source) -> Iterator[Example | Dropped]:
    """One example for each conversation; turns that cannot be used are dropped by their number."""
    return conversations.read(source, KEY, said)


def said(source: Source, record: Record, place: str, message: dict[str, Any]) -> Said:
    """One message; `weight` 0 on an answer means that it is shown, but not trained."""
    role = turn_text(source, record, place, message, "role", null=None)
    if role in TOOLS or any(message.get(key) for key in CALLS):
        return Said(role, "", place, problem="calls a tool or answers a call: no template here shows that")
    if role not in ROLES:
        return Said(role, "", place, problem=f"has the role {role!r}; known are {', '.join(ROLES)}")
    text, problem = content(source, record, place, message)
    return Said(ROLES[role], text, place, trained=weight(source, record, place, message) != 0, problem=problem)


def content(source: Source, record: Record, place: str, message: dict[str, Any]) -> tuple[str, str]:
    """(text, why it cannot be used). Text parts are joined by line breaks; there is no way to show an image."""
    parts = message.get("content")
    if not isinstance(parts, list):
        return turn_text(source, record, place, message, "content", null=""), ""
    texts = []
    for part in parts:
        kind = part.get("type") if isinstance(part, dict) else None
        if not isinstance(kind, str):
            problem = f"{place}: a part of 'content' is {describe(part)} without a 'type'; expected a text part"
            raise source.refuse(record.where, problem)
        if kind != "text":
            return "", f"holds a part of type {kind!r}; only text can be used"
        texts.append(turn_text(source, record, place, part, "text", null=None))
    return "\n".join(texts), ""


def weight(source: Source, record: Record, place: str, message: dict[str, Any]) -> float:
    given = message.get("weight")
    if given is None:
        return 1
    if isinstance(given, bool) or given not in (0, 1):
        raise source.refuse(record.where, f"{place}: 'weight' is {given!r:.60}; expected 0 or 1")
    return float(given)
