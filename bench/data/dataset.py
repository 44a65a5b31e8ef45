"""A dataset by name, recipe or path: three splits without leakage, and the hash of their content."""

import json
import os
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

from bench import catalog
from bench.data.example import Dropped, Example, Loaded
from bench.data.reading import read_file
from bench.data.splits import SPLITS, leaves_no_leak, split_examples
from bench.errors import UserError, nearest


@dataclass(frozen=True)
class Dataset:
    """Three disjoint splits and where they came from."""

    name: str
    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    """Empty where a recipe's split rule leaves none."""
    test: tuple[Example, ...]
    source: str = ""
    """The file, recipe or Hub id it was read from."""
    licence: str = ""
    """As its recipe states it, or ""."""
    dropped: tuple[Dropped, ...] = ()
    """Records that no example was made of, with their reasons."""
    notes: tuple[str, ...] = ()
    """What was drawn from what, a line each: "train: everyday 300 of 501 rows (60.0 %)"; empty for a whole file."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes, sorted; empty when the dataset is not for classification."""
        return tuple(sorted({e.label for e in self.train + self.test if e.label is not None}))

    @cached_property
    def content(self) -> str:
        """Hash of all three splits."""
        return self.split_sha256(*SPLITS)

    def split_sha256(self, *names: str) -> str:
        """Hash of the rows of these splits; order counts, the file's name and line numbers do not."""
        digest = sha256()
        for name in names:
            for example in getattr(self, name):
                digest.update(canonical(example).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


# Fields at their default are left out: most are, and a later version's new field changes no hash.
CONTENT = sorted((each.name, each.default) for each in fields(Example) if each.name != "where")
ENCODER = json.JSONEncoder(ensure_ascii=False, default=dict)


def canonical(example: Example) -> str:
    """The content of an example as one line of JSON."""
    values = vars(example)
    return ENCODER.encode({name: values[name] for name, default in CONTENT if values[name] != default}) + "\n"


def load_dataset(name: str, trained_on: str | None = None) -> Dataset:
    """A dataset by name, recipe or path; `trained_on` names another one whose training and validation rows it takes.

    Raises UserError with file and line, or the nearest name; and when a test example, its passage or a near-duplicate
    of it is in the training split. Raises Unavailable when it lies on the Hub and the network may not be used.
    """
    data = opened(name)
    if trained_on is not None:
        other = opened(trained_on)
        data = replace(
            data,
            name=f"{data.name}, trained on {other.name}",
            train=other.train,
            validation=other.validation,
            notes=other.notes,
        )
    refuse_leakage(data)
    return data


def opened(name: str) -> Dataset:
    path = dataset_path(name)
    # A recipe's rows lie in other files, whose changes its own time does not show.
    return open_dataset(path) if path.suffix == ".toml" else of_version(path, version(path))


def version(path: Path) -> tuple[int, ...]:
    """Changes when the file does; () where it cannot be looked at, which opening it explains."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


@lru_cache(maxsize=8)
def of_version(path: Path, _: tuple[int, ...]) -> Dataset:
    """The dataset of a file as it is now: a run asks for it when it collects, when it plans and for each case."""
    return open_dataset(path)


def open_dataset(path: Path, inside: tuple[Path, ...] = ()) -> Dataset:
    """The dataset of a file or recipe, its splits unchecked. `inside` are the mixtures that it is a part of."""
    if path.suffix == ".toml":
        from bench.data.recipes import load_recipe  # recipes.py builds on this file

        return load_recipe(path, inside)
    return of_file(read_file(path), path.stem)


def of_file(
    loaded: Loaded, name: str, *, rule: str = "", licence: str = "", notes: tuple[str, ...] = (), seed: int = 0
) -> Dataset:
    """The splits of what was read from one file, by `rule` (see splits.py) or as its rows name them."""
    parts = split_examples(loaded.examples, rule, seed=seed)
    for part in ("train", "test"):
        if not parts[part]:
            raise UserError(f"{loaded.path}: no example in the {part} split; {too_few(loaded)}")
    train, validation, test = (tuple(parts[part]) for part in SPLITS)
    data = Dataset(
        name, train, validation, test, source=loaded.path, licence=licence, dropped=loaded.dropped, notes=notes
    )
    if not checked_by_parent() and leaves_no_leak(loaded.examples, rule):
        SHOWN_CLEAN.add(data.content)
    return data


def too_few(loaded: Loaded) -> str:
    """Why a split is empty and what to do about it."""
    count = len(loaded.examples)
    if any(example.split for example in loaded.examples):
        return f'none of its {count} rows names it; choose another split rule in a recipe (split = "source")'
    return (
        f"{count} rows are too few to split by subject, or too alike: "
        "rows of one source, one question or nearly the same text stay together"
    )


SHOWN_CLEAN: set[str] = set()
"""Content of the splits that were searched for leaks in this process, or made so that there is none."""


def checked_by_parent() -> bool:
    """The runner sets it for a case's own process: it has checked."""
    return os.environ.get("BENCH_LEAKAGE_CHECKED") == "1"


def refuse_leakage(data: Dataset) -> None:
    """Raises UserError when training gives the test split away; each content is searched once in a run."""
    if checked_by_parent() or data.content in SHOWN_CLEAN:
        return
    from bench.data.leakage import assert_no_leakage

    assert_no_leakage(data.train, data.validation, data.test, where=data.source or data.name)
    SHOWN_CLEAN.add(data.content)


def dataset_path(name: str) -> Path:
    """The file behind a dataset's name: a fixture (.jsonl), a recipe (.toml), or the user's own path."""
    folder = catalog.FIXTURES / "datasets"
    for fixture in (folder / f"{name}.jsonl", folder / f"{name}.toml"):
        if fixture.is_file() and fixture.parent == folder:
            return fixture
    path = Path(name).expanduser()
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        return path  # what is wrong with it is said when it is opened
    if path.is_dir():
        raise UserError(f"dataset {name!r} is a folder; name a file in it")
    if "/" in name or "\\" in name or path.suffix:
        raise UserError(f"dataset file {name!r} does not exist (looked in {Path.cwd()})")
    raise UserError(f"unknown dataset {name!r}.{nearest(name, catalog.names('dataset'))} A path to a file works too.")
