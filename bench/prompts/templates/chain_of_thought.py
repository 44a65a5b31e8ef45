"""The lectures' chain-of-thought template: reasoning first, then "Therefore, the answer is: ...".

Where a row has no rationale, only the closing sentence is trained. A generated text without that sentence has no
answer: "" is scored as wrong, and nothing is guessed from the last number or the last line.
"""

import re

from bench.data.example import Example

MARKERS = ("### Instruction:", "### Problem:", "### Solution:")
CONCLUSION = re.compile(r"therefore, the answer is\b[^\S\n]*:?(?P<answer>[^\n]*)", re.IGNORECASE)


def prompt(example: Example) -> str:
    problem = "\n\n".join(part for part in (example.instruction, example.input) if part)
    return (
        "### Instruction:\nSolve the following problem and explain your reasoning step by step.\n\n"
        f"### Problem:\n{problem}\n\n### Solution:\nLet's think step by step:\n"
    )


def answer(example: Example) -> str:
    reasoning = f"{example.rationale}\n\n" if example.rationale else ""
    return f"{reasoning}Therefore, the answer is: {example.response}"


def final_answer(text: str) -> str:
    """What the last conclusion names, up to the end of its line, without one closing period; "" without one."""
    conclusions = CONCLUSION.findall(text)
    return conclusions[-1].strip().removesuffix(".").rstrip() if conclusions else ""
