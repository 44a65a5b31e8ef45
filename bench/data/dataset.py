"""Examples and datasets: what a row holds, how a name or a path becomes three splits, and the hash of its content."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench import catalog
from bench.errors import UserError, nearest

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Example:
    """One instruction with its accepted answers."""

    id: str
    """Unique inside the dataset."""
    instruction: str
    """What is asked."""
    input: str = ""
    """Text the instruction is about, or ""."""
    responses: tuple[str, ...] = ()
    """Accepted answers; the first one is trained on."""
    category: str = ""
    """Task family, e.g. "math problems"."""
    difficulty: str = ""
    """"easy", "medium" or "hard", or ""."""
    source: str = ""
    """The subject or passage the example is about; a source never stands in two splits."""
    expect: str = "answer"
    """"answer", or "refuse" for requests a good model declines."""
    checks: tuple[Mapping[str, Any], ...] = ()
    """Verifiable constraints on the answer, see bench/checks.py."""
    label: str | None = None
    """Gold class, for classification by text."""
    kind: str = "plain"
    """"plain", "refuse", or "lookalike": harmless, but worded like a request to refuse."""
    split: str = ""
    """Where the file puts it, or "" to let the loader split by source."""

    @property
    def response(self) -> str:
        return self.responses[0]

    @property
    def question(self) -> str:
        """The bare instruction with its input, as the raw prompt form asks it."""
        return f"{self.instruction}\n{self.input}" if self.input else self.instruction


@dataclass(frozen=True)
class Dataset:
    """Three disjoint splits and where they came from."""

    name: str
    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    test: tuple[Example, ...]
    source: str = ""
    """The file it was read from."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes, sorted; empty when the dataset is not for classification."""
        return tuple(sorted({e.label for e in self.train + self.test if e.label is not None}))

    def split_sha256(self, *names: str) -> str:
        """Hash of the rows of these splits; order counts, the file's name does not."""
        rows = [asdict(example) for name in names for example in getattr(self, name)]
        return sha256(json.dumps(rows, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def load_dataset(name: str) -> Dataset:
    """A dataset by fixture name or path. Raises UserError with file and line, or the nearest name."""
    path = dataset_path(name)
    examples = read_examples(path)
    parts = split_examples(examples)
    for part in ("train", "test"):
        if not parts[part]:
            raise UserError(
                f"{path}: no example in the {part} split; {len(examples)} rows are too few to split by subject"
            )
    train, validation, test = (tuple(parts[part]) for part in SPLITS)
    return Dataset(path.stem, train, validation, test, source=str(path))


def dataset_path(name: str) -> Path:
    fixture = catalog.FIXTURES / "datasets" / f"{name}.jsonl"
    if fixture.is_file() and fixture.parent == catalog.FIXTURES / "datasets":
        return fixture
    path = Path(name).expanduser()
    if path.is_file():
        return path
    if path.is_dir():
        raise UserError(f"dataset {name!r} is a folder; name a .json or .jsonl file in it")
    if "/" in name or "\\" in name or path.suffix:
        raise UserError(f"dataset file {name!r} does not exist (looked in {Path.cwd()})")
    raise UserError(
        f"unknown dataset {name!r}.{nearest(name, catalog.names('dataset'))} A path to a .json file works too."
    )


def read_examples(path: Path) -> list[Example]:
    """All examples of a file, by the first format that recognises it."""
    for format_name in catalog.names("format"):
        module, _ = catalog.load("format", format_name)
        if module.matches(path):
            return unique_ids(module.read(path), path)
    known = ", ".join(catalog.names("format"))
    raise UserError(
        f"{path}: not a format that is known here ({known}); expected a .json or .jsonl list of instructions"
    )


def unique_ids(examples: list[Example], path: Path) -> list[Example]:
    seen: set[str] = set()
    for example in examples:
        if example.id in seen:
            raise UserError(f"{path}: id {example.id!r} stands twice; ids must be unique")
        seen.add(example.id)
    return examples


def split_examples(examples: Sequence[Example]) -> dict[str, list[Example]]:
    """The file's own splits where rows name one, else 80/10/10 by source with a fixed shuffle."""
    if any(example.split for example in examples):
        return {part: [e for e in examples if e.split == part] for part in SPLITS}
    sources = sorted({e.source or e.question for e in examples})
    random.Random(0).shuffle(sources)
    tenth = max(1, round(len(sources) / 10)) if len(sources) >= 3 else 0
    part_of = dict.fromkeys(sources, "train")
    part_of |= dict.fromkeys(sources[:tenth], "test") | dict.fromkeys(sources[tenth : 2 * tenth], "validation")
    parts: dict[str, list[Example]] = {part: [] for part in SPLITS}
    for example in examples:
        part = part_of[example.source or example.question]
        parts[part].append(replace(example, split=part))
    return parts
