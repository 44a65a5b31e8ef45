"""How a response ends, and quotes around all of it."""

from bench.ifeval.instruction import Instruction


def end_checker(response: str, end_phrase: str) -> bool:
    """In any case, and before a closing quotation mark."""
    return response.strip().strip('"').lower().endswith(end_phrase.strip().lower())


def quotation(response: str) -> bool:
    text = response.strip()
    return len(text) > 1 and text[0] == text[-1] == '"'


INSTRUCTIONS = {
    "startend:end_checker": Instruction(end_checker, {"end_phrase": "text"}),
    "startend:quotation": Instruction(quotation),
}
