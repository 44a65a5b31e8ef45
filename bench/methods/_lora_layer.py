"""The layer of lora_by_hand: a frozen matrix and a low-rank update beside it."""

import math
from typing import Any

import torch
from torch import nn
from torch.nn.functional import linear
from transformers.pytorch_utils import Conv1D


class LoRALinear(nn.Module):
    """base(x) + scale * x A^T B^T: the layer's own output plus that of a matrix B A of rank r.

    A is (r, in), B is (out, r), their product (out, in) like the weight of a Linear; a Conv1D (GPT-2) keeps its
    weight turned round, (in, out). x is (..., in), the output (..., out).
    """

    def __init__(self, base: nn.Module, r: int, scale: float, dropout: float, identity: bool = True) -> None:
        super().__init__()
        self.base, self.scale, self.lora_dropout = base, scale, nn.Dropout(dropout)
        outputs, inputs = shape(base)
        self.A = nn.Parameter(torch.randn(r, inputs))
        self.B = nn.Parameter(torch.randn(outputs, r))
        if identity:
            nn.init.kaiming_uniform_(self.A, a=math.sqrt(5))
            nn.init.zeros_(self.B)

    @property
    def weight(self) -> Any:
        """The frozen weight; T5 asks its layers for their dtype."""
        return self.base.weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        own = self.base(x)
        update = linear(linear(self.lora_dropout(x.to(self.A.dtype)), self.A), self.B)
        return own + self.scale * update.to(own.dtype)

    def merged(self) -> nn.Module:
        """The base layer with the update added to its weight; this layer is of no use afterwards."""
        update = self.scale * self.B @ self.A
        with torch.no_grad():
            weight: Any = self.base.weight
            weight += (update.T if isinstance(self.base, Conv1D) else update).to(weight.dtype)
        return self.base


def shape(layer: nn.Module) -> tuple[int, int]:
    """(out, in) of a Linear or a Conv1D."""
    rows, columns = layer.weight.shape  # type: ignore[misc,unused-ignore]
    return (columns, rows) if isinstance(layer, Conv1D) else (rows, columns)
