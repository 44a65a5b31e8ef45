"""Assignment files by name or path, read and checked; a mistake in one is told with its place in it."""

import importlib
import re
import tomllib
from pathlib import Path
from types import ModuleType

from pydantic import BaseModel, ValidationError

from bench import catalog
from bench.assignments.form import Assignment
from bench.errors import UserError, nearest

FOLDER = catalog.FIXTURES / "assignments"
LARGEST = 1 << 20
"""Bytes; more is no assignment."""


def names() -> list[str]:
    """The shipped assignments, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def open_assignment(name: str) -> Assignment:
    """A shipped assignment by its name, or a file by its path. Raises UserError with the nearest name, or the place."""
    if re.search(r"[/\\]|\.toml$", name):
        return read_assignment(Path(name).expanduser())
    if name not in names():
        raise UserError(f"unknown assignment {name!r}.{nearest(name, names())} A path to a .toml file works, too.")
    return read_assignment(FOLDER / f"{name}.toml")


def read_assignment(path: Path) -> Assignment:
    if not path.is_file():
        raise UserError(f"{path}: no such file; expected an assignment (.toml) or one of {', '.join(names())}")
    if path.stat().st_size > LARGEST:
        raise UserError(f"{path}: more than {LARGEST >> 20} MiB, so no assignment")
    try:
        made = Assignment.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UserError(f"{path}: not a TOML file: {error or 'nested too deeply'}") from None
    except ValidationError as error:
        raise UserError(f"{path}: {problem(error)}") from None
    return checked(path, made)


def checked(path: Path, made: Assignment) -> Assignment:
    ids = [each.id for each in made.deliverable]
    if twice := sorted({name for name in ids if ids.count(name) > 1}):
        raise UserError(f"{path}: deliverable id {twice[0]!r} stands there twice; each needs one of its own")
    return made


def problem(error: ValidationError) -> str:
    """ "deliverable 2, needs 1 (dataset), leest: no such key": places counted from 1, as a reader counts."""
    first = error.errors()[0]
    place = ", ".join(words(first["loc"])) or "the file"
    if first["type"] == "missing":
        return f"{place}: is missing"
    if first["type"] == "extra_forbidden":
        return f"{place}: no such key"
    return f"{place}: {first['msg'].lower()}, found {first.get('input')!r:.60}"


def words(location: tuple[int | str, ...]) -> list[str]:
    """("deliverable", 1, "needs", 0) -> ["deliverable 2", "needs 1"]."""
    found: list[str] = []
    for part in location:
        if isinstance(part, int) and found:
            found[-1] = f"{found[-1]} {part + 1}"
        else:
            found.append(str(part))
    return found


def module_of(part: BaseModel, folder: str) -> ModuleType:
    """The file of a need or a table: its kind is the file's name."""
    kind: str = part.kind  # type: ignore[attr-defined]
    return importlib.import_module(f"bench.assignments.{folder}.{kind}")
