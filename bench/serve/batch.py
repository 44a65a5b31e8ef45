"""Answers that grow together: what a model remembers of each, joined, left and continued by one token at a time.

transformers' own continuous batching (5.23) has one seed for all, knows neither encoder-decoders nor virtual tokens,
and is not made for a CPU (docs/log.md); its caches and models are used here as they are. Rows are padded on the
left, as in `generate`, so a row's greedy text does not depend on its company.
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import torch
from torch.nn.functional import pad

from bench.models import positions
from bench.serve.room import Room
from bench.training.batches import padded
from bench.training.loss import slices_logits, virtual_tokens


@dataclass
class Memory:
    """Keys and values of the rows of a batch; every row ends in the last column, padding is on the left."""

    cache: Any
    """transformers' DynamicCache, or EncoderDecoderCache; its decoder's layers have room ahead once it has grown."""
    lengths: list[int]
    """Tokens of each row, learned ones included."""
    heard: torch.Tensor | None = None
    """What an encoder made of the prompts (rows, longest, hidden)."""
    heard_mask: torch.Tensor | None = None
    """(rows, longest): 1 where that is no padding, which is on the right."""

    @property
    def width(self) -> int:
        """Columns in use."""
        return max(self.lengths)

    def mask(self, device: Any) -> torch.Tensor:
        """(rows, width) int64: 1 where a row has a token."""
        return on_the_right(self.lengths, self.width, device)


@dataclass(frozen=True)
class Continuer:
    """A model, and how it is called."""

    model: Any
    base: Any
    """Without the learned tokens before the text, which the memory holds after the first call."""
    pad_id: int
    alone: bool
    """Each prompt is read by itself, without padding: learned tokens stand before the text."""
    placed: bool
    """The model takes position_ids."""
    sliced: bool
    """The model can run its head at the last position only."""
    joins: bool
    """Rows may be put side by side; otherwise one answer grows at a time."""
    device: Any

    @property
    def seq2seq(self) -> bool:
        return bool(self.model.config.is_encoder_decoder)

    def begin(self, prompts: Sequence[list[int]]) -> tuple[torch.Tensor, Memory]:
        """Reads prompts; logits (rows, vocabulary) of each one's first token, and the memory."""
        if not self.alone or len(prompts) == 1:
            return self.read(prompts)
        parts = [self.read([prompt]) for prompt in prompts]
        return torch.cat([logits for logits, _ in parts]), reduce(beside, (memory for _, memory in parts))

    def read(self, prompts: Sequence[list[int]]) -> tuple[torch.Tensor, Memory]:
        if self.seq2seq:
            return self.listen(prompts)
        ids = padded(prompts, self.pad_id, left=True).to(self.device)
        lengths = [len(prompt) for prompt in prompts]
        mask = on_the_right(lengths, ids.shape[1], self.device)
        more: dict[str, Any] = {"logits_to_keep": 1} if self.sliced else {}
        if self.placed and not self.alone:
            more["position_ids"] = (mask.cumsum(1) - 1).clamp(min=0)
        out = self.model(input_ids=ids, attention_mask=mask, use_cache=True, **more)
        learned = out.past_key_values.get_seq_length() - ids.shape[1]
        return last(out.logits), Memory(out.past_key_values, [learned + length for length in lengths])

    def listen(self, prompts: Sequence[list[int]]) -> tuple[torch.Tensor, Memory]:
        """An encoder-decoder's prompts, padded on the right as `generate` does, and the decoder's start token."""
        ids = padded(prompts, self.pad_id).to(self.device)
        lengths = torch.tensor([len(prompt) for prompt in prompts], device=self.device)
        mask = (torch.arange(ids.shape[1], device=self.device) < lengths[:, None]).long()
        start = torch.full((len(prompts), 1), self.model.config.decoder_start_token_id, device=self.device)
        out = self.model(input_ids=ids, attention_mask=mask, decoder_input_ids=start, use_cache=True)
        heard = out.encoder_last_hidden_state
        before = [out.past_key_values.get_seq_length()] * len(prompts)
        learned = heard.shape[1] - mask.shape[1]
        return last(out.logits), Memory(out.past_key_values, before, heard, pad(mask, (learned, 0), value=1))

    def go_on(self, memory: Memory, tokens: Sequence[int]) -> torch.Tensor:
        """One more token for each row; logits (rows, vocabulary) of the next. The memory grows by one position."""
        if self.joins:
            make_room(memory.cache)
        ids = torch.tensor(tokens, device=self.device)[:, None]
        memory.lengths = [length + 1 for length in memory.lengths]
        mask = memory.mask(self.device)
        more: dict[str, Any] = {"past_key_values": memory.cache, "use_cache": True}
        if memory.heard is not None:
            more |= {"encoder_outputs": (memory.heard,), "attention_mask": memory.heard_mask}
            out = self.base(decoder_input_ids=ids, decoder_attention_mask=mask, **more)
        else:
            if self.placed:
                more["position_ids"] = torch.tensor(memory.lengths, device=self.device)[:, None] - 1
            out = self.base(input_ids=ids, attention_mask=mask, **more)
        memory.cache = out.past_key_values
        return last(out.logits)


