"""A model as it is asked, whatever it lies on the disk as: a base model, or an export that stays beside its base."""

from pathlib import Path
from typing import Any

from bench import catalog
from bench.methods import configure
from bench.models import ModelSource
from bench.training.artifacts import restore


def opened(source: ModelSource, *, dtype: str, device: str) -> Any:
    """The model in eval mode on its device; an adapter is merged where it can be, else stays beside its base.

    Raises UserError, in one line, for an adapter whose files or base are not the exported ones.
    """
    adapter = source.unmerged
    if adapter is None:
        return source.load(dtype=dtype, device=device)
    adapter.check(source.name)
    return beside(adapter.base, adapter.method, adapter.folder, dtype=dtype, device=device)


def beside(base: ModelSource, method: str, folder: Path, *, dtype: str, device: str) -> Any:
    """The base as `method` (options behind its name) prepares it, with what that training left in `folder`."""
    module, options = catalog.load("method", method)
    return restore(base, module, configure(module, options, method), folder, dtype=dtype, device=device)
