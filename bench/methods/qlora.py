"""QLoRA (Dettmers et al. 2023): LoRA adapters on a model whose linear layers are stored in 4 bits.

The lecture never calls peft's `prepare_model_for_kbit_training` (T9), which `prepare=false` repeats. Of its two effects
one is left: what is not quantised stays in its file's type, half precision mostly. Inputs get their gradient under
checkpointing from transformers 5 itself, prepared or not (docs/log.md).
"""

from dataclasses import dataclass
from typing import Any

from bench.errors import UserError
from bench.methods import lora
from bench.models import ModelSource, read_config

WORST_ERROR = 0.18
"""Relative error above which unpacking is broken: NF4 costs 9 % on normal weights, FP4 12 %."""

TRAINS = True
EPOCHS = lora.EPOCHS
learning_rate = lora.learning_rate


@dataclass(frozen=True)
class Config(lora.Config):
    """LoRA's settings and how the frozen layers are stored."""

    quantisation: str = "nf4"
    """Four-bit code: "nf4" (levels at the quantiles of a normal distribution) or "fp4"."""
    double_quantisation: bool = True
    """Quantise the scales of the blocks too: 0.4 bits less per weight."""
    compute_dtype: str = "bfloat16"
    """What a layer is unpacked to for its matrix product."""
    gradient_checkpointing: bool = False
    """Recompute activations in the backward pass: less memory, a third more time."""
    prepare: bool = True
    """Embeddings, norms and head in float32; without it as the file has them, as in the lecture (T9)."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.gradient_checkpointing and not self.prepare:
            raise UserError("qlora.gradient_checkpointing is part of prepare; with prepare=false set it in train={...}")


def prepare(source: ModelSource, config: Config, *, dtype: str, device: str, seed: int) -> Any:
    """The quantised, frozen model (embeddings, norms and head in float32) with float32 adapters."""
    from peft import prepare_model_for_kbit_training

    kept = dtype if config.prepare else stored_dtype(source, dtype)
    model = source.load(dtype=kept, device=device, quantization_config=quantization(config))
    refuse_wrong_unpacking(source.name, model)
    keep_trainable(model)
    if config.prepare:
        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=config.gradient_checkpointing)
    return lora.adapted(model, config, where=f"qlora: {source.name}", tokenizer=source.tokenizer(), seed=seed)


def stored_dtype(source: ModelSource, dtype: str) -> str:
    """The type of the model's file, which transformers 5 keeps where none is asked for; `dtype` where it says none."""
    stored = read_config(source.folder, source.name) if source.folder else {}
    return str(stored.get("dtype") or stored.get("torch_dtype") or dtype)


def refuse_wrong_unpacking(name: str, model: Any) -> None:
    """Raises UserError where bitsandbytes would give the model other weights than those it packed.

    Its CPU kernel (0.50.2) misplaces the scales of rows that are a multiple of 32 but not of the block of 64:
    the error is 24 % at 96 values and 40 % at 32, where four bits cost 9 %. Tried on random rows, so that a
    mended version passes.
    """
    import bitsandbytes
    import torch

    layers: list[Any] = [module for module in model.modules() if isinstance(module, bitsandbytes.nn.Linear4bit)]
    if not layers:
        raise UserError(f"{name}: bitsandbytes found no linear layer to store in four bits; use lora instead")
    widths = {layer.in_features: layer.weight.quant_state for layer in layers}
    for width, state in sorted(widths.items()):
        rows = torch.randn(8, width, generator=torch.Generator().manual_seed(0)).to(layers[0].weight.device)
        error = (unpacked(rows, state.quant_type) - rows).norm() / rows.norm()
        if error > WORST_ERROR:
            raise UserError(
                f"{name}: bitsandbytes unpacks rows of {width} values wrongly here (error {error:.0%}); "
                "use a model whose width is a multiple of 64, or a GPU"
            )


def keep_trainable(model: Any) -> None:
    """Keeps the four-bit weights as they are when the model is asked.

    On processors with AVX512-BF16 bitsandbytes (0.50.2) packs them anew for evaluation, to other numbers, and does not
    turn back: a model that was asked before its training broke at the first step.
    """
    for module in model.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False


def unpacked(rows: Any, quant_type: str) -> Any:
    """Rows after a trip through four bits."""
    from bitsandbytes import functional

    return functional.dequantize_4bit(*functional.quantize_4bit(rows, quant_type=quant_type))


def quantization(config: Config) -> Any:
    import torch
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=config.quantisation,
        bnb_4bit_use_double_quant=config.double_quantisation,
        bnb_4bit_compute_dtype=getattr(torch, config.compute_dtype),
    )
