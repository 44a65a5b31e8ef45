"""Scores of a case from its outputs alone: each metric in the case's own prompt form and in the other one.

Every score carries what null models reach on the same items and, for classifiers, their error on labelled outputs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache, partial
from typing import Any

from bench import catalog
from bench.data.example import Example
from bench.floors import has_floors, null_outputs, null_scores, saying, with_reached
from bench.garbage import collector_paused
from bench.golden import PATH as GOLDEN
from bench.golden import Error, error_of, with_error
from bench.measure.packages import versions
from bench.record import Output, Score
from bench.run.keys import SCORERS, code_sha256, digest, file_sha256, metric_sha256

Reached = Mapping[str, Mapping[str, float]]
"""Column -> null model -> what it reaches."""
Floors = Callable[[str, Sequence[str]], Reached]
"""What null models reach in the columns of a metric."""
Remember = Callable[[str, Callable[[], Any]], Any]
"""Store.remember."""

PROMPTED = ("template", "raw")
"""Forms that every metric reads; others only those that name them in READS."""


def anew(key: str, make: Callable[[], Any]) -> Any:
    """Remembers nothing."""
    return make()


def score_outputs(
    outputs: Sequence[Output],
    metrics: Sequence[str],
    own_form: str,
    no_quality: str = "",
    train: Sequence[Example] = (),
    remember: Remember = anew,
) -> dict[str, Score]:
    """Column -> Score. Columns of another form than the own are called `NAME@raw`, `NAME@template`, `NAME@samples`.

    `no_quality` is the reason why this model's answers mean nothing (random weights); every value is then None.
    `train` is what null models may know; what they reach is the same for every model that was asked the same, so that
    it can be remembered.
    """
    forms = sorted({output.form for output in outputs} | {own_form}, key=lambda form: (form != own_form, form))
    scores: dict[str, Score] = {}
    for form in forms:
        asked = [output for output in outputs if output.form == form]
        floors = floors_of(asked, train, remember) if form in PROMPTED else no_floors
        for name in (name for name in metrics if form in forms_read(name)):
            columns = (
                without_value(name, len(asked), no_quality) if no_quality else judged(name, asked, floors, remember)
            )
            suffix = "" if form in (own_form, "held_out") else f"@{form}"
            scores |= {f"{column}{suffix}": score for column, score in columns.items()}
    return scores


def forms_read(name: str) -> Sequence[str]:
    module, _ = catalog.load("metric", name)
    return getattr(module, "READS", PROMPTED)


def judged(name: str, outputs: Sequence[Output], floors: Floors, remember: Remember = anew) -> Mapping[str, Score]:
    """The columns of one metric with floors and the classifier's error."""
    columns = score_metric(name, outputs)
    error = partial(remembered_error, remember)
    return with_error(name, with_reached(name, columns, floors(name, list(columns))), error)


def remembered_error(remember: Remember, name: str, column: str) -> Error:
    """A classifier's error on the labelled outputs, which is the same whatever model is asked."""
    code = [metric_sha256(name), code_sha256("bench.golden"), file_sha256(GOLDEN), versions(SCORERS)]
    found: Error = remember(digest("error", name, column, code), lambda: error_of(name, column))
    return found


def no_floors(name: str, columns: Sequence[str]) -> Reached:
    return {}


def floors_of(outputs: Sequence[Output], train: Sequence[Example] = (), remember: Remember = anew) -> Floors:
    """Null models on the same questions, each asked and scored only where that is not remembered."""
    nulls = cache(lambda: null_outputs(outputs, train))
    asked = digest(
        [asdict(saying(output, "")) for output in outputs], [asdict(example) for example in train], versions(SCORERS)
    )

    def reached(name: str, columns: Sequence[str]) -> Reached:
        module, _ = catalog.load("metric", name)
        if not any(has_floors(module, column) for column in columns):
            return {}
        key = digest("floors", name, list(columns), metric_sha256(name), code_sha256("bench.floors"), asked)
        found: Reached = remember(key, lambda: null_scores(name, columns, nulls()))
        return found

    return reached


def score_metric(name: str, outputs: Sequence[Output]) -> Mapping[str, Score]:
    """The columns of one metric; a single Score is called by file name and argument, `rouge:L` -> `rougeL`."""
    module, argument = catalog.load("metric", name)
    with collector_paused():
        result = module.score(outputs, argument) if argument else module.score(outputs)
    return {name.replace(":", ""): result} if isinstance(result, Score) else result


def without_value(name: str, n: int, why: str) -> dict[str, Score]:
    empty = score_metric(name, [])
    return {column: replace(score, value=None, n=0, unscored=n, why=why) for column, score in empty.items()}
