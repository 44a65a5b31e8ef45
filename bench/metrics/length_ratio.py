"""Length ratio as the lectures print it: characters generated / expected, 0 where nothing is expected.

`parts` gives the same in words, and the tokens generated; how many tokens the reference has is not stored.
"""

from collections.abc import Sequence, Sized
from statistics import fmean

from bench.behaviour import final_of
from bench.metrics._references import missing, missing_note, notes, unscored_note
from bench.record import Output, Score
from bench.stats.scores import mean

HIGHER_IS_BETTER = None
UNIT = "ratio"
SIGNATURE = "length_ratio characters first-reference blank-expected:0"


def score(outputs: Sequence[Output], argument: str = "") -> Score:
    """Mean over outputs of len(answer) / len(first reference); outputs without a reference are not scored."""
    judged = [output for output in outputs if output.references]
    values = [(output.example_id, ratio(final_of(output), expected(output))) for output in judged]
    unscored = len(outputs) - len(judged)
    why = notes(unscored_note(unscored), missing_note(judged))
    return mean(values, SIGNATURE, unscored, why, parts(judged))


def expected(output: Output) -> str:
    """The first reference; of white space alone it expects nothing."""
    return output.references[0] if output.references[0].strip() else ""


def ratio(said: Sized, gold: Sized) -> float:
    """Of characters, or of words; 0 where nothing is expected."""
    return len(said) / len(gold) if len(gold) else 0.0


def parts(judged: Sequence[Output]) -> dict[str, float | None]:
    """Means: ratio of words, tokens generated (None where none were counted); and how many had no response."""
    words = [ratio(final_of(output).split(), expected(output).split()) for output in judged]
    counted = any(output.new_tokens for output in judged)
    return {
        "words": fmean(words) if words else None,
        "new_tokens": fmean(output.new_tokens for output in judged) if counted else None,
        "missing": float(missing(judged)),
    }
