"""`local:PATH`: a folder written by `save_pretrained`, with safetensors weights and a tokenizer."""

from pathlib import Path

from bench.errors import UserError
from bench.models import ModelSource, check_folder

ADAPTER = "adapter_config.json"
"""What peft writes beside an adapter."""


def open(argument: str) -> ModelSource:
    """PATH is relative to the working directory. Raises UserError, in one line, when it is not usable."""
    if not argument:
        raise UserError("local: needs a folder, for example local:../models/my-model")
    folder = Path(argument).expanduser()
    name = f"local:{argument}"
    if (folder / ADAPTER).is_file():
        raise UserError(f"{name} holds an adapter and no model; export it with `tunebench export --merge`")
    check_folder(folder, name)
    return ModelSource(name, folder.resolve())
