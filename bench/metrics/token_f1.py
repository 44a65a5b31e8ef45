"""Token F1 by the rules of SQuAD v1.1 (arXiv 1606.05250): overlap of normalised words, best reference.

Two texts without a word agree fully, as in the script of SQuAD v2 (v1.1's gives 0). A missing answer counts 0.
"""

from collections import Counter
from collections.abc import Sequence

from bench.behaviour import final_of
from bench.metrics._references import is_missing, missing, missing_note, notes, unscored_note
from bench.metrics.exact_match import normalise
from bench.record import Output, Score
from bench.stats.scores import SHARE, mean

HIGHER_IS_BETTER = True
UNIT = "score"
SIGNATURE = "token_f1 normalise:squad-v1.1 best-of-references both-empty:1 missing:0"


def score(outputs: Sequence[Output], argument: str = "") -> Score:
    """Mean over outputs of the best F1 over references; outputs without a reference are not scored."""
    judged = [output for output in outputs if output.references]
    values = [(output.example_id, value(output)) for output in judged]
    unscored = len(outputs) - len(judged)
    why = notes(unscored_note(unscored), missing_note(judged))
    return mean(values, SIGNATURE, unscored, why, {"missing": float(missing(judged))}, SHARE)


def value(output: Output) -> float:
    return 0.0 if is_missing(output) else best(final_of(output), output.references)


def best(answer: str, references: Sequence[str]) -> float:
    said = words(answer)
    return max(f1(said, words(reference)) for reference in references)


def words(text: str) -> list[str]:
    return normalise(text).split()


def f1(said: Sequence[str], gold: Sequence[str]) -> float:
    """2PR / (P + R) over shared words, counted with repetition; 1 when both are empty, 0 when one is."""
    if not said or not gold:
        return float(said == gold)
    shared = sum((Counter(said) & Counter(gold)).values())
    return 2 * shared / (len(said) + len(gold))
