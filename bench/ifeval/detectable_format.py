"""Bullets, highlights, sections, titles, JSON, and answers out of three sentences.

The patterns count what the official ones count, and are written so that a megabyte of anything takes linear time.
"""

import json
import re
from functools import lru_cache

from bench.ifeval.instruction import Instruction

OPTIONS = ("My answer is yes.", "My answer is no.", "My answer is maybe.")
STARRED = re.compile(r"^[^\S\n]*+\*[^*].*$", re.MULTILINE)
DASHED = re.compile(r"^[^\S\n]*+-", re.MULTILINE)
SINGLE = re.compile(r"\*([^\n*]*)\*")
DOUBLE = re.compile(r"\*\*([^\n*]*)\*\*")
FENCES = ("```json", "```Json", "```JSON", "```")


def number_bullet_lists(response: str, num_bullets: int) -> bool:
    """Exactly so many lines that begin with "-" or with one "*"."""
    return len(STARRED.findall(response)) + len(DASHED.findall(response)) == num_bullets


def constrained_response(response: str) -> bool:
    return any(option in response for option in OPTIONS)


def number_highlighted_sections(response: str, num_highlights: int) -> bool:
    """*Sections* and **sections** that are not blank."""
    found = SINGLE.findall(response) + DOUBLE.findall(response)
    return sum(bool(section.strip()) for section in found) >= num_highlights


def multiple_sections(response: str, section_spliter: str, num_sections: int) -> bool:
    return len(heading(section_spliter.strip()).findall(response)) >= num_sections


@lru_cache(maxsize=256)
def heading(word: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(word)}\s?\d+")


def json_format(response: str) -> bool:
    """The whole response is JSON, in a code fence or bare."""
    text = response.strip()
    for fence in FENCES:
        text = text.removeprefix(fence)
    return is_json(text.removesuffix("```").strip())


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def title(response: str) -> bool:
    """<<something>> in one line."""
    return any(is_title(line) for line in response.split("\n"))


def is_title(line: str) -> bool:
    begin, end = line.find("<<"), line.rfind(">>")
    return 0 <= begin < end - 2 and bool(line[begin : end + 2].lstrip("<").rstrip(">").strip())


INSTRUCTIONS = {
    "detectable_format:number_bullet_lists": Instruction(number_bullet_lists, {"num_bullets": "count"}),
    "detectable_format:constrained_response": Instruction(constrained_response),
    "detectable_format:number_highlighted_sections": Instruction(
        number_highlighted_sections, {"num_highlights": "count"}
    ),
    "detectable_format:multiple_sections": Instruction(
        multiple_sections, {"section_spliter": "text", "num_sections": "count"}
    ),
    "detectable_format:json_format": Instruction(json_format),
    "detectable_format:title": Instruction(title),
}
