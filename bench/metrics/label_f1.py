"""Classification by text: accuracy, weighted and macro F1 with scikit-learn, labels read by a declared rule.

An answer that names no label, or several, is wrong and counted. The floor always answers the majority class.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from bench.behaviour import final_of
from bench.checks import normalise
from bench.record import Output, Score
from bench.stats.intervals import Interval, bootstrap, wilson
from bench.stats.scores import NO_OUTPUTS

COLUMNS = ("accuracy", "f1_weighted", "f1_macro")
HIGHER_IS_BETTER = dict.fromkeys(COLUMNS, True)
UNIT = {"accuracy": "rate", "f1_weighted": "score", "f1_macro": "score"}
UNPARSABLE = ""
"""The prediction of an answer that names no one label; never a gold label."""


def score(outputs: Sequence[Output], argument: str = "") -> Mapping[str, Score]:
    """The three columns over the outputs that have a gold label; None with the reason when none has."""
    labelled = [output for output in outputs if output.label]
    unscored = len(outputs) - len(labelled)
    if not labelled:
        why = "the dataset has no labels" if outputs else NO_OUTPUTS
        return {column: Score(None, 0, unscored, why, signature=signature(column)) for column in COLUMNS}
    gold = [str(output.label) for output in labelled]
    labels = sorted(set(gold))
    predicted = [parse(final_of(output), labels) for output in labelled]
    ids = [output.example_id for output in labelled]
    return {column: column_score(column, ids, gold, predicted, labels, unscored) for column in COLUMNS}


def parse(answer: str, labels: Sequence[str]) -> str:
    """The label that the first line is, or the only one that stands in it as a word; UNPARSABLE otherwise."""
    line = normalise(answer.splitlines()[0][:2000]) if answer else ""
    by_name = {normalise(label): label for label in labels}
    if line in by_name:
        return by_name[line]
    # Longest first, so that "very good" is not also read as "good".
    names = "|".join(re.escape(name) for name in sorted(by_name, key=len, reverse=True))
    found = set(re.findall(rf"(?<!\w)(?:{names})(?!\w)", line))
    return by_name[found.pop()] if len(found) == 1 else UNPARSABLE


def column_score(
    column: str, ids: list[str], gold: list[str], predicted: list[str], labels: list[str], unscored: int
) -> Score:
    right = {i: float(g == p) for i, g, p in zip(ids, gold, predicted, strict=True)}
    low, high = interval(column, gold, predicted, labels)
    majority = min(labels, key=lambda label: (-Counter(gold)[label], label))
    return Score(
        value=value(column, gold, predicted, labels),
        n=len(gold),
        unscored=unscored,
        why=f"{unscored} outputs have no gold label" if unscored else "",
        per_example=right if column == "accuracy" else {},
        low=low,
        high=high,
        floor=value(column, gold, [majority] * len(gold), labels),
        signature=signature(column),
        parts={"unparsable": predicted.count(UNPARSABLE) / len(gold), "labels": float(len(labels))},
    )


def value(column: str, gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> float:
    from sklearn.metrics import accuracy_score, f1_score

    if column == "accuracy":
        return float(accuracy_score(gold, predicted))
    average = column.removeprefix("f1_")
    return float(f1_score(gold, predicted, labels=list(labels), average=average, zero_division=0))


def interval(column: str, gold: list[str], predicted: list[str], labels: list[str]) -> Interval:
    if column == "accuracy":
        return wilson(sum(g == p for g, p in zip(gold, predicted, strict=True)), len(gold))
    code = {label: number for number, label in enumerate([*labels, UNPARSABLE])}
    true, said = (np.array([code[name] for name in names]) for names in (gold, predicted))
    return bootstrap(len(gold), lambda rows: f1_of_codes(true[rows], said[rows], len(labels), column))


def f1_of_codes(true: np.ndarray, said: np.ndarray, labels: int, column: str) -> float:
    """As scikit-learn, from counts alone: 2000 resamples through scikit-learn would take seconds."""
    support = np.bincount(true, minlength=labels + 1)[:labels]
    named = np.bincount(said, minlength=labels + 1)[:labels]
    hits = np.bincount(true[true == said], minlength=labels + 1)[:labels]
    f1 = 2 * hits / np.maximum(support + named, 1)
    return float(np.average(f1, weights=support) if column == "f1_weighted" else f1.mean())


def signature(column: str) -> str:
    from importlib.metadata import version

    return f"{column} first-line-label unparsable:wrong scikit-learn {version('scikit-learn')}"
