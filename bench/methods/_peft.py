"""What the methods made of peft share: seeded adapters, the stop token's row, and places counted with padding."""

from typing import Any

from bench.errors import UserError
from bench.prompts.templates import chat


def task(model: Any) -> str:
    """peft's name for what a model does."""
    return "SEQ_2_SEQ_LM" if model.config.is_encoder_decoder else "CAUSAL_LM"


def keeps_matrices_turned(model: Any) -> bool:
    """True for GPT-2, whose matrices are (in, out); quantised ones are turned round when they are loaded."""
    from transformers.pytorch_utils import Conv1D

    return any(isinstance(module, Conv1D) for module in model.modules())


def stop_rows(model: Any, tokenizer: Any, wanted: bool) -> list[int] | None:
    """peft's `trainable_token_indices`: the rows of EOS and of what its chat template ends an answer with, or nothing.

    A method does not know in which template it will train, so a Llama's `<|im_end|>` is trained beside its EOS.
    An encoder-decoder model ended its texts with EOS in pretraining.
    """
    if not wanted or model.config.is_encoder_decoder:
        return None
    end = chat_end(tokenizer)
    beside = {tokenizer.convert_tokens_to_ids(end)} if end else set()
    return sorted({tokenizer.eos_token_id, *beside})


def chat_end(tokenizer: Any) -> str:
    """The stop token of its chat template; "" where it has none, or one that cannot be read."""
    try:
        return chat.stop(tokenizer)
    except UserError:
        return ""


def with_adapter(model: Any, settings: Any, *, seed: int, stop: list[int] | None = None) -> Any:
    """The model with adapters drawn from `seed`; unseeded ones failed to learn in one of three trials.

    peft's LoraConfig has a field for the rows of tokens; its other configs are read for it all the same.
    """
    import torch
    from peft import get_peft_model

    if stop is not None:
        settings.trainable_token_indices = stop
    torch.manual_seed(seed)
    return get_peft_model(model, settings)


def with_virtual_tokens(model: Any, settings: Any, *, seed: int) -> Any:
    """The model behind learned tokens.

    peft drops the places of a padded batch, so that the model counts padding too: beside a longer prompt a short one
    was continued otherwise (GPT-2, Llama; docs/log.md). Here they are counted from the mask, as without an adapter.
    """
    import inspect
    import warnings

    warnings.filterwarnings("ignore", message="Position ids are not supported for parameter efficient tuning")
    room = getattr(model.config, "max_position_embeddings", None)
    if isinstance(room, int) and settings.num_virtual_tokens >= room and not model.config.is_encoder_decoder:
        raise UserError(f"virtual_tokens is {settings.num_virtual_tokens}, and the model has {room} positions in all")
    if "position_ids" in inspect.signature(type(model).forward).parameters:
        model.register_forward_pre_hook(count_places, with_kwargs=True)
    return with_adapter(model, settings, seed=seed)


def count_places(module: Any, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """A forward pre-hook: places (batch, time) counted over what the mask shows, where none are given."""
    mask = kwargs.get("attention_mask")
    if mask is not None and mask.dim() == 2 and kwargs.get("position_ids") is None:
        embedded = kwargs.get("inputs_embeds")
        read = kwargs["input_ids"] if embedded is None else embedded
        places = (mask.long().cumsum(-1) - 1).clamp(min=0)
        kwargs["position_ids"] = places[:, -read.shape[1] :]
    return args, kwargs
