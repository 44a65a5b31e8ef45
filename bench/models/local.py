"""`local:PATH`: a folder written by `save_pretrained`, or by `tunebench export` (whole, or an adapter)."""

from dataclasses import replace
from pathlib import Path

from bench.errors import UserError
from bench.models import ModelSource, check_folder
from bench.models._exported import SETTINGS, adapter_in


def open(argument: str) -> ModelSource:
    """PATH is relative to the working directory. Raises UserError, in one line, when it is not usable."""
    if not argument:
        raise UserError("local: needs a folder, for example local:../models/my-model")
    folder = Path(argument).expanduser()
    name = f"local:{argument}"
    if (folder / SETTINGS).is_file():
        adapter = adapter_in(folder.resolve(), name)
        return replace(adapter.base, name=name, hub_id=None, revision=None, adapter=adapter)
    check_folder(folder, name)
    return ModelSource(name, folder.resolve())
