"""Dropout of a model while it trains, set after it was made: each architecture keeps it in other places."""

from typing import Any

from torch import nn

NAMES = ("dropout", "attention_dropout", "activation_dropout", "hidden_dropout", "dropout_rate", "dropout_prob")
"""Attributes in which modules keep a probability that they hand to a function (OPT, Llama, T5)."""

IN_CONFIG = (*NAMES, "resid_pdrop", "embd_pdrop", "attn_pdrop", "hidden_dropout_prob", "attention_probs_dropout_prob")


def set_dropout(model: Any, probability: float) -> int:
    """Sets every dropout of the model itself, not an adapter's own; returns in how many places."""
    places = 0
    for name, module in model.named_modules():
        if ".lora_" in name or "lora_dropout" in name or "vera_dropout" in name:
            continue
        places += set_in(module, probability)
        for key in IN_CONFIG:
            if is_probability(getattr(getattr(module, "config", None), key, None)):
                setattr(module.config, key, probability)
    return places


def set_in(module: nn.Module, probability: float) -> int:
    if isinstance(module, nn.Dropout):
        module.p = probability
        return 1
    names = [name for name in NAMES if is_probability(vars(module).get(name))]
    for name in names:
        setattr(module, name, probability)
    return len(names)


def is_probability(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
