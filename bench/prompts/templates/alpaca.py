"""Template E of the lectures: "Below is an instruction that describes a task ...", as Stanford Alpaca has it.

The line break after `### Response:` is the one in the `text` column of the published dataset.
"""

from bench.data.example import Example

TASK = "Below is an instruction that describes a task"
REQUEST = "Write a response that appropriately completes the request."
MARKERS = (f"\n{TASK}", "### Instruction:", "### Input:", "### Response:")


def prompt(example: Example) -> str:
    if not example.input:
        return f"{TASK}. {REQUEST}\n\n### Instruction:\n{example.instruction}\n\n### Response:\n"
    return (
        f"{TASK}, paired with an input that provides further context. {REQUEST}\n\n"
        f"### Instruction:\n{example.instruction}\n\n### Input:\n{example.input}\n\n### Response:\n"
    )
