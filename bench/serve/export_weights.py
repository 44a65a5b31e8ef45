"""The weights of an exported model: the adapter as it was saved, or a plain model with everything in it."""

import json
import shutil
from pathlib import Path
from typing import Any

from bench import catalog
from bench.errors import UserError
from bench.record import dump_json, write_atomic
from bench.serve.assistant_trained import Trained
from bench.training.artifacts import ADAPTER, SETTINGS, merged, restore

ADAPTER_FORMAT, WHOLE_FORMAT = "adapter", "weights"
"""Values of `format` in model_info.json."""


def write_weights(trained: Trained, folder: Path, merge: bool) -> str:
    """Writes weights and generation config into `folder`; returns their format.

    An adapter that peft can load stays one unless it is to be merged; every other model is written whole, in the
    number format in which the benchmark asked it.
    """
    model = opened(trained)
    settings = generation_settings(trained, model)
    if keeps_adapter(trained) and not merge:
        copy_adapter(trained, folder)
        settings.save_pretrained(folder)
        return ADAPTER_FORMAT
    whole = plain(trained, model)
    whole.generation_config = settings
    whole.save_pretrained(folder)
    return WHOLE_FORMAT


def opened(trained: Trained) -> Any:
    """The trained model in float32, with its adapter beside it."""
    return restore(trained.source, trained.method, trained.config, trained.folder, dtype="float32", device="cpu")


def keeps_adapter(trained: Trained) -> bool:
    """Whether peft by itself can load what training saved.

    It cannot where the layers are our own, nor a trained row of tokens beside IA3 or VeRA, whose settings have no
    field for it: the row would be left out without a word, and with it the learned stop.
    """
    if not (trained.folder / ADAPTER).is_file() or not (trained.folder / SETTINGS).is_file():
        return False
    settings = json.loads((trained.folder / SETTINGS).read_text(encoding="utf-8"))
    return settings.get("trainable_token_indices") is not None or not trains_rows(trained.folder / ADAPTER)


def trains_rows(file: Path) -> bool:
    """Whether an adapter holds trained rows of the embedding."""
    from safetensors import safe_open

    with safe_open(file, "pt") as opened_file:
        return any("trainable_tokens" in name for name in opened_file.keys())  # noqa: SIM118 (no mapping)


def plain(trained: Trained, model: Any) -> Any:
    """A transformers model without an adapter. Raises UserError for virtual tokens, which are no change of a weight."""
    import torch

    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    whole = merged(beside_unpacked(trained)) if getattr(inner, "is_quantized", False) else merged(model)
    dtype = trained.record.resolved.get("dtype", "float32")
    return whole.to(getattr(torch, dtype))


def beside_unpacked(trained: Trained) -> Any:
    """QLoRA's adapter beside its base unpacked from four bits: merged, it is not rounded to four bits again."""
    from transformers.pytorch_utils import Conv1D

    from bench.training.artifacts import load_adapter

    packed = trained.source.load(quantization_config=trained.method.quantization(trained.config))
    base = trained.source.load()
    for name, layer in packed.named_modules():
        if getattr(getattr(layer, "weight", None), "quant_state", None) is not None:
            target = base.get_submodule(name)
            weight = unpacked(layer.weight)
            # bitsandbytes turns GPT-2's matrices round when it packs them.
            target.weight.data = weight.T.contiguous() if isinstance(target, Conv1D) else weight
    lora, _ = catalog.load("method", "lora")
    adapted = lora.adapted(base, trained.config, where=trained.case.id, tokenizer=trained.tokenizer, seed=0)
    return load_adapter(adapted, trained.folder)


def unpacked(weight: Any) -> Any:
    """A four-bit weight as float32, (out, in)."""
    from bitsandbytes import functional

    return functional.dequantize_4bit(weight.data, weight.quant_state).float()


def copy_adapter(trained: Trained, folder: Path) -> None:
    """The two files of an adapter; its settings say where the base model is to be had."""
    shutil.copyfile(trained.folder / ADAPTER, folder / ADAPTER)
    settings = json.loads((trained.folder / SETTINGS).read_text(encoding="utf-8"))
    settings |= {"base_model_name_or_path": base_place(trained), "revision": trained.source.revision}
    write_atomic(folder / SETTINGS, dump_json(settings) + "\n")


def base_place(trained: Trained) -> str:
    """The base model's Hub id, or the folder it lies in on this machine."""
    source = trained.source
    if source.hub_id is None and source.folder is None:
        raise UserError(f"{source.name} has no files that an adapter could stand beside; export it with --merge")
    if source.adapter is not None:
        raise UserError(f"{source.name} is itself an adapter, and peft loads one beside its base; export with --merge")
    return source.hub_id or str(source.folder)


def generation_settings(trained: Trained, model: Any) -> Any:
    """Greedy, with every token that ends an answer, as the benchmark asked."""
    from bench.config import GenerateConfig
    from bench.generation.generate import generation_config
    from bench.prompts.forms import form_of

    stop = form_of(trained.case.template).stop(trained.tokenizer)
    limit = trained.record.resolved["generate"]["max_new_tokens"]
    return generation_config(model, trained.tokenizer, GenerateConfig(max_new_tokens=limit), stop)
