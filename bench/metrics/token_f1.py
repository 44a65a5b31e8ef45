"""Token F1 by the rules of SQuAD v1.1 (arXiv 1606.05250): overlap of normalised words, best reference."""

from collections import Counter
from collections.abc import Sequence

from bench.behaviour import final_of
from bench.metrics.exact_match import normalise
from bench.record import Output, Score
from bench.stats.scores import mean

HIGHER_IS_BETTER = True
UNIT = "score"
SIGNATURE = "token_f1 normalise:squad-v1.1 best-of-references"


def score(outputs: Sequence[Output], argument: str = "") -> Score:
    """Mean over outputs of the best F1 over references; outputs without a reference are not scored."""
    judged = [output for output in outputs if output.references]
    values = [(output.example_id, best(final_of(output), output.references)) for output in judged]
    unscored = len(outputs) - len(judged)
    return mean(values, SIGNATURE, unscored=unscored, why="no reference" if unscored else "")


def best(answer: str, references: Sequence[str]) -> float:
    return max(f1(answer, reference) for reference in references)


def f1(answer: str, reference: str) -> float:
    """2PR / (P + R) over shared words, counted with repetition; 1 when both are empty, 0 when one is."""
    said, gold = normalise(answer).split(), normalise(reference).split()
    if not said or not gold:
        return float(said == gold)
    shared = sum((Counter(said) & Counter(gold)).values())
    return 2 * shared / (len(said) + len(gold))
