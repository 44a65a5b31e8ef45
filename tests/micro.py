"""A GPT-2 of 125,000 parameters with a byte tokenizer, made in a blink: tests train it for real."""

import random
from pathlib import Path

import torch
from transformers import GPT2Config, GPT2LMHeadModel

from bench.models import ModelSource, shape
from bench.models._weights import byte_tokenizer

NO_DROPOUT = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
SPECIALS = {"bos_token_id": shape.BOS, "eos_token_id": shape.EOS, "pad_token_id": shape.PAD}


def micro_config(**changes):
    values = {"vocab_size": 259, "n_positions": 128, "n_embd": 64, "n_layer": 2, "n_head": 2}
    return GPT2Config(**(values | SPECIALS | NO_DROPOUT | {"activation_function": "gelu_new"} | changes))


def micro_model(**changes):
    torch.manual_seed(1)
    return GPT2LMHeadModel(micro_config(**changes)).eval()


def micro_source(folder: Path, **changes) -> ModelSource:
    """The micro model as a folder, which is how real ones come."""
    micro_model(**changes).save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    return ModelSource("micro", folder)


def letter_pairs(count: int, seed: int = 0) -> list[tuple[tuple[str, str], ...]]:
    """Conversations of one turn that name a letter and repeat it: learned in a few dozen steps."""
    draw = random.Random(seed)
    letters = [draw.choice("abcdef") for _ in range(count)]
    return [((f"say {letter}{' ' * draw.randint(0, 9)}:", letter * 3),) for letter in letters]


def pad_is_eos():
    """The byte tokenizer as GPT-2's: no pad token of its own, so EOS is used."""
    tokenizer = byte_tokenizer()
    tokenizer.pad_token = tokenizer.eos_token
    return tokenizer
