"""Template C of the lectures: `### Instruction:`, `### Input:` where there is one, and `### Response:`."""

from bench.data.example import Example

MARKERS = ("### Instruction:", "### Input:", "### Response:")


def prompt(example: Example) -> str:
    given = f"### Input:\n{example.input}\n\n" if example.input else ""
    return f"### Instruction:\n{example.instruction}\n\n{given}### Response:\n"
