"""Base models as adapters see them: loaded unquantised, and the names of the layers that can carry an adapter."""

import re
from collections.abc import Iterable
from typing import Any

from bench.errors import UserError
from bench.models import ModelSource, read_config

ALL_LINEAR = "all-linear"
"""Every matrix of attention and MLP, never the output head."""


def load_plain(source: ModelSource, method: str, *, dtype: str, device: str) -> Any:
    """The model, refused in one line where its files hold packed weights: only `qlora` trains beside those."""
    stored = read_config(source.folder, source.name).get("quantization_config") if source.folder else None
    if stored:
        kind = stored.get("quant_method", "an unknown way")
        raise UserError(f"{source.name} is stored quantised ({kind}), and {method} needs its plain weights; use qlora")
    return source.load(dtype=dtype, device=device)


def matrices(model: Any) -> dict[str, Any]:
    """Every Linear (quantised ones too) and Conv1D by its full name, without the output head."""
    from torch.nn import Linear
    from transformers.pytorch_utils import Conv1D

    head = model.get_output_embeddings()
    return {
        name: module
        for name, module in model.named_modules()
        if isinstance(module, Linear | Conv1D) and module is not head
    }


def kinds(names: Iterable[str]) -> list[str]:
    """Names inside a block, each once and in order: `transformer.h.3.attn.c_attn` is `attn.c_attn`."""
    return list(dict.fromkeys(re.sub(r"^.*\.\d+\.", "", name) for name in names))


def carries(name: str, target: str) -> bool:
    """Whether a module is meant by a target: its whole name or the end of it, from a dot on."""
    return name == target or name.endswith(f".{target}")


def targets(model: Any, wanted: str | tuple[str, ...], where: str) -> str | list[str]:
    """What peft takes for `target_modules`: "all-linear", or names that this model has.

    A single word is a module's name, not a regular expression. Raises UserError with the model's own names for one
    that it lacks; `where` stands in front ("lora: tiny-gpt2").
    """
    if wanted == ALL_LINEAR:
        return ALL_LINEAR
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    found = list(matrices(model))
    for target in names:
        if not any(carries(name, target) for name in found):
            raise UserError(f"{where} has no module {target!r}; it has {', '.join(kinds(found))}")
    return names


def chosen(model: Any, wanted: str | tuple[str, ...], where: str) -> dict[str, Any]:
    """The layers meant by `wanted`, by full name."""
    names = targets(model, wanted, where)
    found = matrices(model)
    if names == ALL_LINEAR:
        return found
    return {name: layer for name, layer in found.items() if any(carries(name, target) for target in names)}
