"""The 25 instruction types of IFEval (arXiv 2311.07911), strict and loose, with the labels of Google's checkers.

Written anew and compared with the official labels of three models (tests/ifeval/test_agreement.py). It differs on
purpose: an unknown id raises instead of passing, nothing is drawn at random for an argument that is absent, null
arguments are left out and 0 is kept, and language detection is seeded.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from bench.arguments import check_arguments
from bench.errors import UserError, nearest
from bench.ifeval import (
    change_case,
    combination,
    detectable_content,
    detectable_format,
    keywords,
    language,
    length_constraints,
    punctuation,
    startend,
)
from bench.ifeval.instruction import Instruction

__all__ = ["INSTRUCTIONS", "follows", "follows_loosely", "is_upper_bound", "judge", "validate"]

INSTRUCTIONS: dict[str, Instruction] = {
    **keywords.INSTRUCTIONS,
    **language.INSTRUCTIONS,
    **length_constraints.INSTRUCTIONS,
    **detectable_content.INSTRUCTIONS,
    **detectable_format.INSTRUCTIONS,
    **combination.INSTRUCTIONS,
    **startend.INSTRUCTIONS,
    **change_case.INSTRUCTIONS,
    **punctuation.INSTRUCTIONS,
}


def validate(instruction_id: str, kwargs: Mapping[str, Any] | None) -> None:
    """Raises UserError in one line: an unknown id, or a missing, unknown or mistyped argument. Nulls do not count."""
    checked(instruction_id, kwargs)


def follows(response: str | None, instruction_id: str, kwargs: Mapping[str, Any] | None, prompt: str = "") -> bool:
    """Strict: the response exactly as generated; a blank one or None follows nothing. Raises as `validate`.

    `prompt` is what combination:repeat_prompt wants repeated where its kwargs name nothing.
    """
    given = checked(instruction_id, kwargs, prompt)
    return follows_checked(response, instruction_id, given)


def follows_loosely(
    response: str | None, instruction_id: str, kwargs: Mapping[str, Any] | None, prompt: str = ""
) -> bool:
    """Any of eight variants follows: without first line, last line, both or neither; with and without asterisks."""
    return judge(response, instruction_id, kwargs, prompt)[1]


def judge(
    response: str | None, instruction_id: str, kwargs: Mapping[str, Any] | None, prompt: str = ""
) -> tuple[bool, bool]:
    """(strict, loose), for little more than the cost of one; what passes strictly passes loosely."""
    given = checked(instruction_id, kwargs, prompt)
    if follows_checked(response, instruction_id, given):
        return True, True
    function = INSTRUCTIONS[instruction_id].function
    return False, any(function(variant, **given) for variant in variants(response or ""))


def is_upper_bound(instruction_id: str, kwargs: Mapping[str, Any] | None) -> bool:
    """It forbids or limits (no comma, forbidden words, "less than"), so that saying little passes it."""
    instruction = known(instruction_id)
    return instruction.forbids or (kwargs or {}).get(instruction.relation) == "less than"


def follows_checked(response: str | None, instruction_id: str, given: Mapping[str, Any]) -> bool:
    blank = response is None or not response.strip()
    return not blank and INSTRUCTIONS[instruction_id].function(response, **given)


def checked(instruction_id: str, kwargs: Mapping[str, Any] | None, prompt: str = "") -> dict[str, Any]:
    instruction = known(instruction_id)
    given = {name: value for name, value in (kwargs or {}).items() if value is not None}
    if prompt and "prompt_to_repeat" in instruction.arguments:
        given.setdefault("prompt_to_repeat", prompt)
    where = f"instruction {instruction_id!r}"
    check_arguments(where, given, instruction.arguments)
    if given.get("nth_paragraph", 0) > given.get("num_paragraphs", 0):
        raise UserError(
            f"{where}: 'nth_paragraph' {given['nth_paragraph']} is above 'num_paragraphs' {given['num_paragraphs']}"
        )
    return given


def known(instruction_id: str) -> Instruction:
    if instruction_id not in INSTRUCTIONS:
        raise UserError(f"unknown instruction {instruction_id!r}.{nearest(str(instruction_id), INSTRUCTIONS)}")
    return INSTRUCTIONS[instruction_id]


@lru_cache(maxsize=16)
def variants(response: str) -> tuple[str, ...]:
    """The seven other forms that count for loose following, without blank ones and repetitions."""
    found = dict.fromkeys(form for form in forms(response) if form.strip())
    found.pop(response, None)
    return tuple(found)


def forms(response: str) -> Iterator[str]:
    yield response.replace("*", "")
    lines = response.split("\n")
    for kept in (lines[1:], lines[:-1], lines[1:-1]):
        text = "\n".join(kept).strip()
        yield text
        yield text.replace("*", "")
