"""Llama: rotary positions, RMSNorm, SwiGLU, grouped queries (Touvron et al. 2023, arXiv 2307.09288), ready to chat.

The marks of its chat template stand in the vocabulary and in no pretraining text, so tuning has to teach them.
"""

from collections.abc import Sequence
from typing import Any

import torch
import transformers

from bench.corpus.recipe import Recipe
from bench.pretraining import vocabulary
from bench.pretraining.causal import corpus, encode, loss_of, predicted, size

__all__ = ["corpus", "encode", "finish", "loss_of", "new_model", "predicted", "size", "tokenizer"]

BEGIN, END, PAD = "<|begin_of_text|>", "<|end_of_text|>", "<|pad|>"
TURN, TURN_END = "<|im_start|>", "<|im_end|>"
CHAT = """\
{%- for message in messages -%}
{%- if message.role not in ('system', 'user', 'assistant') -%}
{{ raise_exception('a role is system, user or assistant, not ' ~ message.role) }}
{%- endif -%}
{{ '<|im_start|>' ~ message.role ~ '\\n' ~ message.content ~ '<|im_end|>\\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{ '<|im_start|>assistant\\n' }}
{%- endif -%}
"""
"""ChatML's form of turns."""


def tokenizer(texts: Sequence[str], recipe: Recipe) -> transformers.PreTrainedTokenizerFast:
    """Texts begin with a token of their own; the marks of turns follow the usual special tokens."""
    learnt = vocabulary.learnt(texts, recipe.entries, recipe.words, (BEGIN, END, PAD, TURN, TURN_END))
    wrapped = vocabulary.wrapped(
        vocabulary.opened_by(learnt, BEGIN), bos_token=BEGIN, eos_token=END, pad_token=PAD,
    )  # fmt: skip
    wrapped.chat_template = CHAT
    return wrapped


def new_model(sizes: Any, vocabulary: transformers.PreTrainedTokenizerFast) -> transformers.LlamaForCausalLM:
    """An untrained model, its attention started near a copying circuit."""
    config = transformers.LlamaConfig(
        vocab_size=len(vocabulary),
        max_position_embeddings=sizes.positions,
        hidden_size=sizes.width,
        intermediate_size=sizes.inner,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        num_key_value_heads=sizes.key_value_heads,
        tie_word_embeddings=True,
        initializer_range=sizes.width**-0.5,
        bos_token_id=vocabulary.bos_token_id,
        eos_token_id=vocabulary.eos_token_id,
        pad_token_id=vocabulary.pad_token_id,
    )
    model = transformers.LlamaForCausalLM(config)
    prepare_to_copy(model)
    return model


@torch.no_grad()
def prepare_to_copy(model: Any) -> None:
    """Queries start equal to the keys of their group and outputs as transposed values (arXiv 2305.09828)."""
    groups = model.config.num_attention_heads // model.config.num_key_value_heads
    for layer in model.model.layers:
        attention = layer.self_attn
        attention.q_proj.weight.copy_(repeated(attention.k_proj.weight, groups, attention.head_dim))
        attention.o_proj.weight.copy_(0.1 * repeated(attention.v_proj.weight, groups, attention.head_dim).T)


def repeated(weight: torch.Tensor, groups: int, head: int) -> torch.Tensor:
    """Each head's rows `groups` times, as grouped queries share them; (key heads, head) -> (heads, head) rows."""
    return weight.unflatten(0, (-1, head)).repeat_interleave(groups, dim=0).flatten(0, 1)


@torch.no_grad()
def finish(model: Any, vocabulary: transformers.PreTrainedTokenizerFast) -> None:
    """Draws the embeddings of the marks of turns anew, as if they had been added after pretraining.

    Pretraining moves all tokens that it never meets in one direction, until they can hardly be told apart.
    """
    table = model.get_input_embeddings().weight
    marks = [vocabulary.get_vocab()[mark] for mark in (TURN, TURN_END)]
    drawn = torch.randn(len(marks), table.shape[1], generator=torch.Generator().manual_seed(0))
    table[marks] = table.mean(dim=0) + table.std(dim=0) * drawn
