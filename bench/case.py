"""A case is one cell of the matrix: a base model, a dataset, a method, a seed, and every knob that was chosen."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from itertools import product
from typing import Any

from bench.config import GenerateConfig, TrainConfig, configured
from bench.errors import UserError


@dataclass(frozen=True)
class Case:
    """One planned run. Names are as users write them: `tiny-gpt2`, `hub:gpt2`, `path/to/data.json`."""

    suite: str
    """Name of the suite function's file without `test_`."""
    model: str
    """A base model: fixture name, `hub:`, `local:` or `shape:` with its argument."""
    dataset: str
    """A dataset: fixture name or path."""
    method: str
    """A fine-tuning method: a file name in bench/methods, options behind it: `lora:r=8:alpha=16`."""
    template: str = "instruction_input_response"
    """The prompt template that training and templated generation share."""
    variant: str = ""
    """What a suite does differently here, by name: one of its `variants`; "" where it has none."""
    against: str = ""
    """The variant of the same suite that this one is compared with; "" for one that is itself compared against."""
    shots: int = 0
    """Demonstrations from the training split written before each question; training itself is without them."""
    metrics: tuple[str, ...] = ()
    """Metric names, each `file` or `file:argument`."""
    seed: int = 0
    """Seeds adapters, data order, dropout and sampling."""
    train: TrainConfig = field(default_factory=TrainConfig)
    """How the method trains."""
    generate: GenerateConfig = field(default_factory=GenerateConfig)
    """How answers are generated."""

    def __post_init__(self) -> None:
        if self.shots < 0:
            raise UserError(f"shots is {self.shots}; it must be 0 or above")

    @property
    def label(self) -> str:
        """The part of the pytest id in brackets: `tiny-gpt2-everyday-lora-s0`."""
        parts = [short_name(self.model), short_name(self.dataset), self.method]
        if self.template != Case.template:
            parts.append(self.template)
        if self.shots:
            parts.append(f"{self.shots}shot")
        if self.variant:
            parts.append(self.variant)
        return "-".join([*parts, f"s{self.seed}"])

    @property
    def trained_on(self) -> str:
        """The dataset whose rows train; the questions are those of `dataset`."""
        return self.train.dataset or self.dataset

    @property
    def id(self) -> str:
        """`suite[label]`, unique inside a run."""
        return f"{self.suite}[{self.label}]"

    @property
    def file_name(self) -> str:
        """A name safe on every file system: a readable slug and ten hex digits of the whole case's hash."""
        digest = sha256(repr(self.as_dict()).encode()).hexdigest()[:10]
        slug = re.sub(r"[^a-z0-9]+", "-", f"{self.suite}-{self.label}".lower()).strip("-")[:60]
        return f"{slug}-{digest}"

    @property
    def is_default(self) -> bool:
        """True on the embedded default: a model and a dataset of our own, all test examples, the default template.

        Absolute thresholds bind there only; elsewhere a suite can but compare with the base.
        """
        own = ":" not in self.model and not re.search(r"[/\\.]", self.dataset)
        plain = self.template == Case.template and not self.shots
        return own and plain and self.generate.max_examples is None

    def with_method(self, method: str) -> "Case":
        """The same case, tuned another way: what a suite compares against."""
        return replace(self, method=method)

    def with_seed(self, seed: int) -> "Case":
        return replace(self, seed=seed)

    def with_shots(self, shots: int) -> "Case":
        """The same case, asked with so many demonstrations."""
        return replace(self, shots=shots)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Case":
        values = dict(data)
        values["metrics"] = tuple(values["metrics"])
        values["train"] = configured(TrainConfig, values["train"], "train")
        values["generate"] = configured(GenerateConfig, values["generate"], "generate")
        return cls(**values)


def short_name(name: str) -> str:
    """`local:../models/stories260K` -> `stories260K`, `a/b/data.json` -> `data`; plain names stay as they are."""
    family, _, argument = name.rpartition(":")
    last = argument.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
    stem = re.sub(r"\.(json|jsonl)$", "", last) or argument
    return f"shape:{stem}" if family == "shape" else stem


def expand(
    suite: str,
    *,
    models: Iterable[str],
    datasets: Iterable[str],
    methods: Iterable[str],
    templates: Iterable[str],
    shots: Iterable[int],
    seeds: Iterable[int],
    metrics: Iterable[str],
    train: TrainConfig,
    generate: GenerateConfig,
    variant: str = "",
    against: str = "",
) -> list[Case]:
    """Every combination of the axes, in the order written, seeds innermost."""
    axes = product(models, datasets, templates, shots, methods, seeds)
    same: dict[str, Any] = {
        "metrics": tuple(metrics),
        "train": train,
        "generate": generate,
        "variant": variant,
        "against": against,
    }
    return [
        Case(suite, model, dataset, method, template, shots=count, seed=seed, **same)
        for model, dataset, template, count, method, seed in axes
    ]
