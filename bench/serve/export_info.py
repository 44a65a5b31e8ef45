"""model_info.json: what a tuned model is, where it comes from, how it was asked, and what was measured.

Its first four keys are the lecture's (S1.14).
"""

from typing import TYPE_CHECKING, Any

from bench import __version__, catalog
from bench.case import Case, short_name
from bench.errors import UserError
from bench.record import RunRecord, Score

if TYPE_CHECKING:
    from bench.serve.assistant_trained import Trained

OWN_LICENCE = "Apache-2.0"
"""Of the models and datasets in the repository."""


def info_of(trained: "Trained") -> dict[str, Any]:
    """Plain JSON values; `licence` holds "" for what nobody has stated."""
    case, record = trained.case, trained.record
    base = base_record(trained)
    return {
        "model_type": f"{short_name(case.trained_on).replace('-', '_')}_assistant",
        "base_model": case.model,
        "fine_tuning_method": case.method,
        "description": (
            f"{short_name(case.model)} tuned on {short_name(case.trained_on)} with {case.method}, seed {case.seed}; "
            f"asked in template {case.template}"
        ),
        "name": case.label,
        "case": case.id,
        "dataset": short_name(case.trained_on),
        "seed": case.seed,
        "template": case.template,
        "max_new_tokens": record.resolved["generate"]["max_new_tokens"],
        "dtype": record.resolved.get("dtype", "float32"),
        "base_revision": trained.source.revision,
        "licence": {"base_model": model_licence(case), "dataset": dataset_licence(case)},
        "form": record.form,
        "scores": numbers(record),
        "base_scores": numbers(base) if base else {},
        "base_form": base.form if base else "",
        "fingerprint": trained.fingerprint.as_dict(),
        "tunebench": __version__,
    }


def base_record(trained: "Trained") -> RunRecord | None:
    """The untuned model under the same case of the same run."""
    wanted = trained.case.with_method("base")
    return next((record for record in trained.run.records if record.case == wanted and record.scores), None)


def numbers(record: RunRecord) -> dict[str, dict[str, Any]]:
    """Each column's value with its denominator, interval and floor."""
    return {name: number(score) for name, score in record.scores.items()}


def number(score: Score) -> dict[str, Any]:
    found = {key: getattr(score, key) for key in ("value", "n", "low", "high", "floor", "signature")}
    return found if score.value is not None else {**found, "why": score.why}


def model_licence(case: Case) -> str:
    return OWN_LICENCE if case.model in catalog.fixture_models() else ""


def dataset_licence(case: Case) -> str:
    """As the dataset's recipe states it; "" where it cannot be read any more."""
    from bench.data.dataset import load_dataset

    if (catalog.FIXTURES / "datasets" / f"{case.trained_on}.jsonl").is_file():
        return OWN_LICENCE
    try:
        return load_dataset(case.trained_on).licence
    except (UserError, OSError):
        return ""
