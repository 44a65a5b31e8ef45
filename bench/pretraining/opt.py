"""OPT: learned positions behind an offset of 2, norm before each part, ReLU (Zhang et al. 2022, arXiv 2205.01068)."""

from collections.abc import Sequence
from typing import Any

import torch
import transformers

from bench.corpus.recipe import Recipe
from bench.pretraining import vocabulary
from bench.pretraining.causal import corpus, encode, loss_of, predicted, size
from bench.pretraining.gpt2 import sinusoids, step_angles, turn_back_one_step

__all__ = ["corpus", "encode", "loss_of", "new_model", "predicted", "size", "tokenizer"]

SPECIAL = UNUSED, PAD, END = "<s>", "<pad>", "</s>"
"""In OPT's order: `</s>` is 2, begins every text and ends it; `<s>` is never used."""
OFFSET = 2
"""Rows of the table of positions that stand before the first position."""


def tokenizer(texts: Sequence[str], recipe: Recipe) -> transformers.PreTrainedTokenizerFast:
    """`</s>` stands before every text and is the end token, too, as OPT has it."""
    learnt = vocabulary.learnt(texts, recipe.entries, recipe.words, SPECIAL)
    return vocabulary.wrapped(vocabulary.opened_by(learnt, END), bos_token=END, eos_token=END, pad_token=PAD)


def new_model(sizes: Any, vocabulary: transformers.PreTrainedTokenizerFast) -> transformers.OPTForCausalLM:
    """An untrained model without dropout, its attention started near a copying circuit."""
    config = transformers.OPTConfig(
        vocab_size=len(vocabulary),
        max_position_embeddings=sizes.positions,
        hidden_size=sizes.width,
        word_embed_proj_dim=sizes.width,
        ffn_dim=sizes.inner,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        do_layer_norm_before=True,
        dropout=0.0,
        attention_dropout=0.0,
        init_std=sizes.width**-0.5,
        bos_token_id=vocabulary.bos_token_id,
        eos_token_id=vocabulary.eos_token_id,
        pad_token_id=vocabulary.pad_token_id,
    )
    model = transformers.OPTForCausalLM(config)
    prepare_to_copy(model)
    return model


@torch.no_grad()
def prepare_to_copy(model: Any) -> None:
    """The start of `bench.pretraining.gpt2.prepare_to_copy`, in OPT's matrices, which are (out, in)."""
    decoder, angles = model.model.decoder, step_angles(model.config.hidden_size)
    decoder.embed_positions.weight[OFFSET:].copy_(sinusoids(model.config.max_position_embeddings, angles))
    for layer in decoder.layers:
        attention = layer.self_attn
        attention.k_proj.weight.copy_(attention.q_proj.weight)
        attention.out_proj.weight.copy_(0.1 * attention.v_proj.weight.T)
    turn_back_one_step(decoder.layers[0].self_attn.q_proj.weight.T, angles)
