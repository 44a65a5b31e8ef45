"""What metrics that compare with a reference say of outputs they cannot judge, and of answers that are not there."""

from collections.abc import Sequence

from bench.record import Output


def is_missing(output: Output) -> bool:
    """No answer at all (a null response, a question without a prediction), which is not the same as an empty one."""
    return output.text is None and output.answer is None


def missing(outputs: Sequence[Output]) -> int:
    return sum(map(is_missing, outputs))


def missing_note(outputs: Sequence[Output]) -> str:
    count = missing(outputs)
    return f"{count} of {len(outputs)} without a response, counted as 0" if count else ""


def unscored_note(count: int) -> str:
    return f"{count} without a reference" if count else ""


def notes(*said: str) -> str:
    """What there is to say, in one line."""
    return "; ".join(note for note in said if note)
