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
from bench.training.batches import padded
from bench.training.loss import slices_logits, virtual_tokens


@dataclass
class Memory:
    """Keys and values of the rows of a batch, oldest row first."""

    cache: Any
    """transformers' DynamicCache, or EncoderDecoderCache."""
    mask: torch.Tensor
    """(rows, width) int64: 1 where a row has a token; padding is on the left."""
    heard: torch.Tensor | None = None
    """What an encoder made of the prompts (rows, longest, hidden)."""
    heard_mask: torch.Tensor | None = None
    """(rows, longest): 1 where that is no padding, which is on the right."""

    @property
    def rows(self) -> int:
        return self.mask.shape[0]


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

    @property
    def seq2seq(self) -> bool:
        return bool(self.model.config.is_encoder_decoder)

    @property
    def device(self) -> Any:
        return self.model.device

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
        lengths = torch.tensor([len(prompt) for prompt in prompts], device=self.device)
        mask = (torch.arange(ids.shape[1], device=self.device) >= ids.shape[1] - lengths[:, None]).long()
        more: dict[str, Any] = {"logits_to_keep": 1} if self.sliced else {}
        if self.placed and not self.alone:
            more["position_ids"] = (mask.cumsum(1) - 1).clamp(min=0)
        out = self.model(input_ids=ids, attention_mask=mask, use_cache=True, **more)
        learned = out.past_key_values.get_seq_length() - ids.shape[1]
        return last(out.logits), Memory(out.past_key_values, pad(mask, (learned, 0), value=1))

    def listen(self, prompts: Sequence[list[int]]) -> tuple[torch.Tensor, Memory]:
        """An encoder-decoder's prompts, padded on the right as `generate` does, and the decoder's start token."""
        ids = padded(prompts, self.pad_id).to(self.device)
        lengths = torch.tensor([len(prompt) for prompt in prompts], device=self.device)
        mask = (torch.arange(ids.shape[1], device=self.device) < lengths[:, None]).long()
        start = torch.full((len(prompts), 1), self.model.config.decoder_start_token_id, device=self.device)
        out = self.model(input_ids=ids, attention_mask=mask, decoder_input_ids=start, use_cache=True)
        heard = out.encoder_last_hidden_state
        before = out.past_key_values.get_seq_length()
        said = torch.ones((len(prompts), before), dtype=torch.long, device=self.device)
        return last(out.logits), Memory(
            out.past_key_values, said, heard, pad(mask, (heard.shape[1] - mask.shape[1], 0), value=1)
        )

    def go_on(self, memory: Memory, tokens: Sequence[int]) -> torch.Tensor:
        """One more token for each row; logits (rows, vocabulary) of the next. The memory grows by one position."""
        ids = torch.tensor(tokens, device=self.device)[:, None]
        memory.mask = pad(memory.mask, (0, 1), value=1)
        more: dict[str, Any] = {"past_key_values": memory.cache, "use_cache": True}
        if memory.heard is not None:
            more |= {"encoder_outputs": (memory.heard,), "attention_mask": memory.heard_mask}
            out = self.base(decoder_input_ids=ids, decoder_attention_mask=memory.mask, **more)
        else:
            if self.placed:
                more["position_ids"] = memory.mask.sum(1, keepdim=True) - 1
            out = self.base(input_ids=ids, attention_mask=memory.mask, **more)
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
    )


def grows_plainly(model: Any, inner: Any, seq2seq: bool, placed: bool) -> bool:
    """True where padding on the left moves nothing: plain caches, and places that are told or relative."""
    from transformers.cache_utils import DynamicCache, DynamicLayer

    plain = all(type(layer) is DynamicLayer for layer in DynamicCache(config=inner.config).layers)
    return plain and (placed if not seq2seq else positions(model.config) is None)


def last(logits: torch.Tensor) -> torch.Tensor:
    return logits[:, -1].float()


def beside(one: Memory, other: Memory) -> Memory:
    """Rows of both, those of `one` first; the narrower is padded. Uses up both."""
    width = max(one.mask.shape[1], other.mask.shape[1])
    for memory in (one, other):
        gap = width - memory.mask.shape[1]
        memory.mask = pad(memory.mask, (gap, 0))
        widen(decoder_layers(memory.cache), left=gap)
    heard = max(0 if memory.heard is None else memory.heard.shape[1] for memory in (one, other))
    for memory in (one, other):
        if memory.heard is not None and memory.heard_mask is not None:
            gap = heard - memory.heard.shape[1]
            memory.heard, memory.heard_mask = pad(memory.heard, (0, 0, 0, gap)), pad(memory.heard_mask, (0, gap))
            widen(memory.cache.cross_attention_cache.layers, right=gap)
    for mine, theirs in zip(layers(one.cache), layers(other.cache), strict=True):
        mine.keys, mine.values = torch.cat([mine.keys, theirs.keys]), torch.cat([mine.values, theirs.values])
    return Memory(
        one.cache,
        torch.cat([one.mask, other.mask]),
        both(one.heard, other.heard),
        both(one.heard_mask, other.heard_mask),
    )


def both(one: torch.Tensor | None, other: torch.Tensor | None) -> torch.Tensor | None:
    return None if one is None or other is None else torch.cat([one, other])


def kept(memory: Memory, rows: Sequence[int]) -> Memory | None:
    """These rows alone, without the padding that none of them needs; None for no rows. Uses up `memory`."""
    if not rows:
        return None
    if len(rows) == memory.rows:
        return memory
    chosen = torch.tensor(rows, device=memory.mask.device)
    mask = memory.mask[chosen]
    lead = int(mask.argmax(1).min())
    for layer in layers(memory.cache):
        layer.keys, layer.values = layer.keys[chosen], layer.values[chosen]
    for layer in decoder_layers(memory.cache) if lead else ():
        layer.keys, layer.values = layer.keys[:, :, lead:], layer.values[:, :, lead:]
    heard = None if memory.heard is None else memory.heard[chosen]
    heard_mask = None if memory.heard_mask is None else memory.heard_mask[chosen]
    return Memory(memory.cache, mask[:, lead:], heard, heard_mask)


def widen(of_layers: Sequence[Any], *, left: int = 0, right: int = 0) -> None:
    """Room for padding in keys and values (rows, heads, width, size)."""
    for layer in of_layers if left or right else ():
        layer.keys, layer.values = pad(layer.keys, (0, 0, left, right)), pad(layer.values, (0, 0, left, right))


def decoder_layers(cache: Any) -> Sequence[Any]:
    return (cache.self_attention_cache if hasattr(cache, "self_attention_cache") else cache).layers


def layers(cache: Any) -> list[Any]:
    """All that hold keys and values of rows."""
    crossing = cache.cross_attention_cache.layers if hasattr(cache, "cross_attention_cache") else []
    return [*decoder_layers(cache), *crossing]
