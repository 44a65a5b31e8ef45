"""T5 v1.1, of which FLAN-T5 is made: relative positions, RMSNorm, gated GELU (arXiv 1910.10683, 2002.05202).

Trained as FLAN-T5 was, in small: spans of text are hidden behind sentinels and have to be written, and tasks are put as
instructions (bench/corpus/pairs.py).
"""

from collections.abc import Sequence
from random import Random
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, decoders, normalizers
from torch.nn.utils.rnn import pad_sequence
from transformers.models.t5.modeling_t5 import T5Attention, T5DenseGatedActDense

from bench.corpus.pairs import Pair, pairs
from bench.corpus.recipe import Corpus, Recipe
from bench.pretraining import vocabulary
from bench.pretraining.causal import IGNORED

PAD, END = "<pad>", "</s>"
SENTINEL = "<extra_id_{}>"
NOISE, SPAN = 0.15, 3
"""Share of the tokens that is hidden, and mean tokens of a hidden span: those of the paper."""
BEFORE, NEAR = 1, 8.0
"""The bucket of the position before among the encoder's relative positions, and how much a head prefers it."""
QUIET, MATCH, HANDED_ON = 0.1, 0.5, 3.0
"""At the start: what layers add to embeddings of size 1, how sharply a token is looked for, how loud it is copied."""

Row = tuple[torch.Tensor, torch.Tensor]
"""Ids that the encoder reads and ids that the decoder should write, both closed by the end token."""


def corpus(recipe: Corpus) -> list[Pair]:
    return list(pairs(recipe.seed, recipe.documents, recipe.mix, recipe.tasks))


def tokenizer(texts: Sequence[Pair], recipe: Recipe) -> transformers.PreTrainedTokenizerFast:
    """T5's special tokens in its order, sentinels last; a text begins as if it stood behind a space, as T5's do."""
    sizes: Any = recipe.architecture
    hidden = [SENTINEL.format(n) for n in range(sizes.sentinels)]
    flat = [f" {text}" for pair in texts for text in pair if text]
    learnt = vocabulary.learnt(flat, recipe.entries - len(hidden), recipe.words, (PAD, END))
    learnt.add_special_tokens(hidden)
    learnt.normalizer = normalizers.Prepend(" ")
    learnt.decoder = decoders.Sequence([decoders.ByteLevel(), decoders.Strip(" ", 1, 0)])
    return vocabulary.wrapped(
        vocabulary.closed_by(learnt, END), eos_token=END, pad_token=PAD, extra_special_tokens=hidden
    )


def encode(tokenizer: transformers.PreTrainedTokenizerFast, texts: Sequence[Pair], longest: int) -> list[Row]:
    """Each pair as ids, cut after `longest` of them; in a document without a target spans are hidden."""
    backend, rng = tokenizer.backend_tokenizer, Random(0)
    read = [each.ids[:longest] for each in backend.encode_batch([text for text, _ in texts])]
    written = [each.ids[:longest] for each in backend.encode_batch([text for _, text in texts])]
    sentinels = sentinel_ids(backend)
    end = [tokenizer.eos_token_id]
    rows = []
    for (_, target), source, ids in zip(texts, read, written, strict=True):
        if not target:
            source, ids = (part + end for part in hide(rng, source[:-1], sentinels))
        rows.append((torch.tensor(source, dtype=torch.int32), torch.tensor(ids, dtype=torch.int32)))
    return rows


def sentinel_ids(backend: Tokenizer) -> list[int]:
    found = (backend.token_to_id(SENTINEL.format(n)) for n in range(backend.get_vocab_size()))
    return [token for token in found if token is not None]


