"""Question templates with category and difficulty: read from a file, validated, and filled without `str.format`.

Two schemas are read: our TOML (fixtures/synthesis/) and the JSON of the course's lecture 10, which loads as it is.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bench.data.source import refuse_blank, refuse_irregular
from bench.errors import UserError, nearest

PLACEHOLDER = re.compile(r"\{([a-z_]+[0-9]?)\}")
BRACES = re.compile(r"[{}]")
FOUND = ("characters", "places", "objects", "spells", "events", "times", "occasions", "deeds", "sayings", "chapters")
"""Lists that the text gives where the file names none."""
COURSE_TYPES = {"character_analysis": "Character Analysis", "plot_events": "Plot Explanation"}


class Questions(BaseModel):
    """Templates of one type, category and difficulty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str
    category: str
    difficulty: str
    texts: tuple[str, ...]


class Ours(BaseModel):
    """Our own schema."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    slots: Mapping[str, tuple[str, ...]] = {}
    """List -> what its placeholder may stand for; "characters" fills {character}, {character1} and {character2}."""
    questions: tuple[Questions, ...]


class People(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    major: tuple[str, ...] = ()
    minor: tuple[str, ...] = ()


class Course(BaseModel):
    """The course's schema; further lists fill the placeholders that they are called after."""

    model_config = ConfigDict(frozen=True, extra="allow")

    question_templates: Mapping[str, Mapping[str, tuple[str, ...]]]
    characters: People | tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    difficulties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Template:
    """One question with placeholders."""

    text: str
    type: str
    category: str
    difficulty: str
    line: int
    """In its file."""

    @property
    def placeholders(self) -> tuple[str, ...]:
        """In the order of their first use."""
        return tuple(dict.fromkeys(PLACEHOLDER.findall(self.text)))

    def filled(self, slots: Mapping[str, str]) -> str:
        """The question; a value is put in as it is, whatever it holds."""
        text = PLACEHOLDER.sub(lambda found: slots[found[1]], self.text)
        return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class Templates:
    """A file of templates."""

    path: str
    templates: tuple[Template, ...]
    slots: Mapping[str, tuple[str, ...]]
    """Lists that the file gives."""
    categories: tuple[str, ...]
    difficulties: tuple[str, ...]


def read_templates(path: Path) -> Templates:
    """The templates of a .toml or .json file. Raises UserError with file and line when it is neither schema."""
    refuse_irregular(path)
    raw = path.read_bytes()
    refuse_blank(path, raw[:65536])
    text = decoded(path, raw)
    values = parsed(path, text)
    try:
        if "question_templates" in values:
            return from_course(path, text, Course.model_validate(values))
        return from_ours(path, text, Ours.model_validate(values))
    except ValidationError as error:
        raise UserError(f"{path}: {explained(error)}") from None


def decoded(path: Path, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path}: not UTF-8 text; save it as UTF-8") from None


def parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        values = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: no valid {path.suffix.lstrip('.').upper() or 'TOML'}: {error}") from None
    if not isinstance(values, dict):
        raise UserError(f"{path}: expected an object with 'questions' or 'question_templates'")
    return values


def explained(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    known = [*Ours.model_fields, *Questions.model_fields]
    hint = nearest(str(first["loc"][-1]), known) if first["type"] == "extra_forbidden" else ""
    return f"{place}: {first['msg'].lower()}.{hint}"


def from_ours(path: Path, text: str, read: Ours) -> Templates:
    templates = tuple(
        Template(each, group.type, group.category, group.difficulty, line_of(text, each))
        for group in read.questions
        for each in group.texts
    )
    difficulties = tuple(dict.fromkeys(each.difficulty for each in templates))
    slots = {name: values for name, values in read.slots.items() if values}
    return Templates(
        str(path), templates, slots, tuple(dict.fromkeys(each.category for each in templates)), difficulties
    )


def from_course(path: Path, text: str, read: Course) -> Templates:
    templates = tuple(
        Template(each, course_type(category), category, difficulty, line_of(text, each))
        for category, levels in read.question_templates.items()
        for difficulty, texts in levels.items()
        for each in texts
    )
    people = read.characters
    names = (*people.major, *people.minor) if isinstance(people, People) else people
    lists = {
        name: tuple(map(str, value)) for name, value in (read.model_extra or {}).items() if isinstance(value, list)
    }
    return Templates(
        str(path),
        templates,
        {name: values for name, values in ({"characters": names} | lists).items() if values},
        read.categories or tuple(read.question_templates),
        read.difficulties or tuple(dict.fromkeys(each.difficulty for each in templates)),
    )


def course_type(category: str) -> str:
    return COURSE_TYPES.get(category, category.replace("_", " ").title())


def line_of(text: str, template: str) -> int:
    """Where a template stands in its file; 1 where it is written in another way."""
    at = max(text.find(template), text.find(json.dumps(template)[1:-1]))
    return text.count("\n", 0, at) + 1 if at >= 0 else 1


def list_for(placeholder: str, slots: Mapping[str, Any]) -> str:
    """The list that fills a placeholder: "characters" for {character2}, "social_aspects" for {aspect}; or ""."""
    wanted = f"{placeholder.rstrip('0123456789')}s"
    if wanted in slots or wanted in FOUND:
        return wanted
    return next((name for name in slots if name.endswith(f"_{wanted}")), "")
