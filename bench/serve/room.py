"""Keys and values with room ahead, so that a token is written beside the others and nothing is copied for it.

transformers' DynamicLayer copies all it holds for every token: 30 % of the operators' time in a step of 32 answers
(docs/log.md). Its StaticLayer takes every position of the model at once and knows one length for all rows.
"""

from collections.abc import Sequence
from typing import Any

from torch import Tensor
from transformers.cache_utils import DynamicLayer

AHEAD = 32
"""Tokens for which room is taken at least."""


class Room(DynamicLayer):
    """A layer whose rows (answers) all end in the same column (token); what `keys` and `values` show is part of it."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.is_initialized, self.dtype, self.device = True, layer.keys.dtype, layer.keys.device
        self.rows, self.width = layer.keys.shape[0], layer.keys.shape[2]
        self.end = self.width
        self.whole: tuple[Tensor, Tensor] = (layer.keys, layer.values)
        """Keys and values (places, heads, columns, size), of which rows and columns in use are a part."""
        self.show()

    def update(self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any) -> tuple[Tensor, Tensor]:
        """More tokens (rows, heads, tokens, size) at the end of every row; keys and values of all."""
        more = key_states.shape[2]
        if self.end + more > self.columns:
            self.move(self.places)
        for whole, new in zip(self.whole, (key_states, value_states), strict=True):
            whole[: self.rows, :, self.end : self.end + more] = new
        self.width, self.end = self.width + more, self.end + more
        return self.show()

    def join(self, layer: Any) -> None:
        """Another layer's rows below the own ones; the narrower are padded on the left."""
        added, wide = layer.keys.shape[0], layer.keys.shape[2]
        rows, width = self.rows + added, max(self.width, wide)
        if rows > self.places or width > self.end:
            self.move(rows if rows <= self.places else power_of_two(rows), lead=max(0, width - self.width))
        for whole, new in zip(self.whole, (layer.keys, layer.values), strict=True):
            # Not a number times zero is none either: what a mask hides must be numbers.
            whole[: self.rows, :, self.end - width : self.end - self.width] = 0
            whole[self.rows : rows, :, self.end - width : self.end - wide] = 0
            whole[self.rows : rows, :, self.end - wide : self.end] = new
        self.rows, self.width = rows, width
        self.show()

    def stay(self, order: Sequence[int], width: int) -> None:
        """These rows alone, in this order, and their last `width` columns."""
        moved = [(row, place) for place, row in enumerate(order) if row != place]
        if moved:
            rows, places = (list(each) for each in zip(*moved, strict=True))
            for whole in self.whole:
                whole[places, :, self.end - width : self.end] = whole[rows, :, self.end - width : self.end]
        self.rows, self.width = len(order), width
        self.show()

    def move(self, places: int, lead: int = 0) -> None:
        """Into new room for so many rows: `lead` columns before the ones in use, and at least AHEAD behind them."""
        columns = lead + self.width + max(AHEAD, self.width)
        taken = []
        for old in self.whole:
            new = old.new_zeros((places, old.shape[1], columns, old.shape[3]))
            new[: self.rows, :, lead : lead + self.width] = old[: self.rows, :, self.end - self.width : self.end]
            taken.append(new)
        self.whole = (taken[0], taken[1])
        self.end = lead + self.width

    def show(self) -> tuple[Tensor, Tensor]:
        self.keys, self.values = (whole[: self.rows, :, self.end - self.width : self.end] for whole in self.whole)
        return self.keys, self.values

    @property
    def places(self) -> int:
        return self.whole[0].shape[0]

    @property
    def columns(self) -> int:
        return self.whole[0].shape[2]


def power_of_two(least: int) -> int:
    return 1 << (least - 1).bit_length()


def closed_up(rows: int, staying: Sequence[int]) -> list[int]:
    """The order in which `staying` rows of so many take the first places with the fewest moves: the last ones move."""
    kept = set(staying)
    last = [row for row in range(len(kept), rows) if row in kept]
    return [row if row in kept else last.pop() for row in range(len(kept))]
