"""Scores of a case from its outputs alone: each metric in the case's own prompt form and in the other one.

Every score carries what null models reach on the same items and, for classifiers, their error on labelled outputs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bench import catalog
from bench.data.example import Example
from bench.floors import null_outputs, with_floors
from bench.golden import with_error
from bench.record import Output, Score

PROMPTED = ("template", "raw")
"""Forms that every metric reads; others only those that name them in READS."""


def score_outputs(
    outputs: Sequence[Output],
    metrics: Sequence[str],
    own_form: str,
    no_quality: str = "",
    train: Sequence[Example] = (),
) -> dict[str, Score]:
    """Column -> Score. Columns of another form than the own are called `NAME@raw`, `NAME@template`, `NAME@samples`.

    `no_quality` is the reason why this model's answers mean nothing (random weights); every value is then None.
    `train` is what null models may know.
    """
    forms = sorted({output.form for output in outputs} | {own_form}, key=lambda form: (form != own_form, form))
    scores: dict[str, Score] = {}
    for form in forms:
        asked = [output for output in outputs if output.form == form]
        nulls = null_outputs(asked, train) if form in PROMPTED and not no_quality else {}
        for name in (name for name in metrics if form in forms_read(name)):
            columns = without_value(name, len(asked), no_quality) if no_quality else judged(name, asked, nulls)
            suffix = "" if form in (own_form, "held_out") else f"@{form}"
            scores |= {f"{column}{suffix}": score for column, score in columns.items()}
    return scores


def forms_read(name: str) -> Sequence[str]:
    module, _ = catalog.load("metric", name)
    return getattr(module, "READS", PROMPTED)


def judged(name: str, outputs: Sequence[Output], nulls: Mapping[str, Sequence[Output]]) -> Mapping[str, Score]:
    """The columns of one metric with floors and the classifier's error."""
    return with_error(name, with_floors(name, score_metric(name, outputs), nulls))


def score_metric(name: str, outputs: Sequence[Output]) -> Mapping[str, Score]:
    """The columns of one metric; a single Score is called by file name and argument, `rouge:L` -> `rougeL`."""
    module, argument = catalog.load("metric", name)
    result = module.score(outputs, argument) if argument else module.score(outputs)
    return {name.replace(":", ""): result} if isinstance(result, Score) else result


def without_value(name: str, n: int, why: str) -> dict[str, Score]:
    empty = score_metric(name, [])
    return {column: replace(score, value=None, n=0, unscored=n, why=why) for column, score in empty.items()}
