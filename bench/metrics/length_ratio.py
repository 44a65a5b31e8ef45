"""Length ratio as the lectures print it: characters generated / expected, 0 where nothing is expected."""

from collections.abc import Sequence

from bench.behaviour import final_of
from bench.record import Output, Score
from bench.stats.scores import mean

HIGHER_IS_BETTER = None
UNIT = "ratio"
SIGNATURE = "length_ratio characters first-reference blank-expected:0"


def score(outputs: Sequence[Output], argument: str = "") -> Score:
    """Mean over outputs of len(answer) / len(first reference); outputs without a reference are not scored."""
    judged = [output for output in outputs if output.references]
    values = [(output.example_id, ratio(final_of(output), output.references[0])) for output in judged]
    unscored = len(outputs) - len(judged)
    return mean(values, SIGNATURE, unscored=unscored, why="no reference" if unscored else "")


def ratio(answer: str, expected: str) -> float:
    return len(answer) / len(expected) if (expected or "").strip() else 0.0
