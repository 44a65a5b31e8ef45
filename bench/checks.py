"""Verifiable constraints: what a dataset row declares about its answer, so that no judge is needed.

After IFEval (arXiv 2311.07911), with its known mistakes mended: an unknown kind raises instead of passing,
key words are escaped and matched as whole words, nothing is drawn at random, and a blank answer passes
nothing. A kind with a colon is one of IFEval's own 25 instructions and keeps the official rules (bench/ifeval).
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from bench import code_checks, ifeval
from bench.arguments import check_arguments
from bench.errors import UserError, nearest
from bench.ifeval import language
from bench.sentences import ITEM, sentences

OPENING, CLOSING = " \t\n\"'“”‘’«»`*_([", " \t\n\"'“”‘’«»`*_)].,;:!?"
NUMBER = re.compile(
    r"(?:(?<![\w)])[-−+])?(?<!\w)(?<!\d\.)(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|(?<!\.)\.\d+)"
)


WORD = re.compile(r"\w+(?:[-'’.]\w+)*")


class Kind(NamedTuple):
    """A kind of check: which part of following it measures, how, and what arguments it takes."""

    part: str
    """"content" (is it right?) or "format" (has it the asked form?)."""
    function: Callable[..., bool]
    """Takes the stripped answer and the arguments."""
    arguments: Mapping[str, str]
    """Argument name -> a key of bench.arguments.TYPES."""
    all_needed: bool = True
    """False when one of the arguments is enough."""


def part(check: Mapping[str, Any]) -> str:
    """ "content" or "format". Raises UserError when the kind is unknown."""
    if not is_ifeval(check):
        return known(check).part
    ifeval.known(check["kind"])
    return "format"


def is_ifeval(check: Mapping[str, Any]) -> bool:
    """The rule is an instruction of IFEval: {"kind": "length_constraints:number_words", "num_words": 300, ...}."""
    # The plain type first: asking for an abstract one takes ten times as long, and this is asked of every check.
    kind = check.get("kind") if type(check) is dict or isinstance(check, Mapping) else None
    return isinstance(kind, str) and ":" in kind


def passes(check: Mapping[str, Any], answer: str) -> bool:
    """True when the answer meets the check; a blank answer never does. Raises UserError as `validate`."""
    if is_ifeval(check):
        return ifeval.follows(answer, check["kind"], arguments(check))
    validate(check)
    answer = (answer or "").strip()
    return bool(answer) and KINDS[check["kind"]].function(answer, **arguments(check))


def validate(check: Mapping[str, Any]) -> None:
    """Raises UserError in one line: unknown kind, or a missing, unknown or mistyped argument."""
    if is_ifeval(check):
        ifeval.validate(check["kind"], arguments(check))
        return
    kind, given = known(check), arguments(check)
    where = f"check {check['kind']!r}"
    check_arguments(where, given, kind.arguments, kind.all_needed)
    if given.get("min", 0) > given.get("max", math.inf):
        raise UserError(f"{where}: 'min' {given['min']} is above 'max' {given['max']}; nothing could pass")


def known(check: Mapping[str, Any]) -> Kind:
    if not isinstance(check, Mapping) or not isinstance(check.get("kind"), str):
        raise UserError(f"check {check!r} has no 'kind'; expected one of {', '.join(sorted(KINDS))}")
    if check["kind"] not in KINDS:
        raise UserError(f"unknown check {check['kind']!r}.{nearest(check['kind'], KINDS)}")
    return KINDS[check["kind"]]


def arguments(check: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in check.items() if name != "kind"}


def normalise(text: str) -> str:
    """Case, white space and surrounding quotes or punctuation removed; a text of punctuation alone stays."""
    plain = " ".join(text.casefold().split())
    return plain.lstrip(OPENING).rstrip(CLOSING) or plain


def has_phrase(text: str, phrase: str) -> bool:
    """The phrase stands in the text as whole words, in any case, over any white space."""
    if text.isascii() and phrase.isascii():
        said, wanted = " ".join(text.lower().split()), " ".join(phrase.lower().split())
        begin = said.find(wanted)
        end = begin + len(wanted)
        # Compiling a pattern takes longer than all of this, and is needed only where the first place is inside a word.
        if begin < 0 or WORD.search(said[max(0, begin - 1) : begin] + said[end : end + 1]) is None:
            return begin >= 0
    pattern = r"\s+".join(re.escape(word) for word in phrase.split())
    return re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE) is not None


def contains(answer: str, all: Sequence[str] = (), any: Sequence[str] = ()) -> bool:
    missing = [phrase for phrase in all if not has_phrase(answer, phrase)]
    return not missing and (not any or not excludes(answer, any))


def excludes(answer: str, any: Sequence[str]) -> bool:
    return not [phrase for phrase in any if has_phrase(answer, phrase)]


def equals(answer: str, value: str) -> bool:
    return normalise(answer) == normalise(value)


def one_of(answer: str, values: Sequence[str]) -> bool:
    return normalise(answer) in {normalise(value) for value in values}


def number(answer: str, value: float) -> bool:
    """The last number is the answer: "3 + 4 = 7" gives 7."""
    found = last_number(answer)
    return found is not None and math.isclose(found, value, rel_tol=1e-9, abs_tol=1e-9)


def last_number(text: str) -> float | None:
    """Reads 1,000 and 3.5 and -2; digits inside a word (H2O, add_7) are no numbers."""
    found = [match.group() for match in NUMBER.finditer(text)]
    return float(found[-1].replace(",", "").replace("−", "-")) if found else None


def within(count: int, min: int = 0, max: float = math.inf) -> bool:
    return min <= count <= max


def count_sentences(answer: str, **bounds: int) -> bool:
    return within(len(sentences(answer)), **bounds)


def count_lines(answer: str, **bounds: int) -> bool:
    return within(sum(bool(line.strip()) for line in answer.splitlines()), **bounds)


def count_words(answer: str, **bounds: int) -> bool:
    return within(len(WORD.findall(answer)), **bounds)


def starts_with(answer: str, value: str) -> bool:
    """In the very case asked for, and not as the beginning of a longer word."""
    return re.match(re.escape(value) + (r"(?!\w)" if value[-1].isalnum() else ""), answer) is not None


def uppercase(answer: str) -> bool:
    return answer.isupper()


def items(answer: str, count: int) -> bool:
    """Entries between commas, line breaks and the word "and", without their bullets or numbers."""
    lines = [ITEM.sub("", line, count=1) for line in answer.splitlines()]
    entries = re.split(r",\s*and\s+|,|\n|\s+and\s+", "\n".join(lines))
    return sum(bool(entry.strip(CLOSING)) for entry in entries) == count


def in_language(answer: str, value: str) -> bool:
    """A text without anything to judge by (digits, symbols) is in no language."""
    found = language.detect(answer)
    return found is not None and language.is_language(found, value)


BOUNDS = {"min": "count", "max": "count"}

KINDS: dict[str, Kind] = {
    "contains": Kind("content", contains, {"all": "texts", "any": "texts"}, all_needed=False),
    "excludes": Kind("content", excludes, {"any": "texts"}),
    "equals": Kind("content", equals, {"value": "text"}),
    "number": Kind("content", number, {"value": "number"}),
    "python_function": Kind("content", code_checks.python_function, {"name": "name", "returns": "expression"}),
    "sentences": Kind("format", count_sentences, BOUNDS, all_needed=False),
    "lines": Kind("format", count_lines, BOUNDS, all_needed=False),
    "words": Kind("format", count_words, BOUNDS, all_needed=False),
    "starts_with": Kind("format", starts_with, {"value": "text"}),
    "one_of": Kind("format", one_of, {"values": "texts"}),
    "uppercase": Kind("format", uppercase, {}),
    "items": Kind("format", items, {"count": "count"}),
    "language": Kind("format", in_language, {"value": "language"}),
    "python": Kind("format", code_checks.python, {}),
    "json": Kind("format", code_checks.json, {}),
}
