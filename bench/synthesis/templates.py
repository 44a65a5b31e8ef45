"""Question templates with category and difficulty: read from a file, validated, and filled without `str.format`.

Two schemas are read: our TOML (fixtures/synthesis/) and the JSON of the course's lecture 10, which loads as it is.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from bench.data.source import refuse_blank, refuse_irregular
from bench.errors import UserError, nearest

PLACEHOLDER = re.compile(r"\{([a-z_]+[0-9]?)\}")
BRACES = re.compile(r"[{}]")
FOUND = ("characters", "places", "objects", "spells", "events", "times", "occasions", "chapters")
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


class Defect(NamedTuple):
    """Something in a templates file that would go wrong, or does nothing."""

    line: int
    problem: str
    """What is wrong and how to mend it."""
    usable: bool
    """Whether the template can be filled all the same."""
    text: str = ""


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
    """Name of the list that fills a placeholder: "characters" for {character2}, "social_aspects" for {aspect}; or ""."""
    wanted = f"{placeholder.rstrip('0123456789')}s"
    if wanted in slots or wanted in FOUND:
        return wanted
    return next((name for name in slots if name.endswith(f"_{wanted}")), "")


def defects(read: Templates) -> Iterator[Defect]:
    """What is wrong with the templates of a file, in their order; then with its lists."""
    seen: dict[str, int] = {}
    for template in read.templates:
        if first := seen.get(template.text):
            yield Defect(
                template.line, f"{template.text!r} stands on line {first} already; remove one", False, template.text
            )
            continue
        seen[template.text] = template.line
        yield from wrong_with(template, read)
    yield from unused(read)


def wrong_with(template: Template, read: Templates) -> Iterator[Defect]:
    if not template.text.strip():
        yield Defect(template.line, "a template is empty; write a question, or remove it", False, template.text)
        return
    if BRACES.search(PLACEHOLDER.sub("", template.text)):
        problem = (
            f"{template.text!r} has a brace outside a placeholder; a placeholder is a word in braces: {{character}}"
        )
        yield Defect(template.line, problem, False, template.text)
        return
    if not template.placeholders:
        problem = f"{template.text!r} has no placeholder: it is asked once, however many questions are wanted"
        yield Defect(template.line, problem, True, template.text)
    yield from wrong_placeholders(template, read)


def wrong_placeholders(template: Template, read: Templates) -> Iterator[Defect]:
    for placeholder in template.placeholders:
        if not list_for(placeholder, read.slots):
            known = sorted({name.rpartition("_")[2].removesuffix("s") for name in (*read.slots, *FOUND)})
            problem = f"{template.text!r} has an unknown placeholder {{{placeholder}}}.{nearest(placeholder, known)}"
            yield Defect(template.line, problem, False, template.text)
        bare = placeholder.rstrip("0123456789")
        if placeholder == bare and any(
            each != bare and each.rstrip("0123456789") == bare for each in template.placeholders
        ):
            other = next(each for each in template.placeholders if each != bare and each.startswith(bare))
            problem = (
                f"{template.text!r} mixes {{{bare}}} with {{{other}}}, which a generator that fills {{{bare}1}} and "
                f"{{{bare}2}} together cannot fill; write {{{bare}1}} in place of {{{bare}}}"
            )
            yield Defect(template.line, problem, True, template.text)


def unused(read: Templates) -> Iterator[Defect]:
    used = {list_for(placeholder, read.slots) for each in read.templates for placeholder in each.placeholders}
    for name in read.slots:
        if name not in used and name not in ("categories", "difficulties"):
            yield Defect(
                1,
                f"the list {name!r} fills no placeholder of any template; remove it, or use {{{name.removesuffix('s')}}}",
                True,
            )
    for name, known in (("category", read.categories), ("difficulty", read.difficulties)):
        have = {getattr(each, name) for each in read.templates}
        for missing in [one for one in known if one not in have]:
            yield Defect(1, f"the {name} {missing!r} has no template; write one, or remove it from the list", True)


def mended(template: Template) -> Template:
    """{character} beside {character2} read as {character1}."""
    text = template.text
    for name in template.placeholders:
        if f"{name}2" in template.placeholders and f"{name}1" not in template.placeholders:
            text = text.replace(f"{{{name}}}", f"{{{name}1}}")
    return Template(text, template.type, template.category, template.difficulty, template.line)


def usable(read: Templates) -> list[Template]:
    """The templates that can be filled."""
    broken = {(defect.line, defect.text) for defect in defects(read) if not defect.usable and defect.text}
    kept = {each.text: each for each in reversed(read.templates) if (each.line, each.text) not in broken}
    doubled = {defect.text for defect in defects(read) if "already" in defect.problem}
    every = {each.text: each for each in reversed(read.templates) if each.text in doubled} | kept
    return [mended(every[text]) for text in dict.fromkeys(each.text for each in read.templates) if text in every]
