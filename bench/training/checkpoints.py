"""Checkpoints that are whole or do not count: a marker, written last, lists the size and hash of every file.

transformers takes the folder with the highest number. One that a kill left without its optimizer then trains on
without an error, to other weights (transformers issue 35782); here it is passed over for the one before it.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from bench.record import dump_json, write_atomic

MARKER = "complete.json"
LEDGER = "ledger.json"
WEIGHTS = "weights.safetensors"
BEST = "best.safetensors"
KEPT = 2
"""Newest complete checkpoints that stay: one may still turn out damaged."""


@dataclass(frozen=True)
class Checkpoints:
    """`<folder>/checkpoint-<step>/` of one run."""

    folder: Path
    identity: str
    """Hash of all that the run's result depends on; checkpoints of another run are not used."""

    def newest(self) -> tuple[Path | None, tuple[str, ...]]:
        """The newest complete checkpoint, and a line for each newer one that was passed over."""
        passed: list[str] = []
        for path in self.paths():
            if not (wrong := self.fault(path)):
                return path, tuple(passed)
            passed.append(f"{path.name} was not used: {wrong}")
        return None, tuple(passed)

    def paths(self) -> list[Path]:
        """Newest first, complete or not."""
        found = [path for path in self.folder.glob("checkpoint-*") if path.name.rpartition("-")[2].isdecimal()]
        return sorted(found, key=lambda path: int(path.name.rpartition("-")[2]), reverse=True)

    def fault(self, path: Path) -> str:
        """Why a checkpoint is not used, "" for a complete one of this run."""
        try:
            marker = json.loads((path / MARKER).read_text(encoding="utf-8"))
            identity, files = marker["identity"], marker["files"]
        except OSError:
            return f"it has no {MARKER}, so it was never finished"
        except (ValueError, KeyError, TypeError):
            return f"its {MARKER} is damaged"
        if identity != self.identity:
            return "it is of a run with other settings or data"
        return next((wrong for name, facts in files.items() if (wrong := file_fault(path / name, facts))), "")

    def fresh(self, step: int) -> Path:
        """The empty folder of a checkpoint; what a kill left under its name goes."""
        path = self.folder / f"checkpoint-{step}"
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def complete(self, path: Path) -> None:
        """Writes the marker of a checkpoint whose files are all there, then removes all but the newest."""
        files = {file.name: file_facts(file) for file in sorted(path.iterdir()) if file.name != MARKER}
        write_atomic(path / MARKER, dump_json({"identity": self.identity, "files": files}))
        for old in self.paths()[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)


def file_facts(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return {"bytes": path.stat().st_size, "sha256": file_digest(file, "sha256").hexdigest()}


def file_fault(path: Path, facts: Mapping[str, Any]) -> str:
    """What is wrong with a file of a checkpoint, "" for nothing."""
    if not path.is_file():
        return f"{path.name} is missing"
    if (size := path.stat().st_size) != facts["bytes"]:
        return f"{path.name} has {size} bytes instead of {facts['bytes']}"
    return "" if file_facts(path)["sha256"] == facts["sha256"] else f"the bytes of {path.name} have changed"


def identity_of(*facts: Any) -> str:
    return sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def linked(source: Path, target: Path) -> None:
    """The same bytes under a second name; a copy where the file system has no links."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
