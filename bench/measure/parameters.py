"""How many parameters a model has and trains; four-bit weights, packed two to a byte, count as what they stand for."""

from typing import Any


def parameter_counts(model: Any) -> tuple[int, int]:
    """(trainable, total); shared weights count once."""
    unique = {id(weight): weight for weight in model.parameters()}.values()
    total = sum(unpacked(weight) for weight in unique)
    return sum(unpacked(weight) for weight in unique if weight.requires_grad), total


def unpacked(weight: Any) -> int:
    """bitsandbytes keeps the original shape beside the packed bytes."""
    state = getattr(weight, "quant_state", None)
    return weight.numel() if state is None else state.shape.numel()
