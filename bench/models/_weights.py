"""The torch side of ModelSource: weights that must fit, quantised or not, and tokenizers that can pad."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.errors import UserError
from bench.models import ModelSource, shape
from bench.models._exported import added

SEED = 0
"""Of the random weights of `shape:`: the same in every case, whatever the case's own seed."""


def load(source: ModelSource, dtype: str, device: str, quantization_config: Any) -> Any:
    """See ModelSource.load."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    if quantization_config is None:
        return whole(source, dtype).to(device)
    # Quantisation happens while weights are read, and where they shall stay.
    place = "cuda:0" if device == "cuda" else device
    placed = {"quantization_config": quantization_config, "device_map": {"": place}}
    if source.folder is not None and source.added is None:
        return read(source, source.folder, dtype, **placed)
    with tempfile.TemporaryDirectory(prefix="bench-whole-") as made:
        whole(source, dtype).save_pretrained(made)
        return read(source, Path(made), dtype, **placed)


def whole(source: ModelSource, dtype: str) -> Any:
    """The model with plain weights: read, drawn at random, or an adapter's base with the adapter added."""
    import torch

    if source.added is not None:
        source.added.check(source.name)
        return added(whole(source.added.base, "float32"), source.added.folder).to(getattr(torch, dtype)).eval()
    return read(source, source.folder, dtype) if source.folder else random_model(source.architecture, dtype)


def read(source: ModelSource, folder: Path, dtype: str, **placed: Any) -> Any:
    """from_pretrained without its silent traps: code from the folder, missing weights drawn at random."""
    import torch
    from safetensors import SafetensorError
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    prefer_fused_gelu(config)
    try:
        model, loading = auto_class(config).from_pretrained(
            folder,
            config=config,
            dtype=getattr(torch, dtype),
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # refused below, in one line
            **placed,
        )
    except SafetensorError as error:
        raise UserError(f"{source.name}: {folder} holds no whole safetensors file ({error})") from None
    refuse_unfit(source.name, model, loading)
    if placed:
        leave_file(model)
    return model.eval()


def leave_file(model: Any) -> None:
    """Copies what quantisation has left as it was: each such tensor is a view of the mapped file and holds all of it.

    In 82M parameters that was 155 MiB, more than four bits had saved.
    """
    for tensor in (*model.parameters(), *model.buffers()):
        if getattr(tensor, "quant_state", None) is None:
            tensor.data = tensor.data.clone()


def random_model(architecture: Mapping[str, Any], dtype: str) -> Any:
    """A model of this config with weights drawn as its own initialisation draws them, seeded."""
    import torch
    from transformers import AutoConfig

    config = AutoConfig.for_model(**architecture)
    prefer_fused_gelu(config)
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        model = auto_class(config).from_config(config, dtype=getattr(torch, dtype))
    return model.eval()


def auto_class(config: Any) -> Any:
    from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

    return AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM


def prefer_fused_gelu(config: Any) -> None:
    """`gelu_new` is a chain of eight tensor operations, `gelu_pytorch_tanh` the same formula as one.

    Equal to 1e-6 and much faster on a CPU (docs/log.md); the saved config says what was used.
    """
    for key in ("activation_function", "dense_act_fn"):
        if getattr(config, key, None) == "gelu_new":
            setattr(config, key, "gelu_pytorch_tanh")


def refuse_unfit(name: str, model: Any, loading: Mapping[str, Any]) -> None:
    """transformers draws missing weights at random and goes on; a benchmark must not."""
    tied = set(getattr(model, "all_tied_weights_keys", {}))
    missing = sorted(set(loading["missing_keys"]) - tied)
    mismatched = sorted(str(key[0] if isinstance(key, tuple) else key) for key in loading["mismatched_keys"])
    if missing:
        raise UserError(f"{name}: weights are not whole, {len(missing)} missing (first: {missing[0]})")
    if mismatched:
        raise UserError(f"{name}: {len(mismatched)} weights do not fit config.json (first: {mismatched[0]})")


def tokenizer(source: ModelSource) -> Any:
    """See ModelSource.tokenizer."""
    from transformers import AutoTokenizer

    folder = source.adapter.folder if source.adapter is not None else source.folder
    if folder is None:
        return byte_tokenizer()
    found = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    if found.eos_token_id is None:
        raise UserError(f"{source.name}: its tokenizer has no EOS token; without one no model learns to stop")
    if found.pad_token_id is None:
        found.pad_token = found.eos_token
    return found


def byte_tokenizer() -> Any:
    """256 bytes and three specials: reads every text, is the same everywhere, and needs no file."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {letter: index for index, letter in enumerate(alphabet)}
    vocabulary |= {"<bos>": shape.BOS, "<eos>": shape.EOS, "<pad>": shape.PAD}
    inner = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    inner.decoder = decoders.ByteLevel()
    special = {"bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>"}
    return PreTrainedTokenizerFast(tokenizer_object=inner, clean_up_tokenization_spaces=False, **special)
