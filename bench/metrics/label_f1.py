"""Classification by text: accuracy, weighted and macro F1 with scikit-learn, labels read by a declared rule.

An answer that names no label, or several, is wrong and counted. The floor always answers the majority class. F1 is
no mean over examples: `per_example` of all three columns says which answers were right, so a paired test on an F1
column is one of accuracy; `details` of accuracy keep both labels, from which a paired F1 can be resampled.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Answers:
    """Gold and predicted label of each example that has a gold one."""

    ids: list[str]
    gold: list[str]
    predicted: list[str]
    """A gold label of the data, or UNPARSABLE."""
    labels: list[str]
    """The gold labels there are, sorted."""

    @property
    def right(self) -> list[bool]:
        return [gold == said for gold, said in zip(self.gold, self.predicted, strict=True)]


def score(outputs: Sequence[Output], argument: str = "") -> Mapping[str, Score]:
    """The three columns over the outputs that have a gold label; None with the reason when none has."""
    labelled = [output for output in outputs if (output.label or "").strip()]
    unscored = len(outputs) - len(labelled)
    if not labelled:
        why = "the dataset has no labels" if outputs else NO_OUTPUTS
        return {column: Score(None, 0, unscored, why, signature=signature(column)) for column in COLUMNS}
    answers = read(labelled)
    return {column: column_score(column, answers, unscored) for column in COLUMNS}


def read(labelled: Sequence[Output]) -> Answers:
    """Gold labels that differ in case, white space or punctuation alone are one label."""
    spelled = {normalise(label): label for label in sorted({str(output.label) for output in labelled}, reverse=True)}
    labels = sorted(spelled.values())
    return Answers(
        ids=[output.example_id for output in labelled],
        gold=[spelled[normalise(str(output.label))] for output in labelled],
        predicted=[parse(final_of(output), labels) for output in labelled],
        labels=labels,
    )


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


def column_score(column: str, answers: Answers, unscored: int) -> Score:
    low, high = interval(column, answers)
    count = len(answers.gold)
    floor = majority_floor(column, answers)
    return Score(
        value=value(column, answers.gold, answers.predicted, answers.labels),
        n=count,
        unscored=unscored,
        why=f"{unscored} outputs have no gold label" if unscored else "",
        per_example=dict(zip(answers.ids, map(float, answers.right), strict=True)),
        low=low,
        high=high,
        floor=floor,
        signature=signature(column),
        parts={"unparsable": answers.predicted.count(UNPARSABLE) / count, "labels": float(len(answers.labels))},
        details=details(answers) if column == "accuracy" else {},
        floors={"majority": floor},
    )


def details(answers: Answers) -> dict[str, dict[str, str]]:
    both = zip(answers.ids, answers.predicted, answers.gold, strict=True)
    return {example_id: {"label": said, "gold": gold} for example_id, said, gold in both}


def majority_floor(column: str, answers: Answers) -> float:
    counted = Counter(answers.gold)
    majority = min(answers.labels, key=lambda label: (-counted[label], label))
    return value(column, answers.gold, [majority] * len(answers.gold), answers.labels)


def value(column: str, gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> float:
    from sklearn.metrics import accuracy_score, f1_score

    if column == "accuracy":
        return float(accuracy_score(gold, predicted))
    average = column.removeprefix("f1_")
    return float(f1_score(gold, predicted, labels=list(labels), average=average, zero_division=0))


def interval(column: str, answers: Answers) -> Interval:
    count = len(answers.gold)
    if column == "accuracy":
        return wilson(sum(answers.right), count)
    code = {label: number for number, label in enumerate([*answers.labels, UNPARSABLE])}
    true, said = (np.array([code[name] for name in names]) for names in (answers.gold, answers.predicted))
    return bootstrap(count, lambda rows: f1_of_codes(true[rows], said[rows], len(answers.labels), column))


def f1_of_codes(true: np.ndarray, said: np.ndarray, labels: int, column: str) -> float:
    """As scikit-learn, from counts alone: 2000 resamples through scikit-learn would take seconds."""
    support = np.bincount(true, minlength=labels + 1)[:labels]
    named = np.bincount(said, minlength=labels + 1)[:labels]
    hits = np.bincount(true[true == said], minlength=labels + 1)[:labels]
    f1 = 2 * hits / np.maximum(support + named, 1)
    return float(np.average(f1, weights=support) if column == "f1_weighted" else f1.mean())


def signature(column: str) -> str:
    from importlib.metadata import version

    per_example = "" if column == "accuracy" else " per-example:right"
    return f"{column} first-line-label unparsable:wrong{per_example} scikit-learn {version('scikit-learn')}"
