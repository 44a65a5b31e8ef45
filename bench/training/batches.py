"""From conversations to padded batches: the one place that decides which token bears loss.

Prompts and responses are tokenised apart and joined, so the boundary between them is, id for id, the one the
model meets when it generates (a tokenizer run over the joined text may merge across it). Loss falls on every
response and on the stop token after it, never on a prompt or on padding; labels are masked by position, so a
pad token that *is* EOS (GPT-2) does not take the real EOS with it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import torch
from torch.utils.data import Sampler

from bench.garbage import collector_paused
from bench.training.words import Known, by_word

IGNORED = -100
"""The label that bears no loss, as torch's cross_entropy and transformers use it."""

PROBED = 1000
"""Texts that are tokenised by transformers before a faster way is taken, which has to give the same ids for them."""
BATCH = 4000
"""Texts that are tokenised at once: enough for every core, and few enough to forget what is not needed of them."""

Pair = tuple[str, str]
"""A prompt, exactly as the model is asked, and the response it should give."""

Conversation = Sequence[Pair]
"""Turns, oldest first; a single instruction is a conversation of one."""

Prompt = str | Sequence[str]
"""What a model continues: one text, or prompt, response, prompt, ... of a conversation up to its last prompt."""

IdsOf = Callable[[Sequence[str]], list[list[int]]]
"""From texts to the ids of each."""


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

    @property
    def bears_loss(self) -> bool:
        """Some token bears loss; a sequence's first one is predicted by none."""
        return any(label != IGNORED for label in self.labels[self.joined :])


def encode(
    tokenizer: Any,
    conversations: Sequence[Conversation],
    *,
    max_length: int,
    seq2seq: bool = False,
    stop: str = "",
    loss_on: str = "response",
    stop_token: str = "trained",  # noqa: S107
) -> tuple[list[Encoded], int]:
    """The examples of at most `max_length` tokens, in order, and how many were longer and left out.

    `stop` is the text of the token that ends a response, "" for the tokenizer's EOS. `loss_on` and `stop_token` are
    TrainConfig's.
    """
    if not conversations:
        return [], 0
    labelling = Labelling(loss_on == "all", written=stop_token != "absent", trained=stop_token == "trained")  # noqa: S105
    with collector_paused():
        examples = encoded_examples(tokenizer, conversations, seq2seq, stop, labelling)
    kept = [example for example in examples if example.length <= max_length]
    return kept, len(examples) - len(kept)


@dataclass(frozen=True)
class Labelling:
    """Which tokens bear loss besides those of the responses."""

    prompts: bool = False
    """Prompts do, too."""
    written: bool = True
    """A stop token stands after each response."""
    trained: bool = True
    """It bears loss."""


def encoded_examples(
    tokenizer: Any, conversations: Sequence[Conversation], seq2seq: bool, stop: str, labelling: Labelling
) -> list[Encoded]:
    known = Known()
    responses = encode_responses(tokenizer, [turns[-1][1] for turns in conversations], stop=stop, known=known)
    if not labelling.written:
        responses = [ids[:-1] for ids in responses]
    prompts = [asked(turns) for turns in conversations]
    if seq2seq:
        encoded = encode_prompts(tokenizer, prompts, seq2seq=True)
        return [apart(prompt, response, labelling) for prompt, response in zip(encoded, responses, strict=True)]
    pieces = encode_pieces(tokenizer, prompts, stop, written=labelling.written, known=known)
    return [joined([*before, response], labelling) for before, response in zip(pieces, responses, strict=True)]


def encode_conversation(tokenizer: Any, turns: Conversation, *, seq2seq: bool = False, stop: str = "") -> Encoded:
    """One conversation of any length, as training sees it."""
    return encode(tokenizer, [turns], max_length=1 << 62, seq2seq=seq2seq, stop=stop)[0][0]


def asked(turns: Conversation) -> tuple[str, ...]:
    """All of a conversation but its last response."""
    return tuple(text for turn in turns for text in turn)[:-1]


def joined(pieces: Sequence[list[int]], labelling: Labelling) -> Encoded:
    """Prompt, response, prompt, response, ... as one sequence; every response bears loss."""
    ids: list[int] = []
    labels: list[int] = []
    for at, piece in enumerate(pieces):
        ids += piece
        labels += (
            response_labels(piece, labelling) if at % 2 else piece if labelling.prompts else [IGNORED] * len(piece)
        )
    return Encoded(ids, labels)


def apart(prompt: list[int], response: list[int], labelling: Labelling) -> Encoded:
    return Encoded(prompt, response_labels(response, labelling), joined=False)


def response_labels(ids: list[int], labelling: Labelling) -> list[int]:
    """Labels of a response with the stop token after it, if there is one."""
    return ids if labelling.trained or not labelling.written else [*ids[:-1], IGNORED]


