"""Wording that no answer of a dataset should hold: orders to whoever reads it, talk of the source, small talk.

Teachers say such things of themselves, and a page may hold them on purpose (prompt injection, arXiv 2302.12173). The
lists are short and name what they found; a person decides about the rest.
"""

import re

ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^.?!\n]{0,30}"
    r"\b(?:previous|prior|above|earlier|preceding|your|all|any|these|those)\b[^.?!\n]{0,20}"
    r"\b(?:instructions?|prompts?|rules|directions|guidelines|context)\b"
    r"|\bsystem prompt\b"
    r"|\byou are now (?:an? |in )\w+"
    r"|\b(?:reveal|print|repeat|send|output)\b[^.?!\n]{0,20}\b(?:system prompt|api key|password|instructions above)\b"
    r"|<\|(?:im_start|im_end|system|endoftext|eot_id)[^>]{0,20}\|?>|\[/?INST\]",
    re.IGNORECASE,
)
"""A text that tells its reader, a model most likely, what to do."""

SOURCE_TALK = re.compile(
    r"\b(?:according to|based on|in|from|by) the (?:provided |given |above )?(?:context|passages?|excerpts?)\b"
    r"|\bthe (?:provided|given|above|supplied) (?:context|passages?|text|excerpts?|information)\b"
    r"|\bthe (?:context|passages?|excerpts?) (?:does|do|says?|states?|mentions?|describes?|provided|given)\b",
    re.IGNORECASE,
)
"""Whoever asks the tuned model gives it no passage, so an answer must not speak of one."""

SMALL_TALK = re.compile(
    r"\A\W*(?:sure|certainly|of course|absolutely|great question|good question|here is|okay)\b[^.?!\n]{0,40}[,!:]"
    r"|\bas an ai\b|\blanguage model\b|\bi hope this helps\b|\blet me know if\b|\bfeel free to ask\b",
    re.IGNORECASE,
)


def order_in(text: str) -> str:
    """The place where a text gives orders to its reader, or ""."""
    return found(ORDERS, text)


def source_talk_in(text: str) -> str:
    """The place where an answer speaks of "the passage" or "the context", or ""."""
    return found(SOURCE_TALK, text)


def small_talk_in(text: str) -> str:
    """The place where an answer chats instead of answering, or ""."""
    return found(SMALL_TALK, text)


def found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return " ".join(match.group().split()) if match else ""
