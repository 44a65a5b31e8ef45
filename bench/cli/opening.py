"""What the user names on the command line, a file, a recipe or a fixture, opened."""

import os
from dataclasses import dataclass
from pathlib import Path

from bench import catalog
from bench.data.example import Loaded
from bench.data.reading import read_file
from bench.errors import UserError


@dataclass(frozen=True)
class Opened:
    """Rows, and what only a recipe knows of them."""

    loaded: Loaded
    licence: str = ""
    """As the recipe states it, or ""."""
    notes: tuple[str, ...] = ()
    """What a mixture drew from what."""


def open_data(name: str, format_name: str = "") -> Opened:
    """All rows behind a name, whatever split they are in; those of a mixture are the drawn ones.

    Raises UserError; `format_name` skips recognition.
    """
    path = found(name)
    if path.suffix != ".toml":
        return Opened(read_file(path, format_name))
    if format_name:
        raise UserError(f"{path}: --format is for files; a recipe names its format itself (format = {format_name!r})")
    from bench.data.recipes import read_recipe, recipe_rows

    recipe = read_recipe(path)
    return mixture(path) if recipe.mixture else Opened(recipe_rows(path, recipe), recipe.licence)


def mixture(path: Path) -> Opened:
    from bench.data.dataset import open_dataset
    from bench.data.splits import SPLITS

    data = open_dataset(path)
    rows = data.train + data.validation + data.test
    loaded = Loaded(str(path), "mixture", "recipe", data.split_sha256(*SPLITS), rows, data.dropped)
    return Opened(loaded, data.licence, data.notes)


def found(name: str) -> Path:
    """A fixture goes before a file of the same name, as in `--bench-dataset`."""
    path = Path(name).expanduser()
    if os.path.lexists(path) and not is_fixture(name):
        return path
    from bench.data.dataset import dataset_path

    return dataset_path(name)


def is_fixture(name: str) -> bool:
    folder = catalog.FIXTURES / "datasets"
    return "/" not in name and any((folder / f"{name}{suffix}").is_file() for suffix in (".jsonl", ".toml"))
