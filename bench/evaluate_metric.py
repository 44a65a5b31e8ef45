"""Any of our metrics as a Hugging Face `evaluate.Metric`, alone or in `evaluate.combine`, without the network.

    from bench.evaluate_metric import metric
    metric("rouge:L").compute(predictions=["a cat"], references=["the cat"])      # {"rougeL": 0.5}

Never `evaluate.load(name)`, which downloads code and runs it. Examples are kept in memory; nothing is written.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import evaluate
from datasets import Features, Value
from datasets import Sequence as ListOf

from bench import catalog
from bench.errors import UserError, nearest
from bench.record import Output
from bench.run.scoring import score_metric

TYPES = {
    "predictions": "string",
    "references": "string",
    "instruction": "string",
    "input": "string",
    "source": "string",
    "group": "string",
    "label": "string",
    "expect": "string",
    "checks": "string",
    "finished": "bool",
    "nll": "float64",
    "nll_before": "float64",
    "nll_tokens": "int64",
}
"""Column -> its type. All but the first two are called as in bench.record.Output; `checks` is a JSON list."""

TEXTS = ("predictions", "references")
NEEDS = {
    "completion": ("predictions", "instruction"),
    "consistency": ("predictions", "group"),
    "degenerate": ("predictions",),
    "diversity": ("predictions",),
    "forgetting": ("nll", "nll_before", "nll_tokens"),
    "grounding": ("predictions", "instruction", "source"),
    "instruction_following": ("predictions", "references", "instruction", "checks"),
    "judge": ("predictions", "references", "instruction"),
    "perplexity": ("nll", "nll_tokens"),
    "refusal": ("predictions", "instruction", "expect"),
}
"""The columns of a metric that reads other things than texts and references."""


def metric(name: str, columns: Sequence[str] = ()) -> "TunebenchMetric":
    """The metric `name` or `name:argument`; `columns` where it is to be given others than NEEDS says.

    label_f1 takes the (first) reference as the gold label. Raises UserError for an unknown metric or column.
    """
    catalog.check("metric", name)
    for column in columns:
        if column not in TYPES:
            raise UserError(f"metric {name!r}: unknown column {column!r}.{nearest(column, TYPES)}")
    return TunebenchMetric(name, tuple(columns) or NEEDS.get(name.partition(":")[0], TEXTS))


class TunebenchMetric(evaluate.Metric):
    """One of our metrics; `compute` gives {column: value}, None where nothing could be scored."""

    def __init__(self, name: str, columns: Sequence[str] = TEXTS, **settings: Any) -> None:
        self.named, self.columns = name, tuple(columns)
        super().__init__(keep_in_memory=True, **settings)
        # `evaluate.combine` puts this name before columns that two metrics share.
        self.info.module_name = name.replace(":", "_")

    def _info(self) -> evaluate.MetricInfo:
        module = catalog.load("metric", self.named)[0]
        return evaluate.MetricInfo(
            description=str(module.__doc__),
            citation="",
            inputs_description=f"\nColumns: {', '.join(self.columns)}; references are texts or lists of texts.",
            features=features(self.columns),
        )

    def _build_data_dir(self) -> str:
        """Where `evaluate` would keep examples on disk; named, never made."""
        return str(self._data_dir_root)

    def add_batch(self, *, predictions: Any = None, references: Any = None, **columns: Any) -> None:
        """Adds lists of predictions, references and further columns; a None among the texts is an empty answer."""
        given = {"predictions": predictions, "references": references, **columns}
        used = {name: given[name] for name in self.columns if given.get(name) is not None}
        if used and not any(len(column) for column in used.values()):
            return self._add_nothing()
        return super().add_batch(**{name: cleaned(name, column) for name, column in given.items()})

    def _add_nothing(self) -> None:
        # `evaluate` infers the type of references from the first example, and there is none.
        if self.writer is None:
            self.selected_feature_format = features(self.columns)[0]
            self._init_writer()

    def add(self, *, prediction: Any = None, reference: Any = None, **columns: Any) -> None:
        """Adds one prediction, its reference or references, and further columns."""
        # `evaluate.combine` calls both by their plural names.
        given = {"predictions": prediction, "references": reference, **columns}
        return super().add(**{name: cleaned(name, [value])[0] for name, value in given.items() if value is not None})

    def _compute(self, **columns: Any) -> dict[str, float | None]:
        """In `evaluate.combine` every metric is given the columns of all; those of others are passed over."""
        for column in columns:
            if column not in TYPES:
                raise UserError(f"metric {self.named!r}: unknown column {column!r}.{nearest(column, TYPES)}")
        own = {name: columns[name] for name in self.columns}
        rows = [dict(zip(own, row, strict=True)) for row in zip(*own.values(), strict=True)]
        outputs = [output(place, row) for place, row in enumerate(rows, start=1)]
        return {column: score.value for column, score in score_metric(self.named, outputs).items()}


def features(columns: Sequence[str]) -> list[Features]:
    """One reference each, or a list of references."""
    single = {name: Value(TYPES[name]) for name in columns}
    if "references" not in columns:
        return [Features(single)]
    return [Features(single), Features(single | {"references": ListOf(Value("string"))})]


def cleaned(name: str, column: Any) -> Any:
    """Texts as Arrow can hold them: None is "", half of a surrogate pair "?"."""
    if TYPES.get(name) != "string" or not isinstance(column, list | tuple):
        return column
    return [clean(value) for value in column]


def clean(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [clean(one) for one in value if one is not None]
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    return "" if value is None else value


def output(place: int, row: Mapping[str, Any]) -> Output:
    """Raises UserError where `checks` is no JSON list."""
    given = dict(row)
    text, references = given.pop("predictions", ""), as_references(given.pop("references", ()))
    instruction = given.pop("instruction", "")
    label = given.pop("label", references[0] if references else None)
    checks = as_checks(place, given.pop("checks", "[]"))
    known = {name: value for name, value in given.items() if value not in (None, "")}
    fixed = {"example_id": str(place), "form": "template", "prompt": instruction, "instruction": instruction}
    return Output(text=text, references=references, label=label, checks=checks, **fixed, **known)


def as_references(given: Any) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given or ())


def as_checks(place: int, text: str) -> tuple[Mapping[str, Any], ...]:
    try:
        checks = json.loads(text or "[]")
    except json.JSONDecodeError:
        checks = None
    if not isinstance(checks, list):
        expected = '\'[{"kind": "words", "max": 20}]\''
        raise UserError(f"example {place}: checks {text[:60]!r} is no JSON list; expected one like {expected}")
    return tuple(checks)
