"""The weights that training changes, read out and put back exactly: for checkpoints, the best look and a sweep.

By parameter name and not by peft's own format, so that every method, with an adapter or without, comes back bit by
bit; frozen weights are made again by the method's `prepare`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file


def changing(model: Any) -> dict[str, torch.Tensor]:
    """Name -> trained parameter, and every parameter of an adapter (AdaLoRA keeps a count of ranks in a frozen one)."""
    adapters = set(getattr(model, "peft_config", ()))
    return {
        name: weight.detach()
        for name, weight in model.named_parameters()
        if weight.requires_grad or not adapters.isdisjoint(name.split("."))
    }


def copied(model: Any) -> dict[str, torch.Tensor]:
    """A copy in main memory."""
    return {name: weight.to("cpu", copy=True) for name, weight in changing(model).items()}


def put_back(model: Any, saved: Mapping[str, torch.Tensor]) -> None:
    """Raises ValueError when names are not those of this model: a part of a model must never be restored."""
    own = changing(model)
    if odd := sorted(own.keys() ^ saved.keys()):
        raise ValueError(f"saved weights do not fit the model (first: {odd[0]})")
    with torch.no_grad():
        for name, weight in own.items():
            weight.copy_(saved[name])


def write(model: Any, path: Path) -> None:
    save(changing(model), path)


def read(model: Any, path: Path) -> None:
    put_back(model, load_file(path))


def save(tensors: Mapping[str, torch.Tensor], path: Path) -> None:
    """To a safetensors file that is whole or absent."""
    part = path.with_suffix(".part")
    save_file({name: tensor.detach().contiguous() for name, tensor in tensors.items()}, part)
    part.replace(path)


def load(path: Path, device: Any) -> dict[str, torch.Tensor]:
    return load_file(path, device=str(device))
