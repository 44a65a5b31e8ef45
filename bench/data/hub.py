"""Rows of a Hugging Face Hub dataset as a source like any file; no network unless asked for.

The plugin's `--bench-hub` sets BENCH_HUB=1. A dataset that is already in the local cache opens without it, and so does
a local folder of data files in place of an id. No code of a dataset repository is ever run.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.data.lines import Record
from bench.errors import Unavailable, UserError, nearest

KNOWN = {
    "train": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
}
"""The Hub's usual split names -> ours."""
BATCH = 1000
"""Rows that are turned from Arrow to Python at once."""


@dataclass(frozen=True)
class HubRows:
    """Opened splits, with what formats ask of a `Source`."""

    hub_id: str
    splits: Mapping[str, Any]
    """Our split name -> `datasets.Dataset`."""
    container: str = "hub"

    @cached_property
    def path(self) -> Path:
        """No file: what messages name, and what ids are made from."""
        return Path(f"hub:{self.hub_id}")

    @cached_property
    def fields(self) -> dict[str, str]:
        return {}

    @cached_property
    def header(self) -> dict[str, Any]:
        return {}

    @cached_property
    def head_lines(self) -> list[str]:
        return []

    @cached_property
    def first(self) -> Any:
        return next((record.value for record in self.records()), None)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.first or ())

    def records(self) -> Iterator[Record]:
        """All rows, split by split; `where` is "train[12]". Numbers of classes become their names."""
        for split, rows in self.splits.items():
            classes = {name: kind.names for name, kind in rows.features.items() if hasattr(kind, "names")}
            for number, row in enumerate(plain_rows(rows)):
                for column, names in classes.items():
                    row[column] = class_name(names, row[column])
                yield Record(f"{split}[{number}]", row)

    def lines(self, encoding: str = "utf-8") -> Iterator[Record]:
        raise UserError(f"{self.path}: holds rows, but its format reads lines of text; name another format")

    def text(self) -> str:
        raise UserError(f"{self.path}: holds rows, but its format reads one text; name another format")

    def sha256(self) -> str:
        """Of the rows themselves, in order: the same for every copy of the data, however it is stored."""
        digest = sha256()
        for record in self.records():
            line = json.dumps(record, sort_keys=True, ensure_ascii=False, default=str)
            digest.update(f"{line}\n".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def refuse(self, where: str, problem: str) -> UserError:
        return UserError(f"{self.path}:{where}: {problem}")


def plain_rows(rows: Any) -> Iterator[dict[str, Any]]:
    for table in rows.with_format("arrow").iter(batch_size=BATCH):
        yield from table.to_pylist()


def class_name(names: list[str], value: Any) -> Any:
    """A class's name for its number; None for -1, which stands for unlabelled."""
    if not isinstance(value, int):
        return value
    return names[value] if 0 <= value < len(names) else None


def open_hub(hub_id: str, config: str = "", revision: str = "", splits: Mapping[str, str] | None = None) -> HubRows:
    """The dataset's splits by our names; `splits` maps these to the Hub's where they are not the usual ones.

    Raises Unavailable when it would have to be fetched and may not be, UserError when that fails.
    """
    found = loaded(hub_id, config, revision)
    return HubRows(hub_id, chosen(hub_id, found, splits or {}))


def chosen(hub_id: str, found: Mapping[str, Any], wanted: Mapping[str, str]) -> dict[str, Any]:
    """The splits to read, by our names."""
    for theirs in wanted.values():
        if theirs not in found:
            raise UserError(f"hub dataset {hub_id} has no split {theirs!r}.{nearest(theirs, found)}")
    if not wanted and (strange := next((name for name in found if name not in KNOWN), None)):
        names = ", ".join(found)
        raise UserError(
            f"hub dataset {hub_id} has the splits {names}, and {strange!r} is none of ours; "
            f'say in the recipe which to read, for example splits = {{train = "{strange}"}}'
        )
    return {ours: found[theirs] for ours, theirs in (wanted or {KNOWN[name]: name for name in found}).items()}


def loaded(hub_id: str, config: str, revision: str) -> Mapping[str, Any]:
    """`datasets.load_dataset`, with its many kinds of failure as one line."""
    try:
        import datasets
    except ImportError:
        raise Unavailable(f"hub dataset {hub_id} needs the package datasets; pip install datasets") from None
    may_fetch = os.environ.get("BENCH_HUB") == "1"
    try:
        with nullcontext() if may_fetch else offline():
            found: Mapping[str, Any] = datasets.load_dataset(hub_id, config or None, revision=revision or None)
    except (OSError, ValueError, RuntimeError, datasets.exceptions.DatasetsError) as error:
        if not may_fetch and not Path(hub_id).is_dir():
            raise Unavailable(f"hub dataset {hub_id} needs the network; add --bench-hub") from None
        raise UserError(f"hub dataset {hub_id} could not be loaded ({in_words(error)})") from None
    if not may_fetch:
        refuse_other_revision(hub_id, revision, found)
    return found


@contextmanager
def offline() -> Iterator[None]:
    """While this lasts, `datasets` reads its cache and asks no network, whatever the environment said at its import."""
    import datasets
    import huggingface_hub

    switches: tuple[Any, ...] = (datasets.config, huggingface_hub.constants)
    before = [switch.HF_HUB_OFFLINE for switch in switches]
    try:
        for switch in switches:
            switch.HF_HUB_OFFLINE = True
        yield
    finally:
        for switch, value in zip(switches, before, strict=True):
            switch.HF_HUB_OFFLINE = value


def refuse_other_revision(hub_id: str, revision: str, found: Mapping[str, Any]) -> None:
    """The cache gives its newest copy, of whichever revision; its folder is named by the commit."""
    files = [file["filename"] for rows in found.values() for file in rows.cache_files]
    if revision and not any(revision in Path(file).parts for file in files):
        raise Unavailable(f"hub dataset {hub_id} at revision {revision} needs the network; add --bench-hub")


def in_words(error: Exception) -> str:
    """The kind of the failure and its first line, or that of its cause where it has one."""
    root = error.__cause__ or error
    return f"{type(root).__name__}: {str(root).strip().partition(chr(10))[0]}"
