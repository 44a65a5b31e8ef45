"""What training leaves on disk, and back: an adapter alone, or all weights; safetensors, never a pickle."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.errors import UserError
from bench.models import ModelSource
from bench.training import weights

ADAPTER = "adapter_model.safetensors"
"""The file that tells an adapter's folder from a whole model's."""
SETTINGS = "adapter_config.json"
"""What peft writes beside it."""


def save(model: Any, folder: Path) -> int:
    """Writes the adapter, or all weights where there is none; returns the bytes of the weights written."""
    folder.mkdir(parents=True, exist_ok=True)
    if is_adapted(model):
        # "auto" would compare the embedding's size with the model's page on the Hub.
        model.save_pretrained(folder, safe_serialization=True, save_embedding_layers=False)
    elif own_layers(model):
        weights.save(weights.changing(model), folder / ADAPTER)
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
    return for_generation(load_adapter(model, folder), dtype)


def load_adapter(model: Any, folder: Path) -> Any:
    """The model with the saved adapter's values in place of its fresh ones; every one must fit."""
    from safetensors.torch import load_file

    saved = load_file(folder / ADAPTER)
    if own_layers(model):
        refuse_misfit(saved, weights.changing(model), folder)
        weights.put_back(model, saved)
        return model
    if not is_adapted(model):
        raise UserError(f"{folder}: holds an adapter, but this method makes none; run with --bench-fresh")
    return with_saved_tokens(model, folder) if has_virtual_tokens(model) else with_saved_adapter(model, saved, folder)


def with_saved_adapter(model: Any, saved: Mapping[str, Any], folder: Path) -> Any:
    from peft import get_peft_model_state_dict, set_peft_model_state_dict

    refuse_misfit(saved, get_peft_model_state_dict(model, save_embedding_layers=False), folder)
    set_peft_model_state_dict(model, saved)
    return model


def with_saved_tokens(model: Any, folder: Path) -> Any:
    """The model behind its saved tokens; what helped to train them (a network, p-tuning's) is not needed again."""
    from peft import PeftModel

    own, base = model.active_peft_config, model.get_base_model()
    saved = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    wanted = {"peft_type": str(own.peft_type.value), "num_virtual_tokens": own.num_virtual_tokens}
    for name, value in wanted.items():
        if saved.get(name) != value:
            raise misfit(folder, f"{name} {saved.get(name)} instead of {value}")
    return PeftModel.from_pretrained(base, str(folder))


def refuse_misfit(saved: Mapping[str, Any], expected: Mapping[str, Any], folder: Path) -> None:
    """Raises UserError unless names and shapes are the same."""
    odd = sorted(saved.keys() ^ expected.keys())
    odd += sorted(name for name in saved.keys() & expected.keys() if saved[name].shape != expected[name].shape)
    if odd:
        raise misfit(folder, f"first: {odd[0]}")


def misfit(folder: Path, what: str) -> UserError:
    return UserError(f"{folder / ADAPTER}: does not fit model and method ({what}); use --bench-fresh")


def merged(model: Any) -> Any:
    """The model with its adapter added to its weights, a plain transformers model; changes `model` itself.

    Raises UserError for virtual tokens, which are no change of a weight. A model without an adapter comes back as is.
    Four-bit weights are rounded again, so that a merged QLoRA is not quite the model that was trained.
    """
    if has_virtual_tokens(model):
        kind = model.active_peft_config.peft_type.value.lower().replace("_", " ")
        raise UserError(f"{kind} cannot be merged: its learned tokens are no change of a weight; keep the adapter")
    if is_adapted(model):
        merge_token_rows(model.get_base_model())
        return model.merge_and_unload()
    for name, layer in own_layers(model).items():
        model.set_submodule(name, layer.merged())
    return model


def merge_token_rows(model: Any) -> None:
    """The stop token's trained row into its embedding; peft 0.21 can do it for LoRA's relatives only."""
    from peft.utils.other import TrainableTokensWrapper

    for name, module in list(model.named_modules()):
        if isinstance(module, TrainableTokensWrapper):
            merged = module.unload_and_optionally_merge_module(merge=True, safe_merge=False, adapter_names=None)
            model.set_submodule(name, merged)


def untuned(model: Any) -> AbstractContextManager[Any]:
    """Inside, a model prepared for training answers as its base: virtual tokens are not in the way.

    Other adapters start as the identity and are left alone (PiSSA's base without its adapter is not the model).
    """
    return model.disable_adapter() if has_virtual_tokens(model) else nullcontext()


def for_generation(model: Any, dtype: str) -> Any:
    """A model trained in float32, in the `dtype` it is asked in; adapters stay in float32."""
    import torch

    whole = not is_adapted(model) and not own_layers(model)
    return model.to(getattr(torch, dtype)).eval() if whole else model.eval()


def is_adapted(model: Any) -> bool:
    """True for a model inside of peft's."""
    return hasattr(model, "peft_config")


def has_virtual_tokens(model: Any) -> bool:
    """True where peft puts learned tokens before the text (prompt, prefix and p-tuning)."""
    return is_adapted(model) and model.active_peft_config.is_prompt_learning


def own_layers(model: Any) -> dict[str, Any]:
    """Layers with an adapter of our own, which say so by being able to merge it: `merged()`."""
    if is_adapted(model):
        return {}
    return {name: module for name, module in model.named_modules() if callable(getattr(module, "merged", None))}