def continuer(model: Any, pad_id: int) -> Continuer:
    """How this model is called, found from what it is."""
    learned = virtual_tokens(model) > 0
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    seq2seq = bool(model.config.is_encoder_decoder)
    placed = "position_ids" in inspect.signature(type(inner).forward).parameters
    return Continuer(
        model=model,
        base=inner if learned else model,
        pad_id=pad_id,
        alone=learned,
        placed=placed and not seq2seq,
        sliced=not seq2seq and slices_logits(model),
        joins=grows_plainly(model, inner, seq2seq, placed),
        device=model.device,
    )


def grows_plainly(model: Any, inner: Any, seq2seq: bool, placed: bool) -> bool:
    """True where padding on the left moves nothing: plain caches, and places that are told or relative."""
    from transformers.cache_utils import DynamicCache, DynamicLayer

    plain = all(type(layer) is DynamicLayer for layer in DynamicCache(config=inner.config).layers)
    return plain and (placed if not seq2seq else positions(model.config) is None)


def last(logits: torch.Tensor) -> torch.Tensor:
    return logits[:, -1].float()


def on_the_right(lengths: Sequence[int], width: int, device: Any) -> torch.Tensor:
    """(rows, width) int64: 1 in the last `lengths` columns."""
    first = torch.tensor([width - length for length in lengths], device=device)
    return (torch.arange(width, device=device) >= first[:, None]).long()


def make_room(cache: Any) -> None:
    """Room ahead in a cache that the model has made."""
    found = decoder_layers(cache)
    if type(found[0]) is not Room:
        found[:] = [Room(layer) for layer in found]


def beside(one: Memory, other: Memory) -> Memory:
    """Rows of both, those of `one` first; the narrower is padded. Uses up both."""
    make_room(one.cache)
    for mine, theirs in zip(decoder_layers(one.cache), decoder_layers(other.cache), strict=True):
        mine.join(theirs)
    heard, heard_mask = heard_beside(one, other)
    return Memory(one.cache, one.lengths + other.lengths, heard, heard_mask)


def heard_beside(one: Memory, other: Memory) -> tuple[torch.Tensor | None, torch.Tensor | None]:
    """What both heard and its mask, one below the other; the shorter is padded on the right."""
    if one.heard is None or other.heard is None or one.heard_mask is None or other.heard_mask is None:
        return None, None
    gap = other.heard.shape[1] - one.heard.shape[1]
    gaps = max(0, gap), max(0, -gap)
    for memory, right in zip((one, other), gaps, strict=True):
        widen(crossing(memory.cache), right)
    for mine, theirs in zip(crossing(one.cache), crossing(other.cache), strict=True):
        mine.keys, mine.values = torch.cat([mine.keys, theirs.keys]), torch.cat([mine.values, theirs.values])
    heard = [pad(each, (0, 0, 0, right)) for each, right in zip((one.heard, other.heard), gaps, strict=True)]
    masks = [pad(each, (0, right)) for each, right in zip((one.heard_mask, other.heard_mask), gaps, strict=True)]
    return torch.cat(heard), torch.cat(masks)


def kept(memory: Memory, order: Sequence[int]) -> Memory | None:
    """These rows alone, in this order, without the padding that none of them needs; None for no rows.

    Uses up `memory`.
    """
    if not order:
        return None
    make_room(memory.cache)
    lengths = [memory.lengths[row] for row in order]
    for layer in decoder_layers(memory.cache):
        layer.stay(order, max(lengths))
    if memory.heard is None or memory.heard_mask is None:
        return Memory(memory.cache, lengths)
    chosen = torch.tensor(order, device=memory.heard.device)
    for layer in crossing(memory.cache):
        layer.keys, layer.values = layer.keys[chosen], layer.values[chosen]
    return Memory(memory.cache, lengths, memory.heard[chosen], memory.heard_mask[chosen])


def widen(of_layers: Sequence[Any], right: int) -> None:
    """Room for padding behind keys and values (rows, heads, width, size)."""
    for layer in of_layers if right else ():
        layer.keys, layer.values = pad(layer.keys, (0, 0, 0, right)), pad(layer.values, (0, 0, 0, right))


def decoder_layers(cache: Any) -> list[Any]:
    found: list[Any] = (cache.self_attention_cache if hasattr(cache, "self_attention_cache") else cache).layers
    return found


def crossing(cache: Any) -> list[Any]:
    """Layers that hold what a decoder hears of its encoder."""
    found: list[Any] = cache.cross_attention_cache.layers
    return found
