"""The lectures' `### Instruction: ... ### Response:` template, with `### Input:` between them where there is one."""

from bench.data.dataset import Example


def prompt(example: Example) -> str:
    given = f"### Input:\n{example.input}\n\n" if example.input else ""
    return f"### Instruction:\n{example.instruction}\n\n{given}### Response:\n"
