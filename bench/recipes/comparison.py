"""The forms of a recipe side by side, one row for each thing that any of them says."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from bench.config import GenerateConfig, TrainConfig
from bench.recipes.form import Knobs, Lecture, Recipe
from bench.recipes.translation import DEFAULTS, KNOBS, SEES

IN_TRAINING = {word for words in SEES.values() for word in words} | set(KNOBS)
"""Arguments and facts that stand beside a knob of training."""
OF_GENERATION = {
    "max_new_tokens": ("max_new_tokens", "max_length"),
    "temperature": ("temperature", "do_sample"),
    "top_p": ("top_p",),
    "top_k": ("top_k",),
    "repetition_penalty": ("repetition_penalty",),
    "wraps": ("wraps", "last_turn"),
}
"""Knob of generation -> the lecture's arguments that it is made of."""
NAMES = ("model", "dataset", "template", "methods")
UNSAID = {
    "learning_rate": "(the method's own)",
    "epochs": "(the method's own)",
    "precision": "(bfloat16 on a GPU)",
    "evaluate_every": "(each epoch)",
    "save_every": "(by the clock)",
    "max_new_tokens": "(as answers need)",
}
"""What happens where a knob without a default is not set."""
REPLACED_BY = {"warmup_ratio": "warmup_steps", "epochs": "max_steps"}
"""Knobs that do not count where another is set."""


@dataclass(frozen=True)
class Row:
    """A setting and what each form says of it."""

    group: str
    """what, training, generation or around."""
    name: str
    cells: tuple[str, ...]
    """One for each form of the recipe; "" where a form is silent."""
    differs: bool
    """Whether the corrected form is another than the translated one."""


def compared(recipe: Recipe, profile: str = "cpu") -> list[Row]:
    """Rows in the order what, training, generation, around."""
    parts = [(name, getattr(recipe, name)) for name in recipe.forms]
    return [*names_rows(recipe, parts, profile), *knob_rows(parts), *rest_rows(parts)]


def names_rows(recipe: Recipe, parts: list[tuple[str, Any]], profile: str) -> Iterator[Row]:
    for name in NAMES:
        cells = [named(recipe, part, name, profile) for _, part in parts]
        yield row("what", name, cells)
    for name in ("lora", "lora_by_hand", "quantisation"):
        cells = [adapter(getattr(part, name)) if isinstance(part, Lecture) else "" for _, part in parts]
        if any(cells):
            yield row("what", name, cells)


def named(recipe: Recipe, part: Lecture | Knobs, name: str, profile: str) -> str:
    if isinstance(part, Lecture):
        return str(getattr(part, name, "") or "")
    if name == "model":
        models = {**recipe.models, **part.models}
        return models.get("gpu" if profile == "gpu" else "cpu") or next(iter(models.values()))
    value = getattr(part, name) or getattr(recipe, name)
    return value if isinstance(value, str) else "\n".join(value)


def adapter(table: Any) -> str:
    """A table of the lecture as lines of `name value`."""
    values = table if isinstance(table, dict) else table.model_dump() if table else {}
    return "\n".join(f"{name} {shown(value)}" for name, value in values.items())


def knob_rows(parts: list[tuple[str, Any]]) -> Iterator[Row]:
    for group, kind, table in (("training", TrainConfig, "train"), ("generation", GenerateConfig, "generate")):
        for each in fields(kind):
            cells = [
                lecture_words(part, group, each.name)
                if isinstance(part, Lecture)
                else knob_text(part, table, each.name, each.default)
                for _, part in parts
            ]
            if any(cell_is_said(cell) for cell in cells):
                yield row(group, each.name, cells)


def cell_is_said(cell: str) -> bool:
    return bool(cell) and not cell.startswith("(")


def lecture_words(lecture: Lecture, group: str, knob: str) -> str:
    """The lecture's own words for a knob, one a line, or the library's default where that is not ours."""
    if group == "generation":
        words = {name: lecture.generate[name] for name in OF_GENERATION.get(knob, ()) if name in lecture.generate}
        return "\n".join(f"{name} {shown(value)}" for name, value in words.items())
    said = {name: value for name, value in lecture.arguments.items() if KNOBS.get(name) == knob}
    said |= {name: lecture.arguments[name] for name in SEES.get(knob, ()) if name in lecture.arguments}
    facts = [name for name in SEES.get(knob, ()) if name in lecture.model_fields_set]
    said |= {name: getattr(lecture, name) for name in facts}
    if knob == "dropout" and lecture.dropout is not None:
        said["dropout"] = lecture.dropout
    if not said:
        default = next((DEFAULTS[name] for name, ours in KNOBS.items() if ours == knob and name in DEFAULTS), None)
        return "" if default is None else f"({shown(default)}, the library's)"
    return "\n".join(f"{name} {shown(value)}" for name, value in said.items())


def knob_text(part: Knobs, table: str, knob: str, default: Any) -> str:
    """The knob's value, or its default in brackets; under it today's name of an argument that was renamed."""
    values = getattr(part, table)
    if knob in values:
        renamed = [f"{name} {shown(part.arguments[name])}" for name in RENAMED.get(knob, ()) if name in part.arguments]
        return "\n".join([shown(values[knob]), *(renamed if table == "train" else [])])
    if REPLACED_BY.get(knob) in values:
        return ""
    if default is None:
        return UNSAID.get(knob, "")
    return "" if default is MISSING or default in ("", ()) else f"({shown(default)})"


RENAMED: Mapping[str, tuple[str, ...]] = {"evaluate_every": ("eval_strategy",), "warmup_ratio": ("warmup_steps",)}
"""Knob -> today's argument, where the lecture has one that is gone."""


def rest_rows(parts: list[tuple[str, Any]]) -> Iterator[Row]:
    """What the lecture says that no knob means: facts of its code, and arguments that change no result."""
    lectures = [part for _, part in parts if isinstance(part, Lecture)]
    for lecture in lectures:
        for name, value in [*facts_of(lecture), *arguments_of(lecture)]:
            cells = [shown(value) if part is lecture else argument(part, name) for _, part in parts]
            yield row("around", name, cells)


def facts_of(lecture: Lecture) -> Iterator[tuple[str, Any]]:
    known = {*NAMES, *IN_TRAINING, "arguments", "generate", "lora", "lora_by_hand", "quantisation", "dropout"}
    for name in Lecture.model_fields:
        if name in lecture.model_fields_set and name not in known:
            yield name, getattr(lecture, name)


def arguments_of(lecture: Lecture) -> Iterator[tuple[str, Any]]:
    yield from ((name, value) for name, value in lecture.arguments.items() if name not in IN_TRAINING)
    generation = {word for words in OF_GENERATION.values() for word in words}
    yield from ((name, value) for name, value in lecture.generate.items() if name not in generation)


def argument(part: Any, name: str) -> str:
    return shown(part.arguments[name]) if isinstance(part, Knobs) and name in part.arguments else ""


def row(group: str, name: str, cells: list[str]) -> Row:
    """What stands around a recipe has no knob, and so no correction."""
    differs = group != "around" and len(cells) > 2 and bare(cells[-2]) != bare(cells[-1])
    return Row(group, name, tuple(cells), differs)


def bare(cell: str) -> str:
    """A value, whether chosen or by default, without today's names under it."""
    return cell.partition("\n")[0].strip("()")


def shown(value: Any) -> str:
    """A value as a recipe writes it, lists as "a, b"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(shown, value))
    return str(value)
