"""`tunebench list`: every name that a marker, an option or a command takes, with what it stands for."""

import ast
import re
import tomllib
from pathlib import Path
from typing import Annotated

import typer

from bench import catalog
from bench.errors import UserError, nearest

KINDS = ("model", "dataset", "method", "metric", "template", "format", "recipe", "assignment")


def list_names(
    kind: Annotated[str, typer.Argument(help=f"one of {', '.join(KINDS)}; all of them without it")] = "",
) -> None:
    """What can be named: models, datasets, methods, metrics, templates, formats, recipes, assignments."""
    if kind and kind.removesuffix("s") not in KINDS:
        raise UserError(f"unknown kind {kind!r}.{nearest(kind, KINDS)}")
    for each in [kind.removesuffix("s")] if kind else KINDS:
        typer.echo(f"{each}s")
        for name in catalog.names(each):
            typer.echo(f"  {name:<27} {summary(each, name)}".rstrip())


def summary(kind: str, name: str) -> str:
    """What the name's file says of itself in one line; nothing is imported for it."""
    if kind in catalog.FIXTURE_FOLDERS:
        return told(catalog.FIXTURES / catalog.FIXTURE_FOLDERS[kind], name)
    if name in catalog.fixture_models():
        return comment(catalog.FIXTURES / "models" / f"{name}.toml")
    path = catalog.ROOT / "bench" / catalog.FOLDERS[kind] / f"{name.rstrip(':')}.py"
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def told(folder: Path, name: str) -> str:
    """The title or description of a TOML file; of a file of rows, its line in the folder's README."""
    if (file := folder / f"{name}.toml").is_file():
        values = tomllib.loads(file.read_text(encoding="utf-8"))
        return str(values.get("description") or values.get("title") or comment(file))
    line = re.search(
        rf"^\| `{re.escape(name)}\.jsonl` .*\| (.+) \|$", (folder / "README.md").read_text(encoding="utf-8"), re.M
    )
    return line[1] if line else ""


def comment(file: Path) -> str:
    """The first sentence of the comment that a file begins with."""
    lines = re.match(r"(?:# .*\n)*", file.read_text(encoding="utf-8"))
    text = " ".join(line.removeprefix("# ") for line in lines[0].splitlines()) if lines else ""
    return text.partition(":")[0].partition(". ")[0].rstrip(".")
