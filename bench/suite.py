"""What a suite's `bench` marker says, checked, and the cases it means under the user's options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bench import catalog
from bench.case import Case, expand
from bench.config import GenerateConfig, TrainConfig, configured
from bench.data.dataset import dataset_path, load_dataset
from bench.errors import UserError, nearest
from bench.methods import configure

AXES = ("models", "datasets", "methods", "templates")
SETTINGS = (*AXES, "shots", "metrics", "train", "generate", "needs")
PROFILES = ("cpu", "gpu")
NEEDS = {"labels": "needs a dataset with labels"}


@dataclass(frozen=True)
class Options:
    """What the user chose on the command line; an empty axis leaves the suite's own."""

    models: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    shots: tuple[int, ...] = ()
    """Numbers of few-shot demonstrations."""
    seeds: int = 1
    """Each case runs with seeds 0 .. seeds-1."""
    profile: str = "cpu"
    """Which of a suite's axes to take where it has one for each."""
    limit: int | None = None
    """At most this many test examples per case."""

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise UserError(f"unknown profile {self.profile!r}.{nearest(self.profile, PROFILES)}")
        if self.seeds < 1 or (self.limit is not None and self.limit < 1):
            raise UserError(f"seeds and limit must be at least 1, found seeds {self.seeds} and limit {self.limit}")
        check_names(self)


@dataclass(frozen=True)
class Suite:
    """The axes and settings of one suite function."""

    name: str
    models: tuple[str, ...]
    datasets: tuple[str, ...]
    methods: tuple[str, ...]
    templates: tuple[str, ...] = (Case.template,)
    shots: tuple[int, ...] = (0,)
    metrics: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    train: TrainConfig = field(default_factory=TrainConfig)
    generate: GenerateConfig = field(default_factory=GenerateConfig)

    @classmethod
    def from_marker(cls, name: str, settings: Mapping[str, Any], profile: str) -> "Suite":
        """Raises UserError for a setting, name or need that does not exist."""
        for key in settings:
            if key not in SETTINGS:
                raise UserError(f"{name}: the bench marker has no setting {key!r}.{nearest(key, SETTINGS)}")
        for key in ("models", "datasets", "methods"):
            if not settings.get(key):
                raise UserError(f"{name}: the bench marker names no {key}; give at least one")
        values: dict[str, Any] = {key: axis(settings[key], profile) for key in AXES if key in settings}
        values["shots"] = shot_counts(settings.get("shots", 0), name)
        values["metrics"] = tuple(settings.get("metrics", ()))
        values["needs"] = tuple(settings.get("needs", ()))
        values["train"] = configured(TrainConfig, settings.get("train"), f"{name}: train")
        values["generate"] = configured(GenerateConfig, settings.get("generate"), f"{name}: generate")
        suite = cls(name, **values)
        check_names(suite)
        return suite

    def cases(self, options: Options) -> list[Case]:
        generate = self.generate
        if options.limit is not None:
            generate = replace(generate, max_examples=min(options.limit, generate.max_examples or options.limit))
        return expand(
            self.name,
            models=options.models or self.models,
            datasets=chosen_datasets(self.datasets, options.datasets),
            methods=options.methods or self.methods,
            templates=options.templates or self.templates,
            shots=options.shots or self.shots,
            seeds=range(options.seeds),
            metrics=self.metrics,
            train=self.train,
            generate=generate,
        )

    def unmet(self, case: Case) -> str:
        """Why this case does not fit the suite, or ""."""
        lacks_labels = "labels" in self.needs and not load_dataset(case.dataset).labels
        return NEEDS["labels"] if lacks_labels else ""


def axis(value: Any, profile: str) -> tuple[str, ...]:
    """A list, or the profile's list of a mapping; a mapping without this profile falls back to its cpu list."""
    if isinstance(value, Mapping):
        value = value.get(profile, value.get("cpu", ()))
    return (value,) if isinstance(value, str) else tuple(value)


def shot_counts(value: Any, where: str) -> tuple[int, ...]:
    """One number of demonstrations, or several; raises UserError for anything else."""
    counts = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    if not counts or not all(isinstance(count, int) and count >= 0 for count in counts):
        raise UserError(f"{where}: shots is {value!r}; expected whole numbers from 0, for example [0, 2]")
    return counts


def chosen_datasets(own: Sequence[str], chosen: Sequence[str]) -> tuple[str, ...]:
    """A fixture's name selects among the suite's own datasets; a file of the user's is tried in every suite."""
    fixtures = {path.stem for path in (catalog.FIXTURES / "datasets").glob("*.jsonl")}
    return tuple(name for name in chosen if name in own or name not in fixtures) if chosen else tuple(own)


def check_names(named: Options | Suite) -> None:
    """Every name on every axis exists; nothing is imported."""
    for kind in ("model", "method", "template", "metric"):
        for name in getattr(named, f"{kind}s", ()):
            check_options(name) if kind == "method" else catalog.check(kind, name)
    for name in named.datasets:
        dataset_path(name)
    for need in getattr(named, "needs", ()):
        if need not in NEEDS:
            raise UserError(f"{named.name}: unknown need {need!r}.{nearest(need, NEEDS)}")  # type: ignore[union-attr]


def check_options(name: str) -> None:
    """The method exists and takes the options behind its name."""
    _, options = catalog.check("method", name)
    if options:
        configure(catalog.load("method", name)[0], options, name)
