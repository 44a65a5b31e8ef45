"""Template A of the lectures: `Instruction: ...` and `Response: ...`, each on a line of its own.

The space after `Response:` belongs to the answer, not to the prompt. Byte-level BPE has no token for a space that a
word follows (" Paris" is one token), so a prompt that ends in a space would put the model before an id it never
saw there. SentencePiece writes the same ids with and without that space.
"""

from bench.data.example import Example

MARKERS = ("\nInstruction:", "\nInput:", "\nResponse:")
BETWEEN = "\n"


def prompt(example: Example) -> str:
    given = f"Input: {example.input}\n" if example.input else ""
    return f"Instruction: {example.instruction}\n{given}Response:"


def answer(example: Example) -> str:
    return f" {example.response}"


def final_answer(text: str) -> str:
    return text.removeprefix(" ")
