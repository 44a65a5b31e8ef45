"""No comma at all."""

from bench.ifeval.instruction import Instruction


def no_comma(response: str) -> bool:
    return "," not in response


INSTRUCTIONS = {"punctuation:no_comma": Instruction(no_comma, forbids=True)}
