"""A dataset described in a TOML file: where it lies, how its columns are called, how it is split, under which licence.

`fixtures/datasets/NAME.toml` is a dataset by its name, any other .toml file one by its path. A recipe names one of
`path`, `files`, `hub` or `[mixture]`.
"""

import random
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bench import catalog
from bench.data.adapted import Adapted
from bench.data.dataset import Dataset, of_file
from bench.data.example import Dropped, Example, Loaded
from bench.data.hub import HubRows, open_hub
from bench.data.leakage import WORDING, leaks_by_index
from bench.data.mixtures import Mixture, mixed_recipe
from bench.data.reading import collect, contradictions, recognised
from bench.data.source import Source, open_source
from bench.data.splits import parse_rule
from bench.errors import Unavailable, UserError, nearest

MAX_RECIPE = 1 << 20
"""Bytes; more is no recipe."""
PLACES = ("path", "files", "hub", "mixture")
"""Where rows come from; a recipe has one of these."""
HUB_ONLY = ("config", "revision", "splits")
ABOUT = {"licence", "homepage", "description"}
CONSTANT = ("instruction", "input", "response", "category", "difficulty", "label", "system", "rationale")
"""Fields that `defaults` may fill."""

Split = Literal["train", "validation", "test"]


class Recipe(BaseModel):
    """What a recipe may say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = ""
    """One file, relative to the recipe's folder."""
    files: dict[Split, str] = {}
    """Split -> file."""
    hub: str = ""
    """Id of a Hub dataset."""
    mixture: Mixture | None = None
    """Other datasets and their shares."""
    config: str = ""
    """Configuration ("subset") of the Hub dataset."""
    revision: str = ""
    """Commit of the Hub dataset."""
    splits: dict[Split, str] = {}
    """Our split -> the Hub's; only these are read."""
    format: str = ""
    """Name of a format file; recognised when absent."""
    fields: dict[str, str] = {}
    """Our field -> their column."""
    defaults: dict[str, str] = {}
    """Field -> its text in rows without it."""
    labels: list[str] = []
    """Names of the classes 0, 1, 2, ..."""
    categories: list[str] = []
    """Only rows of these."""
    split: str = ""
    """A rule of splits.py; wins over the rows' own splits."""
    max_examples: int | None = Field(None, gt=0)
    """At most so many, drawn at random with seed 0."""
    drop_leaks: bool = False
    """Whether training rows that give a test or validation row away are left out; else such data are refused."""
    sha256: str | dict[Split, str] = ""
    """Of the file's bytes, as `sha256sum` prints it; of the rows for a Hub dataset; by split for `files`."""
    licence: str = ""
    homepage: str = ""
    description: str = ""


def load_recipe(path: Path, inside: tuple[Path, ...] = ()) -> Dataset:
    """The dataset a recipe describes. `inside` are the mixtures that it is a part of.

    Raises UserError with file and key for a recipe that is none, Unavailable when its data are not on this machine.
    """
    recipe = read_recipe(path)
    if recipe.mixture:
        whole = mixed_recipe(path, recipe.mixture, inside)
        return replace(whole, licence=recipe.licence or whole.licence)
    loaded = recipe_rows(path, recipe)
    examples, notes = limited(of_categories(path, loaded.examples, recipe.categories), recipe.max_examples)
    rows = replace(loaded, examples=examples)
    data = of_file(rows, path.stem, rule=recipe.split, licence=recipe.licence, notes=notes)
    return without_leaks(data) if recipe.drop_leaks else data


def read_recipe(path: Path) -> Recipe:
    """Raises UserError with file and key."""
    try:
        recipe = Recipe.model_validate(document(path))
    except ValidationError as error:
        raise UserError(f"{path}: {first_problem(error)}") from None
    for problem in problems(recipe):
        raise UserError(f"{path}: {problem}")
    try:
        parse_rule(recipe.split or "source")
        if recipe.format:
            catalog.check("format", recipe.format)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    return recipe


def document(path: Path) -> dict[str, Any]:
    if path.stat().st_size > MAX_RECIPE:
        raise UserError(f"{path}: more than {MAX_RECIPE >> 20} MiB, so no recipe; data belongs in a file beside it")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UserError(f"{path}: not TOML ({error})") from None


