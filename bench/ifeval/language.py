"""The language of a response, by langdetect with a fixed seed, so that a label never flips between two runs."""

import re
from functools import lru_cache

from bench.ifeval import detection
from bench.ifeval.instruction import Instruction

LONGEST = 100_000
"""Characters that are looked at; langdetect itself reads 10,000 after it took addresses out."""
# ASCII that langdetect reads as a space, without the six marks that it counts as Latin letters.
SPACING = re.compile(r"[\x00-@{-\x7f]+")


def response_language(response: str, language: str) -> bool:
    """A text without anything that langdetect can use (digits, symbols) passes, as in the official code."""
    found = detect(response)
    return found is None or is_language(found, language)


def is_language(found: str, wanted: str) -> bool:
    """ "zh" is Chinese in either script."""
    return wanted in (found, found.split("-")[0])


def detect(text: str) -> str | None:
    """The most likely language code, e.g. "en"; None when the text holds no letters to judge by."""
    return detected(spaced(text))


def spaced(text: str) -> str:
    """The text as langdetect sees it, so that variants which differ in asterisks only are detected once."""
    if len(text) > 10_000 or "://" in text or "@" in text:
        return text[:LONGEST]
    return SPACING.sub(" ", text).lstrip(" ")


detected = lru_cache(maxsize=256)(detection.detect)


INSTRUCTIONS = {"language:response_language": Instruction(response_language, {"language": "language"})}
