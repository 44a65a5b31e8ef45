"""Exact match and token F1 of a SQuAD prediction file: question id -> answer, against question id -> references.

As the official script (v1.1): every question of the reference file counts, one without a prediction as 0;
predictions for other ids are ignored. Both are counted and said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bench.metrics import exact_match, token_f1
from bench.metrics._references import notes
from bench.record import Output, Score


def score_predictions(
    predictions: Mapping[str, str | None], references: Mapping[str, Sequence[str]]
) -> dict[str, Score]:
    """exact_match and token_f1 (0..1); `parts` counts the questions without a prediction and the alien ids."""
    outputs = as_outputs(predictions, references)
    alien = len(predictions.keys() - references.keys())
    scores = {"exact_match": exact_match.score(outputs), "token_f1": token_f1.score(outputs)}
    return {name: with_alien(score, alien) for name, score in scores.items()}


def as_outputs(predictions: Mapping[str, str | None], references: Mapping[str, Sequence[str]]) -> list[Output]:
    """One output per question of the references; text None where it has no prediction.

    A question without a reference is one of v2 that has no answer: the right answer is an empty one.
    """
    return [
        Output(question, "", "", predictions.get(question), tuple(gold) or ("",), "")  # type: ignore[arg-type]
        for question, gold in references.items()
    ]


def with_alien(score: Score, alien: int) -> Score:
    said = f"{alien} {'prediction' if alien == 1 else 'predictions'} for an id that the references lack, ignored"
    return replace(score, why=notes(score.why, said if alien else ""), parts={**score.parts, "alien": float(alien)})
