"""What the recipe linter says of a case, known before it runs; told in the record, so that the report can show it."""

from dataclasses import asdict
from typing import Any

from bench.case import Case
from bench.data.dataset import Dataset
from bench.recipes.facts import known
from bench.recipes.lint import lint_training


def linted(case: Case, dataset: Dataset, total_params: int | None = None) -> list[dict[str, Any]]:
    """Findings as plain dicts, errors first; [] for a method that does not train.

    `total_params` counts the parameters of a model whose file cannot tell (`hub:`, `shape:`), once it is loaded.
    """
    facts = known(case.model, case.dataset)
    found = lint_training(
        case.train,
        case.method,
        len(dataset.train),
        facts.positions,
        parameters=facts.parameters or total_params,
        validation=len(dataset.validation),
        generate=case.generate,
        template=case.template,
    )
    return [asdict(finding) for finding in found]
