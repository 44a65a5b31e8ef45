"""Byte-level BPE tokenizers in which every digit is an entry of its own, so that all numbers are spelt alike."""

from collections.abc import Sequence
from typing import Any

import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

TEXTS = 40_000
"""Documents that merges are learnt from."""
WORTH = 2_000
"""How often a word that shall stay whole is shown."""


def learnt(texts: Sequence[str], entries: int, words: Sequence[str], special: Sequence[str]) -> Tokenizer:
    """A tokenizer of `entries` entries, of which the first are the special ones, in their order."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=entries,
        special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([*texts[:TEXTS], *list(words) * WORTH], trainer)
    return tokenizer


def opened_by(tokenizer: Tokenizer, begin: str) -> Tokenizer:
    """The same with `begin` written before every text."""
    return framed(tokenizer, f"{begin} $A", begin)


def closed_by(tokenizer: Tokenizer, end: str) -> Tokenizer:
    """The same with `end` written after every text."""
    return framed(tokenizer, f"$A {end}", end)


def framed(tokenizer: Tokenizer, single: str, token: str) -> Tokenizer:
    frame = [(token, tokenizer.token_to_id(token))]
    tokenizer.post_processor = processors.TemplateProcessing(single=single, special_tokens=frame)
    return tokenizer


def wrapped(tokenizer: Tokenizer, **special: Any) -> transformers.PreTrainedTokenizerFast:
    """The tokenizer as transformers wants it; `special` are its `bos_token`, `eos_token`, `pad_token` and so on."""
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, clean_up_tokenization_spaces=False, **special
    )