def first_problem(error: ValidationError) -> str:
    """Key and complaint, with the nearest key for one that does not exist."""
    first = error.errors()[0]
    keys = [str(key) for key in first["loc"] if "[" not in str(key) and key not in ("str", "dict", "list")]
    if first["type"] != "extra_forbidden":
        return f"{'.'.join(keys)}: {first['msg'].lower()}, found {first['input']!r:.60}"
    known = Mixture.model_fields if keys[0] == "mixture" else Recipe.model_fields
    return f"{'.'.join(keys)}: no such key.{nearest(keys[-1], known)}"


def problems(recipe: Recipe) -> Iterator[str]:
    """What is wrong with keys that are right each by itself."""
    given = recipe.model_fields_set
    places = [key for key in PLACES if key in given]
    if len(places) != 1:
        found = " and ".join(places) or "none"
        yield f"expected exactly one of path, files, hub and [mixture], found {found}"
    if recipe.mixture and (others := sorted(given - ABOUT - {"mixture"})):
        yield f"{others[0]}: a mixture takes rows as its parts give them; say this in the recipe of a part"
    if not recipe.hub and (others := [key for key in HUB_ONLY if key in given]):
        yield f"{others[0]}: only for a hub dataset"
    if isinstance(recipe.sha256, dict) != bool(recipe.files) and recipe.sha256:
        yield "sha256: expected a text, or a table by split with `files`"
    for key in recipe.defaults:
        if key not in CONSTANT:
            yield f"defaults.{key}: no such field.{nearest(key, CONSTANT)}"


def recipe_rows(path: Path, recipe: Recipe | None = None) -> Loaded:
    """All rows a recipe names, before any is drawn or split; several files or splits as one."""
    recipe = recipe or read_recipe(path)
    if recipe.hub:
        source = open_hub(
            recipe.hub, recipe.config, recipe.revision, {str(ours): theirs for ours, theirs in recipe.splits.items()}
        )
        return by_place(read_source(path, recipe, source, str(recipe.sha256 or "")), len(source.splits) > 1)
    if recipe.path:
        return read_source(path, recipe, opened(path, recipe, recipe.path), str(recipe.sha256 or ""))
    if recipe.mixture:
        parts = ", ".join(recipe.mixture.parts)
        raise UserError(f"{path}: a mixture has no rows of its own; name one of its parts: {parts}")
    expected = recipe.sha256 if isinstance(recipe.sha256, dict) else {}
    loaded: dict[str, Loaded] = {
        split: read_source(path, recipe, opened(path, recipe, name), expected.get(split, ""))
        for split, name in recipe.files.items()
    }
    return joined(path, loaded)


def opened(path: Path, recipe: Recipe, name: str) -> Source:
    """A file beside the recipe, or at an absolute path."""
    file = path.parent / Path(name).expanduser()
    if not file.exists():
        get = f"fetch it from {recipe.homepage} and save it there" if recipe.homepage else "put it there"
        raise Unavailable(f"{path}: {file} does not exist; {get}, or name your copy of it as the dataset")
    return open_source(file)


def read_source(path: Path, recipe: Recipe, source: Source | HubRows, expected: str) -> Loaded:
    check_columns(path, recipe, source)
    found = source.sha256()
    if expected and found != expected.lower():
        get = f" from {recipe.homepage}" if recipe.homepage else ""
        raise UserError(
            f"{source.path}: sha256 is {found}, but {path} expects {expected}; "
            f"fetch the file again{get}, or correct the recipe if the data changed on purpose"
        )
    adapted = cast(Source, Adapted(source, recipe.fields, recipe.defaults, tuple(recipe.labels)))
    loaded = without_question(collect(adapted, recipe.format or recognised(adapted), found), recipe)
    return replace(loaded, examples=tuple(filled(example, recipe.defaults) for example in loaded.examples))