def encode_prompts(
    tokenizer: Any, prompts: Sequence[Prompt], *, seq2seq: bool = False, stop: str = ""
) -> list[list[int]]:
    """Ids of each prompt with what the tokenizer puts before a text (BOS); used to train and to generate."""
    if seq2seq:
        return token_ids(tokenizer, ["".join(prompt) for prompt in prompts], special=True)
    texts = [(prompt,) if isinstance(prompt, str) else prompt for prompt in prompts]
    return [list(chain.from_iterable(pieces)) for pieces in encode_pieces(tokenizer, texts, stop)]


def encode_pieces(
    tokenizer: Any, prompts: Sequence[Sequence[str]], stop: str, *, written: bool = True, known: Known | None = None
) -> list[list[list[int]]]:
    """Ids of each text of prompts made of prompt, response, prompt, ...; the stop token closes each response."""
    openings = opening_ids(tokenizer, [texts[0] for texts in prompts], known)
    later = [text for texts in prompts for text in texts[1:]]
    ids = iter(token_ids(tokenizer, later, special=False, known=known))
    end = [stop_id(tokenizer, stop)] if later and written else []
    return [
        [opening, *(next(ids) + end * (at % 2) for at in range(1, len(texts)))]
        for opening, texts in zip(openings, prompts, strict=True)
    ]


def opening_ids(tokenizer: Any, texts: Sequence[str], known: Known | None = None) -> list[list[int]]:
    """Ids of texts that begin a sequence, without the EOS that a few causal tokenizers close every text with."""
    encoded = token_ids(tokenizer, texts, special=True, known=known)
    end = tokenizer.eos_token_id
    if not any(ids[-1:] == [end] for ids in encoded):
        return encoded
    own = token_ids(tokenizer, texts, special=False, known=known)
    closed = [ids[-1:] == [end] and ids.count(end) > bare.count(end) for ids, bare in zip(encoded, own, strict=True)]
    return [ids[:-1] if added else ids for ids, added in zip(encoded, closed, strict=True)]


def encode_responses(
    tokenizer: Any, responses: Sequence[str], *, stop: str = "", known: Known | None = None
) -> list[list[int]]:
    """Ids of each response and the stop token."""
    encoded = token_ids(tokenizer, responses, special=False, known=known)
    end = stop_id(tokenizer, stop)
    for ids in encoded:
        ids.append(end)
    return encoded


def token_ids(tokenizer: Any, texts: Sequence[str], *, special: bool, known: Known | None = None) -> list[list[int]]:
    """Ids of each text, with or without what the tokenizer puts around a text; memory for ids and one batch only.

    The first texts go through transformers, which clears the truncation and padding that a tokenizer's file may ask
    for. The others go the fastest way that gives the same ids for those: word by word where words are independent, or
    the fast tokenizer without the offsets of the characters. `known` holds the words of earlier texts.
    """
    encoded: list[list[int]] = tokenizer(list(texts[:PROBED]), add_special_tokens=special)["input_ids"] if texts else []
    if len(texts) > PROBED:
        ids_of = fastest(tokenizer, texts[:PROBED], encoded, special, known)
        for start in range(PROBED, len(texts), BATCH):
            encoded += ids_of(texts[start : start + BATCH])
    return encoded


def fastest(
    tokenizer: Any, texts: Sequence[str], ids: list[list[int]], special: bool, known: Known | None = None
) -> IdsOf:
    """The fastest way to the same ids for these texts."""
    words = by_word(tokenizer, special=special, known=known)
    if words is not None and words.ids(texts) == ids:
        return words.ids
    if straight_ids(tokenizer, texts, special) == ids:
        return lambda batch: straight_ids(tokenizer, batch, special)
    return lambda batch: tokenizer(list(batch), add_special_tokens=special)["input_ids"]


def straight_ids(tokenizer: Any, texts: Sequence[str], special: bool) -> list[list[int]]:
    """Ids as the fast tokenizer alone gives them; none where there is no such tokenizer."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    found = backend.encode_batch_fast(list(texts), add_special_tokens=special) if backend is not None else ()
    return [encoding.ids for encoding in found]


def stop_id(tokenizer: Any, stop: str = "") -> int:
    """Id of the token that ends a response."""
    return int(tokenizer.convert_tokens_to_ids(stop)) if stop else int(tokenizer.eos_token_id)


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
        yield from self.epoch()

    def epoch(self) -> list[list[int]]:
        """The batches of the next epoch; called once for each epoch that is over, it winds forward to resume."""
        from transformers.trainer_pt_utils import get_length_grouped_indices

        order = get_length_grouped_indices(self.lengths, self.batch_size, generator=self.generator)
        batches = [order[start : start + self.batch_size] for start in range(0, len(order), self.batch_size)]
        return [batches[index] for index in torch.randperm(len(batches), generator=self.generator).tolist()]
