"""A model without its weights: every tensor has shape and type and no bytes, so its memory can be counted beforehand.

The tensors are torch's fake ones (torch.compiler's FakeTensorMode): operations on them choose the same kernels as on
real ones and compute shapes alone. The model is built from its config and prepared by the method's own `prepare`, so
every architecture and every method that torch can follow is counted as it will run.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode

from bench import catalog
from bench.errors import Unavailable
from bench.measure.activations import LiveTensors
from bench.methods import configure
from bench.models import ModelSource, _weights

CONSTANTS = ("absmax", "code", "offset")
"""What bitsandbytes keeps of a packed weight beside its four-bit values, in the state and in that of its scales."""

PLAIN = {"gradient_checkpointing": False, "start": "random"}
"""Options of methods that need values. Checkpointing is switched on in bench/measure/rehearsal.py, without the state of
random generators; a prompt that starts as words of the vocabulary is as large as a random one."""


@dataclass
class Weightless:
    """A model source whose `load` gives the model without weights; all else is the real source's."""

    source: ModelSource
    mode: FakeTensorMode
    live: LiveTensors
    """Counts what loading makes."""
    file_bytes: int = 0
    """Of the plain weights' file, which is mapped into the process while they are packed on a CPU."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.source, name)

    def load(self, *, dtype: str = "float32", device: str = "cpu", quantization_config: Any = None) -> Any:
        """See ModelSource.load."""
        with self.mode, self.live:
            model = self.drawn(dtype, device)
        if quantization_config is not None:
            if device == "cpu":
                self.file_bytes = sum(weight.untyped_storage().nbytes() for weight in model.parameters())
            layers = replace_linear(model, quantization_config, device)
            with self.mode, self.live:
                pack(layers, quantization_config, device)
        return model

    def drawn(self, dtype: str, device: str) -> Any:
        config = architecture(self.source)
        _weights.prefer_fused_gelu(config)
        with torch.device(device):
            return _weights.auto_class(config).from_config(config, dtype=getattr(torch, dtype)).eval()


@dataclass(frozen=True)
class Outline:
    """A prepared model without weights, and what was counted while it was made."""

    model: Any
    mode: FakeTensorMode
    load_peak_bytes: int
    """The most that was alive while the model was made and packed."""
    file_bytes: int = 0
    """Of a file that was mapped beside the model, see Weightless."""


def architecture(source: ModelSource) -> Any:
    """The model's transformers config, from its folder or from `shape:`."""
    from transformers import AutoConfig

    if source.folder is None:
        return AutoConfig.for_model(**source.architecture)
    return AutoConfig.from_pretrained(source.folder, trust_remote_code=False, local_files_only=True)


def outline(source: ModelSource, method: Any, config: Any, *, dtype: str, device: str = "cpu") -> Outline:
    """The model as `method` prepares it, without weights. Raises Unavailable where torch cannot follow its making."""
    mode, live = FakeTensorMode(allow_non_fake_inputs=True), LiveTensors(device)
    saved = source.unmerged is not None
    source, method, config = made_by(source, method, config)
    weightless: Any = Weightless(source, mode, live)
    plain = replace(config, **{name: value for name, value in PLAIN.items() if hasattr(config, name)})
    with followed(f"{source.name} with {method.__name__.rpartition('.')[2]}"), torch.random.fork_rng():
        model = method.prepare(weightless, plain, dtype=dtype, device=device, seed=0)
        model = as_saved(model) if saved else model
        without_bytes(model, mode, device)
        with mode:
            settle_biases(model)
    return Outline(model, mode, live.peak().total, weightless.file_bytes)


def made_by(source: ModelSource, method: Any, config: Any) -> tuple[ModelSource, Any, Any]:
    """What a model is made of: an adapter that stays beside its base is made by the method that trained it."""
    adapter = source.unmerged
    if adapter is None:
        return source, method, config
    if method.TRAINS:
        source.refuse_training()
    own, options = catalog.load("method", adapter.method)
    return adapter.base, own, configure(own, options, adapter.method)


def as_saved(model: Any) -> Any:
    """Learned tokens without what helped to train them, which an export does not hold."""
    from peft import get_peft_model

    settings = model.active_peft_config
    if not settings.is_prompt_learning:
        return model
    return get_peft_model(model.get_base_model(), replace(settings, inference_mode=True))


