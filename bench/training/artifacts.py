"""What training leaves on disk, and back: an adapter alone, or all weights; safetensors, never a pickle."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.errors import UserError
from bench.models import ModelSource

ADAPTER = "adapter_model.safetensors"
"""The file that tells an adapter's folder from a whole model's."""


def save(model: Any, folder: Path) -> int:
    """Writes the adapter, or all weights where there is none; returns the bytes of the weights written."""
    folder.mkdir(parents=True, exist_ok=True)
    if is_adapted(model):
        # "auto" would compare the embedding's size with the model's page on the Hub.
        model.save_pretrained(folder, safe_serialization=True, save_embedding_layers=False)
    else:
        model.save_pretrained(folder)
    return sum(path.stat().st_size for path in folder.glob("*.safetensors"))


def restore(source: ModelSource, method: Any, config: Any, folder: Path, *, dtype: str, device: str) -> Any:
    """The trained model, ready to generate what it generated when it was saved.

    `method` is the module of bench/methods that prepared it, `config` its Config. Raises UserError when the
    folder holds no weights or others than this method makes.
    """
    if not (folder / ADAPTER).is_file():
        if not any(folder.glob("*.safetensors")):
            raise UserError(f"{folder}: no safetensors weights; run with --bench-fresh")
        whole = replace(source, folder=folder, architecture={})
        return for_generation(whole.load(dtype="float32", device=device), dtype)
    model = method.prepare(source, config, dtype=dtype, device=device, seed=0)
    load_adapter(model, folder)
    return for_generation(model, dtype)


def load_adapter(model: Any, folder: Path) -> None:
    """Puts the saved adapter's values in place of the fresh ones; every one must fit."""
    from peft import get_peft_model_state_dict, set_peft_model_state_dict
    from safetensors.torch import load_file

    if not is_adapted(model):
        raise UserError(f"{folder}: holds an adapter, but this method makes none; run with --bench-fresh")
    saved = load_file(folder / ADAPTER)
    expected = get_peft_model_state_dict(model, save_embedding_layers=False)
    if odd := sorted(saved.keys() ^ expected.keys()):
        raise UserError(f"{folder / ADAPTER}: does not fit model and method (first: {odd[0]}); use --bench-fresh")
    set_peft_model_state_dict(model, saved)


def for_generation(model: Any, dtype: str) -> Any:
    """A model trained in float32, in the `dtype` it is asked in; adapters stay in float32."""
    import torch

    return model.eval() if is_adapted(model) else model.to(getattr(torch, dtype)).eval()


def is_adapted(model: Any) -> bool:
    return hasattr(model, "peft_config")
