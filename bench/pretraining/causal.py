"""What the causal families share: documents as rows of ids, and the loss on them."""

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedTokenizerFast

from bench.corpus.documents import documents
from bench.corpus.recipe import Corpus

IGNORED = -100


def corpus(recipe: Corpus) -> list[str]:
    return list(documents(recipe.seed, recipe.documents, recipe.mix))


def encode(tokenizer: PreTrainedTokenizerFast, texts: Sequence[str], longest: int) -> list[torch.Tensor]:
    """Each text as ids, opened as the tokenizer opens texts, closed by the end token, cut after `longest` of them."""
    encoded = tokenizer.backend_tokenizer.encode_batch(list(texts))
    end = tokenizer.eos_token_id
    return [torch.tensor([*text.ids, end][:longest], dtype=torch.int32) for text in encoded]


def size(row: torch.Tensor) -> int:
    return len(row)


def loss_of(model: Any, rows: Sequence[torch.Tensor]) -> torch.Tensor:
    """Mean loss per token; padding stands behind every document, where causal attention never sees it."""
    pad = model.config.pad_token_id
    padded = pad_sequence(list(rows), batch_first=True, padding_value=pad).long()
    return model(input_ids=padded, labels=padded.masked_fill(padded == pad, IGNORED)).loss


def predicted(row: torch.Tensor) -> int:
    """Tokens of a row that bear loss: all but the first."""
    return len(row) - 1
