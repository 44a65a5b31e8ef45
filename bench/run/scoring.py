"""Scores of a case from its outputs alone: each metric in the case's own prompt form and in the other one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bench import catalog
from bench.record import Output, Score


def score_outputs(
    outputs: Sequence[Output], metrics: Sequence[str], own_form: str, no_quality: str = ""
) -> dict[str, Score]:
    """Column -> Score. Columns of the other prompt form are called `NAME@raw` or `NAME@template`.

    `no_quality` is the reason why this model's answers mean nothing (random weights); every value is then None.
    """
    forms = sorted({output.form for output in outputs}, key=lambda form: form != own_form)
    scores: dict[str, Score] = {}
    for form in forms or [own_form]:
        asked = [output for output in outputs if output.form == form]
        for name in metrics:
            columns = without_value(name, len(asked), no_quality) if no_quality else score_metric(name, asked)
            suffix = "" if form == own_form else f"@{form}"
            scores |= {f"{column}{suffix}": score for column, score in columns.items()}
    return scores


def score_metric(name: str, outputs: Sequence[Output]) -> Mapping[str, Score]:
    """The columns of one metric; a single Score is called by file name and argument, `rouge:L` -> `rougeL`."""
    module, argument = catalog.load("metric", name)
    result = module.score(outputs, argument) if argument else module.score(outputs)
    return {name.replace(":", ""): result} if isinstance(result, Score) else result


def without_value(name: str, n: int, why: str) -> dict[str, Score]:
    empty = score_metric(name, [])
    return {column: replace(score, value=None, n=0, unscored=n, why=why) for column, score in empty.items()}
