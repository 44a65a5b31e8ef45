"""From (prompt, response) pairs to padded batches: the one place that decides which token bears loss.

Prompt and response are tokenised apart and joined, so the boundary between them is, id for id, the one the
model meets when it generates (a tokenizer run over the joined text may merge across it). Loss falls on the
response and on the EOS after it, never on the prompt or on padding; labels are masked by position, so a pad
token that *is* EOS (GPT-2) does not take the real EOS with it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.data import Sampler

IGNORED = -100
"""The label that bears no loss, as torch's cross_entropy and transformers use it."""

Pair = tuple[str, str]
"""A prompt, exactly as the model is asked, and the response it should give."""


@dataclass(frozen=True)
class Encoded:
    """One example as ids. Causal: both lists are the whole sequence. Encoder-decoder: prompt and response."""

    input_ids: list[int]
    labels: list[int]
    joined: bool = True
    """True where prompt and response are one sequence (causal models)."""

    @property
    def length(self) -> int:
        """Tokens the model reads: prompt, response and EOS."""
        return len(self.input_ids) + (0 if self.joined else len(self.labels))


def encode(
    tokenizer: Any, pairs: Sequence[Pair], *, max_length: int, seq2seq: bool = False
) -> tuple[list[Encoded], int]:
    """The examples of at most `max_length` tokens, in order, and how many were longer and left out."""
    if not pairs:
        return [], 0
    prompts = encode_prompts(tokenizer, [prompt for prompt, _ in pairs], seq2seq=seq2seq)
    responses = encode_responses(tokenizer, [response for _, response in pairs])
    join = apart if seq2seq else joined
    examples = [join(prompt, response) for prompt, response in zip(prompts, responses, strict=True)]
    kept = [example for example in examples if example.length <= max_length]
    return kept, len(examples) - len(kept)


def joined(prompt: list[int], response: list[int]) -> Encoded:
    return Encoded(prompt + response, [IGNORED] * len(prompt) + response)


def apart(prompt: list[int], response: list[int]) -> Encoded:
    return Encoded(prompt, response, joined=False)


def encode_prompts(tokenizer: Any, prompts: Sequence[str], *, seq2seq: bool = False) -> list[list[int]]:
    """Ids of each prompt with what the tokenizer puts before a text (BOS); used to train and to generate."""
    encoded = tokenizer(list(prompts), add_special_tokens=True)["input_ids"]
    if seq2seq:
        return encoded
    # A few causal tokenizers close every text with EOS; an answer cannot follow that.
    end = tokenizer.eos_token_id
    return [ids[:-1] if len(ids) > 1 and ids[-1] == end else ids for ids in encoded]


def encode_responses(tokenizer: Any, responses: Sequence[str]) -> list[list[int]]:
    """Ids of each response and EOS."""
    encoded = tokenizer(list(responses), add_special_tokens=False)["input_ids"]
    return [[*ids, tokenizer.eos_token_id] for ids in encoded]


@dataclass(frozen=True)
class Collator:
    """Pads a batch on the right to its longest example.

    Gives `input_ids`, `attention_mask`, `labels` (batch, time; int64) and, as plain numbers so that counting
    never waits for a GPU, `useful_tokens` and `padded_tokens`.
    """

    pad_id: int

    def __call__(self, examples: Sequence[Encoded]) -> dict[str, Any]:
        ids = padded([example.input_ids for example in examples], self.pad_id)
        labels = padded([example.labels for example in examples], IGNORED)
        lengths = torch.tensor([len(example.input_ids) for example in examples])
        return {
            "input_ids": ids,
            "attention_mask": (torch.arange(ids.shape[1]) < lengths[:, None]).long(),
            "labels": labels,
            "useful_tokens": sum(example.length for example in examples),
            "padded_tokens": ids.numel() if examples[0].joined else ids.numel() + labels.numel(),
        }


def padded(rows: Sequence[list[int]], value: int, *, left: bool = False) -> torch.Tensor:
    """Rows of different lengths as one (batch, longest) int64 tensor, filled on the right, or on the left."""
    width = max(map(len, rows))
    if left:
        return torch.tensor([[value] * (width - len(row)) + row for row in rows])
    return torch.tensor([row + [value] * (width - len(row)) for row in rows])


class LengthGroupedBatches(Sampler[list[int]]):
    """Batches of examples of like length, in random order: little padding, no run of short ones at the end.

    transformers' own `group_by_length` leaves each group sorted, so the last steps of a small run would see
    short examples only. Order depends on the seed and the epoch alone.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int) -> None:
        self.lengths = list(lengths)
        self.batch_size = batch_size
        self.generator = torch.Generator().manual_seed(seed)

    def __len__(self) -> int:
        return -(-len(self.lengths) // self.batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        from transformers.trainer_pt_utils import get_length_grouped_indices

        order = get_length_grouped_indices(self.lengths, self.batch_size, generator=self.generator)
        batches = [order[start : start + self.batch_size] for start in range(0, len(order), self.batch_size)]
        for index in torch.randperm(len(batches), generator=self.generator).tolist():
            yield batches[index]