def without_question(loaded: Loaded, recipe: Recipe) -> Loaded:
    """Under a constant instruction a row without input asks nothing; it is dropped with its reason."""
    if "input" not in recipe.fields or "instruction" not in recipe.defaults:
        return loaded
    asking = tuple(example for example in loaded.examples if example.input.strip())
    empty = [example for example in loaded.examples if not example.input.strip()]
    reason = f"the input (column {recipe.fields['input']!r}) is empty"
    dropped = (Dropped(f"{loaded.path}:{example.where}", reason) for example in empty)
    return replace(loaded, examples=asking, dropped=(*loaded.dropped, *dropped))


def check_columns(path: Path, recipe: Recipe, source: Source | HubRows) -> None:
    """A column that the first record lacks is a typo."""
    if recipe.fields and source.container == "text":
        raise UserError(f"{path}: fields: {source.path} is plain text and has no columns")
    for ours, theirs in recipe.fields.items():
        if theirs not in source.columns:
            hint = nearest(theirs, source.columns)
            raise UserError(f"{path}: fields.{ours}: {source.path} has no column {theirs!r}.{hint}")


def filled(example: Example, defaults: Mapping[str, str]) -> Example:
    """Formats that read no such column leave it empty; the constant stands there, too."""
    missing: dict[str, Any] = {
        key: text for key, text in defaults.items() if key != "response" and not getattr(example, key)
    }
    return replace(example, **missing) if missing else example


def by_place(loaded: Loaded, several: bool) -> Loaded:
    """Hub rows carry their split in `where`; a single split is left to the split rule."""
    if not several:
        return loaded
    placed = (replace(example, split=example.where.partition("[")[0]) for example in loaded.examples)
    return replace(loaded, examples=tuple(placed))


def joined(path: Path, parts: Mapping[str, Loaded]) -> Loaded:
    """Several files as one; ids that stand in two of them get the split's name in front.

    Rows that themselves name another split than the one their file is given for are left to that one.
    """
    placed = [
        (split, example)
        for split, loaded in parts.items()
        for example in loaded.examples
        if len(parts) == 1 or example.split in ("", split)
    ]
    ids = [example.id for _, example in placed]
    prefix = len(set(ids)) < len(ids)
    examples = tuple(
        replace(example, id=f"{split}-{example.id}" if prefix else example.id, split=split if len(parts) > 1 else "")
        for split, example in placed
    )
    digest = sha256("".join(f"{split} {loaded.sha256}\n" for split, loaded in parts.items()).encode()).hexdigest()
    first = next(iter(parts.values()))
    dropped = tuple(drop for loaded in parts.values() for drop in loaded.dropped)
    return Loaded(str(path), first.format, first.container, digest, examples, dropped, contradictions(examples))


def without_leaks(data: Dataset) -> Dataset:
    """Published test sets stay whole, so that scores can be compared; what copies them goes from the training split."""
    leaks = leaks_by_index([*data.test, *data.validation], data.train)
    dropped = tuple(
        Dropped(
            f"{data.source}:{data.train[index].where}",
            f"training example with {WORDING[leak.kind]} as {leak.train_example.split} example {leak.train_example.id}",
        )
        for index, leak in sorted(leaks.items())
    )
    train = tuple(example for index, example in enumerate(data.train) if index not in leaks)
    note = f"{len(leaks)} of {len(data.train)} training examples left out: they give test or validation examples away"
    return replace(
        data, train=train, dropped=data.dropped + dropped, notes=(*data.notes, note) if leaks else data.notes
    )


def of_categories(path: Path, examples: tuple[Example, ...], categories: list[str]) -> tuple[Example, ...]:
    known = {example.category for example in examples}
    for name in categories:
        if name not in known:
            raise UserError(f"{path}: categories: no row is of {name!r}.{nearest(name, known)}")
    return tuple(example for example in examples if example.category in categories) if categories else examples


def limited(examples: tuple[Example, ...], most: int | None) -> tuple[tuple[Example, ...], tuple[str, ...]]:
    """At most so many examples, in their order, and a note that says of how many."""
    if most is None or len(examples) <= most:
        return examples, ()
    kept = sorted(random.Random(0).sample(range(len(examples)), most))
    return tuple(examples[index] for index in kept), (f"{most} of {len(examples)} examples, drawn with seed 0",)
