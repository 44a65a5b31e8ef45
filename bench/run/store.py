"""Finished steps, kept by content key so that nothing is trained or generated twice; a damaged step does not exist."""

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.record import dump_json, write_atomic

MANIFEST = "step.json"
STEPS = ("train", "generate", "score")
REMEMBERED = "remembered"


@dataclass(frozen=True)
class Step:
    """One finished step: its files and what it said about itself."""

    folder: Path
    info: Mapping[str, Any]


@dataclass(frozen=True)
class Store:
    """`<folder>/<step>/<key>/`; the manifest is written last and the folder is renamed into place when it is whole."""

    folder: Path

    def find(self, step: str, key: str) -> Step | None:
        """The step when it is there and every file still has its hash; else None, so that it is made again."""
        folder = self.folder / step / key
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            whole = all(file_sha256(folder / name) == expected for name, expected in manifest["files"].items())
        except (OSError, ValueError, KeyError):
            return None
        return Step(folder, manifest["info"]) if whole else None

    def save(self, step: str, key: str, write: Callable[[Path], Mapping[str, Any]]) -> Step:
        """Call `write(folder)`, which fills the folder and returns the step's info, then commit both at once."""
        parent = self.folder / step
        parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=parent, prefix=".unfinished-"))
        try:
            info = write(temporary)
            files = {str(p.relative_to(temporary)): file_sha256(p) for p in temporary.rglob("*") if p.is_file()}
            write_atomic(temporary / MANIFEST, dump_json({"info": info, "files": files}))
            self.remove(step, key)
            temporary.rename(parent / key)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
        return Step(parent / key, info)

    def remember(self, key: str, make: Callable[[], Any]) -> Any:
        """A value of JSON that is the same for many cases, by content key; made where it is not there or damaged."""
        path = self.folder / REMEMBERED / f"{key}.json"
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            value = json.loads(dump_json(make()))
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, dump_json(value))
        return value

    def forget(self) -> None:
        """Everything that was remembered beside the steps."""
        shutil.rmtree(self.folder / REMEMBERED, ignore_errors=True)

    def remove(self, step: str, key: str) -> None:
        shutil.rmtree(self.folder / step / key, ignore_errors=True)


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
