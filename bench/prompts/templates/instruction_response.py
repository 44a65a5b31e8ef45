"""Template B of the lectures: `### Instruction:` and `### Response:`; an input stands after the instruction."""

from bench.data.example import Example

MARKERS = ("### Instruction:", "### Response:")


def prompt(example: Example) -> str:
    given = f"\n\n{example.input}" if example.input else ""
    return f"### Instruction:\n{example.instruction}{given}\n\n### Response:\n"