def hide(rng: Random, ids: list[int], sentinels: Sequence[int]) -> tuple[list[int], list[int]]:
    """The text with sentinels in place of spans, and the spans, each behind its sentinel."""
    count = min(len(sentinels), max(1, round(len(ids) * NOISE / SPAN)))
    starts = sorted(rng.sample(range(len(ids)), min(count, len(ids))))
    left: list[int] = []
    hidden: list[int] = []
    at = 0
    for sentinel, start in zip(sentinels, starts, strict=False):
        if start < at:
            continue
        stop = start + rng.randint(1, 2 * SPAN - 1)
        left += [*ids[at:start], sentinel]
        hidden += [sentinel, *ids[start:stop]]
        at = stop
    return left + ids[at:], hidden


def size(row: Row) -> int:
    return len(row[0]) + len(row[1])


def predicted(row: Row) -> int:
    return len(row[1])


def loss_of(model: Any, rows: Sequence[Row]) -> torch.Tensor:
    """Mean loss per token that the decoder should write."""
    pad = model.config.pad_token_id
    read = pad_sequence([row[0] for row in rows], batch_first=True, padding_value=pad).long()
    written = pad_sequence([row[1] for row in rows], batch_first=True, padding_value=IGNORED).long()
    return model(input_ids=read, attention_mask=(read != pad).long(), labels=written).loss


def new_model(sizes: Any, vocabulary: transformers.PreTrainedTokenizerFast) -> transformers.T5ForConditionalGeneration:
    """An untrained model without dropout, its attention started near a copying circuit."""
    config = transformers.T5Config(
        vocab_size=len(vocabulary),
        d_model=sizes.width,
        d_kv=sizes.width // sizes.heads,
        d_ff=sizes.inner,
        num_layers=sizes.layers,
        num_decoder_layers=sizes.layers,
        num_heads=sizes.heads,
        feed_forward_proj="gated-gelu",
        dropout_rate=0.0,
        pad_token_id=vocabulary.pad_token_id,
        eos_token_id=vocabulary.eos_token_id,
    )
    config.decoder_start_token_id = vocabulary.pad_token_id
    config.dense_act_fn = "gelu_pytorch_tanh"
    model = transformers.T5ForConditionalGeneration(config)
    prepare_to_copy(model)
    return model


@torch.no_grad()
def prepare_to_copy(model: Any) -> None:
    """Starts with a copying circuit: what followed, in the text, the token that the decoder wrote last is written next.

    A head of the encoder's first layer brings along the token before, in a code of its own; half the heads that look
    at the encoder ask for that code of their own token, and hand on the token that they find there. All else starts
    small. After 200 steps from here the loss on lines to be repeated was 1.9; without the circuit, 5.5 after 300.
    """
    head, width = model.config.d_kv, model.config.d_model
    for module in model.modules():
        if isinstance(module, T5Attention):
            start_small(module, width, head)
        elif isinstance(module, T5DenseGatedActDense):
            module.wo.weight.mul_(QUIET)
    reading = model.encoder.block[0].layer[0].SelfAttention
    bias = reading.relative_attention_bias.weight.zero_()
    bias[BEFORE, 0] = bias[BEFORE + len(bias) // 2, 1] = NEAR
    token = reading.v.weight[:head].clone()
    code = torch.linalg.qr(torch.randn(width, head))[0]
    reading.o.weight[:, :head] = code
    for block in model.decoder.block:
        asking, half = block.layer[1].EncDecAttention, model.config.num_heads // 2
        asking.q.weight[: half * head] = token.repeat(half, 1) * MATCH**0.5
        asking.k.weight[: half * head] = code.T.repeat(half, 1) * MATCH**0.5
        asking.o.weight[:, : half * head] = HANDED_ON * asking.v.weight[: half * head].T


def start_small(attention: Any, width: int, head: int) -> None:
    """Queries like keys, outputs like transposed values, so that a head brings along what is alike, a little."""
    for part in (attention.k, attention.v):
        part.weight.normal_(0, width**-0.5)
    attention.q.weight.copy_(0.5 * head**-0.5 * attention.k.weight)
    attention.o.weight.copy_(QUIET * attention.v.weight.T)
