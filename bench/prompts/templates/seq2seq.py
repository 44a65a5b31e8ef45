"""What an encoder reads: the instruction, then its input, and nothing else; the answer is the decoder's.

The lectures' {"input", "output"} form, for FLAN-T5 and its kin, which were trained on plain sentences.
"""

from bench.data.example import Example


def prompt(example: Example) -> str:
    return "\n\n".join(part for part in (example.instruction, example.input) if part)


def demonstration(example: Example) -> str:
    return f"{prompt(example)}\n\n{example.response}"
