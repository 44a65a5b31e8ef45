"""Files that belong together, written all or none."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.errors import UserError


def refuse_overwriting(paths: Iterable[Path], force: bool) -> None:
    """Raises UserError when one of the files is there and may not be replaced."""
    there = [path for path in paths if path.exists()]
    if there and not force:
        raise UserError(f"{there[0]} is there already; choose another name, or replace it with --force")


@contextmanager
def draft(folder: Path) -> Iterator[Path]:
    """A folder to write to; what it holds moves to `folder` when the block ends without an error."""
    beside = folder if folder.is_dir() else folder.parent  # on the same file system, so that files can be renamed
    beside.mkdir(parents=True, exist_ok=True)
    written = Path(tempfile.mkdtemp(prefix=".draft-", dir=beside))
    try:
        yield written
        folder.mkdir(exist_ok=True)
        for path in sorted(written.iterdir()):
            os.replace(path, folder / path.name)
    finally:
        shutil.rmtree(written, ignore_errors=True)
