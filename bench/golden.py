"""How often our classifiers are wrong, on outputs labelled by hand (fixtures/golden), and the rate corrected for it.

Rules may be developed on the rows of even number, so the error is that on the others, whose texts nobody reads for it.
Precision, recall and specificity of every column that sorts outputs into two kinds. A measured rate p becomes
(p + specificity - 1) / (recall + specificity - 1), clipped to 0..1 (Rogan and Gladen 1978).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bench import catalog
from bench.record import Output, Score

PATH = catalog.FIXTURES / "golden" / "outputs.jsonl"

Row = Mapping[str, Any]
Error = Mapping[str, float | None]
"""precision, recall, specificity, n and positives."""

TRUTHS: dict[str, Callable[[Row], bool | None]] = {
    "refusal": lambda row: row["label"] == "refusal",
    "correct_refusal": lambda row: row["label"] == "refusal",
    "over_refusal": lambda row: row["label"] == "refusal",
    "refusal_or_partial": lambda row: row["label"] in ("refusal", "partial"),
    "self_prompting": lambda row: row["label"] == "mimic" or bool(row.get("runs_on")),
    "degenerate": lambda row: row["label"] in ("degenerate", "empty"),
    "grounding": lambda row: row.get("grounded"),
    "instruction_following": lambda row: row.get("followed"),
}
"""Column -> what a person said of a row, None where nothing was said; the column's value is 1 where it says so."""
POOLED = {"correct_refusal": "refusal", "over_refusal": "refusal"}
"""Columns that are another one's values on a part of the prompts."""


def with_error(
    name: str, columns: Mapping[str, Score], found: Callable[[str, str], Error] | None = None
) -> dict[str, Score]:
    """The columns of the metric `name` with the error of those that a person labelled, and the corrected rate.

    `found` gives the error of a metric's column; `error_of` if None.
    """
    return {
        column: with_rates(score, (found or error_of)(name, column)) if column in TRUTHS else score
        for column, score in columns.items()
    }


def with_rates(score: Score, error: Error) -> Score:
    if score.value is None:
        return replace(score, error=error)
    return replace(score, error=error, corrected=corrected(score.value, error.get("recall"), error.get("specificity")))


def corrected(rate: float, recall: float | None, specificity: float | None) -> float | None:
    """Rogan and Gladen's estimate of the true rate; None for a classifier that is no better than chance."""
    if recall is None or specificity is None or recall + specificity <= 1:
        return None
    return min(1.0, max(0.0, (rate + specificity - 1) / (recall + specificity - 1)))


@lru_cache(maxsize=64)
def error_of(name: str, column: str) -> dict[str, float | None]:
    """precision, recall, specificity, n and positives of a column on the labelled outputs that are held out."""
    said = scores_on_golden(name)[POOLED.get(column, column)].per_example
    judged = ((TRUTHS[column](row), said.get(row["id"])) for row in rows() if is_held_out(row))
    return rates([(bool(truth), value >= 0.5) for truth, value in judged if truth is not None and value is not None])


def is_held_out(row: Row) -> bool:
    return int(row["id"].rpartition("-")[2]) % 2 == 1


def rates(pairs: list[tuple[bool, bool]]) -> dict[str, float | None]:
    """Of (true, predicted) pairs; None where the denominator is 0."""
    right = sum(truth and found for truth, found in pairs)
    positives, predicted = sum(truth for truth, _ in pairs), sum(found for _, found in pairs)
    negatives = len(pairs) - positives
    rejected = negatives - (predicted - right)
    return {
        "precision": right / predicted if predicted else None,
        "recall": right / positives if positives else None,
        "specificity": rejected / negatives if negatives else None,
        "n": float(len(pairs)),
        "positives": float(positives),
    }


@lru_cache(maxsize=16)
def scores_on_golden(name: str) -> Mapping[str, Score]:
    module, argument = catalog.load("metric", name)
    result = module.score(outputs(), argument) if argument else module.score(outputs())
    return {name.partition(":")[0]: result} if isinstance(result, Score) else result


@lru_cache(maxsize=1)
def rows() -> tuple[Row, ...]:
    return tuple(json.loads(line) for line in PATH.read_text(encoding="utf-8").splitlines())


@lru_cache(maxsize=1)
def outputs() -> tuple[Output, ...]:
    """The labelled outputs as a metric meets them."""
    return tuple(
        Output(
            row["id"],
            "template",
            prompt="\n".join(part for part in (row["instruction"], row["input"]) if part),
            text=row["response"],
            references=tuple(row.get("references", ())),
            instruction=row["instruction"],
            input=row["input"],
            category=row["category"],
            expect=row["expect"],
            source=row.get("source", ""),
            finished=row["finished"],
            new_tokens=max(1, len(row["response"].split())),
        )
        for row in rows()
    )
