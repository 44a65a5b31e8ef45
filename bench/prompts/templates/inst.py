"""Template D of the lectures: `[INST] ... [/INST]`, as Llama 2 and Mistral are asked.

As in template A, the space before the answer is the answer's first character. An answer and the next turn are
parted by a space, as Mistral writes them.
"""

from bench.data.example import Example

MARKERS = ("[INST]", "[/INST]")
BETWEEN = " "


def prompt(example: Example) -> str:
    given = f"\n\n{example.input}" if example.input else ""
    return f"[INST] {example.instruction}{given} [/INST]"


def answer(example: Example) -> str:
    return f" {example.response}"


def final_answer(text: str) -> str:
    return text.removeprefix(" ")
