"""Recipe files, read and checked, and the settings that a suite takes from one."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import isfinite
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import BaseModel, TypeAdapter, ValidationError

from bench import catalog
from bench.config import GenerateConfig, TrainConfig, configured
from bench.errors import UserError, nearest
from bench.recipes.form import FORMS, Fixed, Hub, Knobs, Lecture, LoraByHand, Recipe

FOLDER = catalog.FIXTURES / "recipes"
RUNNABLE = ("translated", "corrected")
"""Forms that a suite can run; the lecture's words are only read."""
MAX_RECIPE = 1 << 20
"""Bytes; more is no recipe."""
HEADER = re.compile(r"\s*\[+\s*([\w.\-\"]+)\s*\]+")
KEY = re.compile(r"\s*([\w.\-\"]+)\s*=")
TABLES: Mapping[str, type[BaseModel]] = {
    "as_in_the_lecture": Lecture,
    "translated": Knobs,
    "corrected": Knobs,
    "hub": Hub,
    "fixed": Fixed,
    "lora_by_hand": LoraByHand,
}


@dataclass(frozen=True)
class RecipeFile:
    """A recipe and where its words stand."""

    path: Path
    recipe: Recipe
    text: str

    @property
    def name(self) -> str:
        return self.path.stem

    def line(self, *keys: str) -> int:
        """Line of a key, of its table where the key itself is not written, 1 for neither."""
        return line_of(self.lines, keys)

    @cached_property
    def lines(self) -> dict[tuple[str, ...], int]:
        return key_lines(self.text)

    def place_of(self, form: str, setting: str, tables: Sequence[str]) -> str:
        """`file:line` of a setting of a form, in one of its tables, in itself, or in the recipe's head."""
        ways = [(form, table, setting) for table in tables] + [(form, *dotted(setting)), (setting,)]
        line = next((self.lines[way] for way in ways if way in self.lines), self.line(form))
        return f"{self.path.name}:{line}"


def names() -> list[str]:
    """The shipped recipes, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def open_recipe(name: str) -> RecipeFile:
    """A shipped recipe by its name, or a file by its path. Raises UserError with file, line and key."""
    path = FOLDER / f"{name}.toml"
    if not re.search(r"[/\\]|\.toml$", name):
        if not path.is_file():
            raise UserError(f"unknown recipe {name!r}.{nearest(name, names())}")
        return read_recipe(path)
    return read_recipe(Path(name).expanduser())


def read_recipe(path: Path) -> RecipeFile:
    text = recipe_text(path)
    file = RecipeFile(path, parsed(path, text), text)
    for form in set(file.recipe.forms) & set(RUNNABLE):
        for table, kind in (("train", TrainConfig), ("generate", GenerateConfig)):
            checked(file, kind, form, table)
    return file


def recipe_text(path: Path) -> str:
    """Raises UserError for what is no text file of a recipe's size."""
    if not path.is_file():
        raise UserError(f"{path}: no such file; expected a recipe (.toml) or one of {', '.join(names())}")
    if path.stat().st_size > MAX_RECIPE:
        raise UserError(f"{path}: more than {MAX_RECIPE >> 20} MiB, so no recipe")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start})") from None


def parsed(path: Path, text: str) -> Recipe:
    try:
        recipe = Recipe.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        place = f":{found[1]}" if found else ""
        raise UserError(f"{path}{place}: not TOML: {str(error).partition(' (at')[0]}") from None
    except RecursionError:
        raise UserError(f"{path}: not TOML: nested too deeply") from None
    except ValidationError as error:
        raise UserError(problem(path, text, error)) from None
    if not recipe.forms:
        raise UserError(f"{path}: no form; expected one of [{'], ['.join(FORMS)}]")
    return recipe


