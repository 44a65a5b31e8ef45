"""One form of a recipe as the rules see it: our knobs, the words they came from, and what is known beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import ceil
from typing import Any

from bench import catalog
from bench.config import GenerateConfig, TrainConfig, configured
from bench.errors import UserError
from bench.methods import configure
from bench.recipes.facts import Facts, known
from bench.recipes.form import Knobs, Lecture
from bench.recipes.reading import RecipeFile, typed
from bench.recipes.translation import generate_of, train_of, written


@dataclass(frozen=True)
class Plan:
    """What one method would do under one form."""

    form: str
    """A form's name, or "" for a case's own config."""
    method: str
    template: str
    train: TrainConfig
    generate: GenerateConfig
    facts: Facts
    names: Mapping[str, str] = field(default_factory=dict)
    """Of models, dataset, template and methods by kind, to be checked against what exists."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """TrainingArguments as the form writes them."""
    eval_dataset: bool = True
    lecture: Lecture | None = None
    """The lecture's words, where this is the form that has them."""

    @cached_property
    def kind(self) -> str:
        """The method without its options."""
        return self.method.partition(":")[0]

    @cached_property
    def module(self) -> Any:
        """The method's file, or None where there is none."""
        try:
            return catalog.load("method", self.method)[0]
        except UserError:
            return None

    @cached_property
    def options(self) -> Any:
        """The method's Config under its options, or None."""
        try:
            return configure(self.module, self.method.partition(":")[2], self.method) if self.module else None
        except UserError:
            return None

    @property
    def trains(self) -> bool:
        return self.module is None or bool(self.module.TRAINS)

    @property
    def examples(self) -> int | None:
        """Training examples that are used."""
        counts = [count for count in (self.facts.examples, self.train.max_examples) if count is not None]
        return min(counts) if self.facts.examples is not None else None

    @property
    def together(self) -> int:
        """Examples behind one step."""
        return self.train.batch_size * self.train.accumulation

    @cached_property
    def steps(self) -> int | None:
        """Optimizer steps in all, as the Trainer counts them; None where data or a budget leave it open."""
        train = self.train
        if train.max_tokens or train.max_seconds:
            return None
        if train.max_steps:
            return train.max_steps
        epochs = train.epochs or (self.module.EPOCHS if self.module else None)
        if not self.examples or not epochs:
            return None
        return ceil(epochs * ceil(ceil(self.examples / train.batch_size) / train.accumulation))

    def rate(self) -> float | None:
        """The method's own learning rate for this model, or None where either is not known."""
        if self.module is None or not self.module.TRAINS or self.facts.parameters is None:
            return None
        return float(self.module.learning_rate(self.facts.parameters))

    def called(self, knob: str) -> str:
        """A knob's name in the words of this form."""
        return written(knob, self.lecture) if self.lecture else knob


def plans(file: RecipeFile, form: str, facts: Facts | None = None, profile: str = "cpu") -> list[Plan]:
    """A plan for each method of a form; `facts` replaces what is known of data and model where it says something."""
    recipe = file.recipe
    part = getattr(recipe, form)
    of = {**recipe.models, **(part.models if isinstance(part, Knobs) else {})}
    model = of.get("gpu" if isinstance(part, Lecture) or profile == "gpu" else "cpu") or next(iter(of.values()))
    dataset = (part.dataset if isinstance(part, Knobs) else "") or recipe.dataset
    found = merged(known(model, dataset, recipe.hub), facts)
    make = of_lecture if isinstance(part, Lecture) else of_knobs
    methods = (part.methods if isinstance(part, Knobs) else ()) or recipe.methods
    return [make(file, form, method, found, facts) for method in methods]


def merged(found: Facts, said: Facts | None) -> Facts:
    """What the user says goes before what was found."""
    values = {name: value for name, value in vars(said).items() if value not in (None, "")} if said else {}
    return replace(found, **values)


def of_lecture(file: RecipeFile, form: str, method: str, found: Facts, said: Facts | None) -> Plan:
    lecture: Lecture = getattr(file.recipe, form)
    if lecture.examples and not (said and said.examples):
        found = replace(found, examples=lecture.examples, validation=None)
    try:
        train = typed(TrainConfig, train_of(lecture, bool(found.encoder_decoder)), "train")
        generate = typed(GenerateConfig, generate_of(lecture, bool(found.encoder_decoder)), "generate")
    except (UserError, TypeError, ValueError) as error:
        raise UserError(f"{file.path}:{file.line(form)}: [{form}] cannot be read as a recipe: {error}") from None
    return Plan(
        form=form,
        method=method,
        template=file.recipe.template,
        train=train,
        generate=generate,
        facts=found,
        arguments=lecture.arguments,
        eval_dataset=lecture.eval_dataset,
        lecture=lecture,
    )


def of_knobs(file: RecipeFile, form: str, method: str, found: Facts, said: Facts | None) -> Plan:
    knobs: Knobs = getattr(file.recipe, form)
    template = knobs.template or file.recipe.template
    dataset = knobs.dataset or file.recipe.dataset
    return Plan(
        form=form,
        method=method,
        template=template,
        train=configured(TrainConfig, knobs.train, "train"),
        generate=configured(GenerateConfig, knobs.generate, "generate"),
        facts=found,
        names={"model": found.model, "dataset": dataset, "template": template, "method": method},
        arguments=knobs.arguments,
        eval_dataset=knobs.eval_dataset,
    )