@contextmanager
def followed(what: str) -> Iterator[None]:
    """Says in one line what torch cannot count without values: a matrix decomposition, a choice by content."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (RuntimeError, NotImplementedError, AssertionError) as error:
        first = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise Unavailable(f"{what}: its memory cannot be counted without values ({first[:160]})") from None


def without_bytes(model: nn.Module, mode: FakeTensorMode, device: str) -> None:
    """Replaces what `prepare` has drawn for real (adapters) by tensors without bytes; shared weights stay shared."""
    known: dict[int, Any] = {}
    for module in model.modules():
        for held in (module._parameters, module._buffers):
            for name, tensor in held.items():
                if tensor is not None and not isinstance(tensor, FakeTensor):
                    with mode:
                        known.setdefault(id(tensor), fake(tensor, device))
                    held[name] = known[id(tensor)]


def fake(tensor: torch.Tensor, device: str) -> Any:
    found = torch.empty_strided(tensor.shape, tensor.stride(), dtype=tensor.dtype, device=device)
    return nn.Parameter(found, tensor.requires_grad) if isinstance(tensor, nn.Parameter) else found


def replace_linear(model: Any, quantization_config: Any, device: str) -> list[Any]:
    """Puts bitsandbytes' layers in the places that transformers chooses when it loads in four bits."""
    from bitsandbytes.nn import Linear4bit
    from transformers.quantizers import AutoHfQuantizer

    quantizer = AutoHfQuantizer.from_config(quantization_config, pre_quantized=False)
    quantizer._process_model_before_weight_loading(model, device_map={"": device})
    return [module for module in model.modules() if isinstance(module, Linear4bit)]


def pack(layers: list[Any], quantization_config: Any, device: str) -> None:
    """Gives the layers their weights as bitsandbytes packs them."""
    for layer in layers:
        layer.weight = packed(layer, quantization_config, device)
        if layer.bias is not None:
            layer.bias = nn.Parameter(torch.empty(layer.out_features, device=device), requires_grad=False)
        # On some processors evaluation packs the weights once more, in another order and as many bytes.
        layer.support_avx512bf16_for_cpu = False


def settle_biases(model: nn.Module) -> None:
    """A packed layer turns its bias to the type that it computes in when it first runs, and leaves it so."""
    for module in model.modules():
        dtype = getattr(module, "compute_dtype", None)
        if dtype is not None and getattr(module, "bias", None) is not None:
            bias: Any = module.bias
            module.bias = nn.Parameter(bias.detach().to(dtype), requires_grad=False)


def packed(layer: Any, quantization_config: Any, device: str) -> Any:
    """The four-bit weight of a layer with its state: a byte for two values, and the scales of blocks of 64."""
    from bitsandbytes.functional import QuantState

    shape = torch.Size((layer.out_features, layer.in_features))
    blocks = -(-shape.numel() // 64)
    kind = quantization_config.bnb_4bit_quant_type
    common = {"blocksize": 64, "quant_type": kind, "shape": shape, "dtype": torch.float32}
    code = torch.empty(16, device=device)
    if quantization_config.bnb_4bit_use_double_quant:
        scales = QuantState(
            absmax=torch.empty(-(-blocks // 256), device=device),
            blocksize=256,
            code=torch.empty(256, device=device),
            dtype=torch.float32,
        )
        absmax = torch.empty(blocks, dtype=torch.uint8, device=device)
        state = QuantState(absmax=absmax, code=code, offset=torch.empty((), device=device), state2=scales, **common)
    else:
        state = QuantState(absmax=torch.empty(blocks, device=device), code=code, **common)
    weight: Any = nn.Parameter(
        torch.empty(-(-shape.numel() // 2), 1, dtype=torch.uint8, device=device), requires_grad=False
    )
    weight.quant_state = layer.quant_state = state
    weight.quant_type, weight.compress_statistics = kind, state.nested
    return weight


def constants(model: nn.Module) -> Iterator[torch.Tensor]:
    """The scales and codes of packed weights."""
    for weight in model.parameters():
        state = getattr(weight, "quant_state", None)
        for part in (state, state and state.state2):
            yield from (tensor for name in CONSTANTS if (tensor := getattr(part, name, None)) is not None)