def problem(path: Path, text: str, error: ValidationError) -> str:
    """`file:line: key: complaint`, with the nearest key for one that does not exist."""
    first = error.errors()[0]
    keys = [str(key) for key in first["loc"] if not isinstance(key, int)]
    place = f"{path}:{line_of(key_lines(text), keys)}: {'.'.join(keys)}"
    if first["type"] == "missing":
        return f"{place}: is missing"
    if first["type"] != "extra_forbidden":
        return f"{place}: {first['msg'].lower()}, found {first['input']!r:.60}"
    known = TABLES.get(keys[-2] if len(keys) > 1 else "", Recipe).model_fields
    return f"{place}: no such key.{nearest(keys[-1], known)}"


def checked(file: RecipeFile, kind: type, form: str, table: str) -> None:
    """Raises UserError at the line of the first key that the config refuses."""
    values = getattr(getattr(file.recipe, form), table)
    try:
        typed(kind, values, table)
    except UserError as error:
        blamed = next((key for key in values if re.search(rf"\b{re.escape(key)}\b", str(error))), "")
        raise UserError(f"{file.path}:{file.line(form, table, blamed)}: [{form}.{table}]: {error}") from None


def typed(kind: type, values: Mapping[str, Any], table: str) -> Any:
    """The config of these values; raises UserError for an unknown key, a value of the wrong type or out of range."""
    hints = get_type_hints(kind)
    for key, value in values.items():
        if isinstance(value, float) and not isfinite(value):
            raise UserError(f"{table}.{key} is {value}; expected a finite number")
        if key not in hints:
            continue
        try:
            reader(hints[key]).validate_python(tuple(value) if isinstance(value, list) else value, strict=True)
        except ValidationError as error:
            wanted = error.errors()[-1]["msg"].lower().removeprefix("input should be ")
            raise UserError(f"{table}.{key} is {value!r}; expected {wanted}") from None
    return configured(kind, values, table)


@cache
def reader(hint: Any) -> TypeAdapter[Any]:
    return TypeAdapter(hint)


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """Path of every table header and key -> its line, the first of several: ("corrected", "train", "epochs") -> 12."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            table = dotted(header[1])
            lines.setdefault(table, number)
        elif key := KEY.match(line):
            lines.setdefault((*table, *dotted(key[1])), number)
    return lines


def dotted(text: str) -> tuple[str, ...]:
    return tuple(text.replace('"', "").split("."))


def line_of(lines: Mapping[tuple[str, ...], int], keys: Sequence[str]) -> int:
    """The line of a key, of the nearest table above it where it is not written itself, or 1."""
    for end in range(len(keys), 0, -1):
        wanted = tuple(keys[:end])
        found = [line for path, line in lines.items() if path[:end] == wanted]
        if found:
            return lines.get(wanted, found[0])
    return 1


def split_name(text: str) -> tuple[str, str]:
    """`s1_full:translated` -> name and form; the form is `corrected` where none is named."""
    name, _, form = text.partition(":")
    return name, form or "corrected"


def recipe_settings(name: str, form: str = "", profile: str = "cpu") -> dict[str, Any]:
    """What a suite's marker takes from a recipe: models, datasets, methods, templates, train, generate.

    `name` may carry the form: `s1_full:translated`. Raises UserError for a form that does not run.
    """
    name, named = split_name(name)
    form = form or named
    file = open_recipe(name)
    if form not in RUNNABLE:
        why = "is only read" if form == FORMS[0] else f"is no form.{nearest(form, RUNNABLE)}"
        raise UserError(f"recipe {name}: {form!r} {why}; a suite runs {' or '.join(RUNNABLE)}")
    knobs = getattr(file.recipe, form)
    if knobs is None:
        raise UserError(f"{file.path}: has no [{form}]; it has {', '.join(file.recipe.forms)}")
    return settings(file.recipe, knobs, profile)


def settings(recipe: Recipe, knobs: Knobs, profile: str) -> dict[str, Any]:
    models = {**recipe.models, **knobs.models}
    model = models.get("gpu" if profile == "gpu" else "cpu") or next(iter(models.values()))
    return {
        "models": [model],
        "datasets": [knobs.dataset or recipe.dataset],
        "methods": list(knobs.methods or recipe.methods),
        "templates": [knobs.template or recipe.template],
        "train": dict(knobs.train),
        "generate": dict(knobs.generate),
    }
