"""Public names are file names: what exists is what lies in the folder, and nothing is imported until it is used."""

import importlib
from pathlib import Path
from types import ModuleType

from bench.errors import UserError, nearest

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"

FOLDERS = {
    "metric": "metrics",
    "method": "methods",
    "template": "prompts/templates",
    "format": "data/formats",
    "model": "models",
}
FIXTURE_FOLDERS = {"dataset": "datasets", "recipe": "recipes", "assignment": "assignments"}


def names(kind: str) -> list[str]:
    """All names of a kind of FOLDERS or FIXTURE_FOLDERS, sorted."""
    if kind in FIXTURE_FOLDERS:
        folder = FIXTURES / FIXTURE_FOLDERS[kind]
        return sorted({path.stem for suffix in ("jsonl", "toml") for path in folder.glob(f"*.{suffix}")})
    files = sorted(path.stem for path in (ROOT / "bench" / FOLDERS[kind]).glob("[a-z]*.py"))
    if kind == "model":
        return fixture_models() + [f"{name}:" for name in files if name != "fixture"]
    return files


def fixture_models() -> list[str]:
    """Base models that lie in the repository, usable by their bare name."""
    return sorted(path.parent.name for path in (FIXTURES / "models").glob("*/config.json"))


def check(kind: str, name: str) -> tuple[str, str]:
    """(file name, argument) of `name` or `name:argument`, without importing it. Raises UserError with the nearest name.

    A bare model name is a fixture: `tiny-gpt2` is `fixture:tiny-gpt2`.
    """
    stem, _, argument = name.partition(":")
    if kind == "model" and not argument:
        stem, argument = "fixture", name
    named = stem.isidentifier() and not stem.startswith("_")
    exists = named and (ROOT / "bench" / FOLDERS[kind] / f"{stem}.py").is_file()
    if not exists or (stem == "fixture" and argument not in fixture_models()):
        raise unknown(kind, name)
    return stem, argument


def load(kind: str, name: str) -> tuple[ModuleType, str]:
    """The module behind `name` or `name:argument`, and the argument ("" without one)."""
    stem, argument = check(kind, name)
    package = FOLDERS[kind].replace("/", ".")
    return importlib.import_module(f"bench.{package}.{stem}"), argument


def unknown(kind: str, name: str) -> UserError:
    return UserError(f"unknown {kind} {name!r}.{nearest(name, names(kind))}")
