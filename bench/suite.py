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
from bench.variants import Variant, chosen, replaced, variants_of

AXES = ("models", "datasets", "methods", "templates")
SETTINGS = (*AXES, "shots", "seeds", "metrics", "train", "generate", "needs", "variants", "recipe", "alone")
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
    seeds: int | None = None
    """Each case runs with seeds 0 .. seeds-1; None leaves the suite's own number."""
    profile: str = "cpu"
    """Which of a suite's axes to take where it has one for each."""
    limit: int | None = None
    """At most this many test examples per case."""
    recipe: str = ""
    """A lecture's recipe, `s1_full:translated`, in place of the suite's own model, data, method and knobs."""

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise UserError(f"unknown profile {self.profile!r}.{nearest(self.profile, PROFILES)}")
        if (self.seeds is not None and self.seeds < 1) or (self.limit is not None and self.limit < 1):
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
    seeds: int = 1
    variants: tuple[Variant, ...] = (Variant(""),)
    alone: bool = False
    """Its cases never run beside others: their time is what the suite is about."""
    train: TrainConfig = field(default_factory=TrainConfig)
    generate: GenerateConfig = field(default_factory=GenerateConfig)

    @classmethod
    def from_marker(cls, name: str, settings: Mapping[str, Any], profile: str, recipe: str = "") -> "Suite":
        """The marker's settings over those of its recipe; `recipe`, the user's, over both.

        Raises UserError for a setting, name or need that does not exist.
        """
        for key in settings:
            if key not in SETTINGS:
                raise UserError(f"{name}: the bench marker has no setting {key!r}.{nearest(key, SETTINGS)}")
        settings = {**settings_of(settings.get("recipe", ""), profile, settings), **settings_of(recipe, profile)}
        for key in ("models", "datasets", "methods"):
            if not settings.get(key):
                raise UserError(f"{name}: the bench marker names no {key}; give at least one")
        values: dict[str, Any] = {key: axis(settings[key], profile) for key in AXES if key in settings}
        values["shots"] = shot_counts(settings.get("shots", 0), name)
        values["metrics"] = tuple(settings.get("metrics", ()))
        values["needs"] = tuple(settings.get("needs", ()))
        values["alone"] = settings.get("alone") is True
        values["seeds"] = seed_count(settings.get("seeds", 1), name)
        if "variants" in settings:
            values["variants"] = variants_of(settings["variants"], name)
        values["train"] = configured(TrainConfig, settings.get("train"), f"{name}: train")
        values["generate"] = configured(GenerateConfig, settings.get("generate"), f"{name}: generate")
        suite = cls(name, **values)
        check_names(suite)
        return suite

    def cases(self, options: Options) -> list[Case]:
        generate = self.generate
        if options.limit is not None:
            generate = replace(generate, max_examples=min(options.limit, generate.max_examples or options.limit))
        return [case for each in self.variants for case in self.varied(each, options, generate)]

    def varied(self, variant: Variant, options: Options, generate: GenerateConfig) -> list[Case]:
        """The cases of one variant; none where the user chose what it differs in and its own is not among that."""
        methods = chosen(variant.method, options.methods, self.methods)
        templates = chosen(variant.template, options.templates, self.templates)
        datasets = chosen_datasets(self.datasets, options.datasets)
        if variant.dataset:
            datasets = tuple(chosen(variant.dataset, options.datasets, ()))
        return expand(
            self.name,
            models=options.models or self.models,
            datasets=datasets,
            methods=methods,
            templates=templates,
            shots=options.shots or self.shots,
            seeds=range(options.seeds or self.seeds),
            metrics=self.metrics,
            train=replaced(self.train, variant.train),
            generate=replaced(generate, variant.generate),
            variant=variant.name,
            against=variant.against,
        )

    def unmet(self, case: Case) -> str:
        """Why this case does not fit the suite, or ""."""
        lacks_labels = "labels" in self.needs and not load_dataset(case.dataset).labels
        return NEEDS["labels"] if lacks_labels else ""


def settings_of(recipe: str, profile: str, over: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a recipe says, {} without one, with a marker's own settings over it, knob by knob."""
    from bench.recipes.reading import recipe_settings

    found = recipe_settings(recipe, profile=profile) if recipe else {}
    own = dict(over or {})
    knobs: dict[str, Any] = {key: {**found.get(key, {}), **own[key]} for key in ("train", "generate") if key in own}
    return {**found, **own, **knobs}


def seed_count(value: Any, where: str) -> int:
    if not isinstance(value, int) or value < 1:
        raise UserError(f"{where}: seeds is {value!r}; expected a whole number from 1")
    return value


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
    for variant in getattr(named, "variants", ()):
        if variant.method:
            check_options(variant.method)
        if variant.template:
            catalog.check("template", variant.template)
    for name in datasets_of(named):
        dataset_path(name)
    for need in getattr(named, "needs", ()):
        if need not in NEEDS:
            raise UserError(f"{named.name}: unknown need {need!r}.{nearest(need, NEEDS)}")  # type: ignore[union-attr]


def datasets_of(named: Options | Suite) -> list[str]:
    """All that are named, by a variant or to train on, too."""
    if isinstance(named, Options):
        return list(named.datasets)
    varied = [name for each in named.variants for name in (each.dataset, each.train.get("dataset"))]
    return [name for name in (*named.datasets, named.train.dataset, *varied) if name]


def check_options(name: str) -> None:
    """The method exists and takes the options behind its name."""
    _, options = catalog.check("method", name)
    if options:
        configure(catalog.load("method", name)[0], options, name)
