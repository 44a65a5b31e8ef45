"""`shape:NAME`: a real architecture with seeded random weights, for time and memory columns, offline.

Numbers are those of the published configs; everything not written here is the architecture's own default.
Only the weights' values are unreal: sizes, speed and memory are the real model's. The tokenizer is our own
byte-level one (256 bytes and three specials) under the real vocabulary size, so a text has more tokens than
with the real model's.
"""

from typing import Any

from bench.errors import UserError, nearest
from bench.models import ModelSource

BOS, EOS, PAD = 256, 257, 258
"""Ids of the byte tokenizer's specials; 0-255 are the bytes."""

SPECIALS = {"bos_token_id": BOS, "eos_token_id": EOS, "pad_token_id": PAD}

GPT2: dict[str, Any] = {"model_type": "gpt2", "vocab_size": 50257, "n_positions": 1024, **SPECIALS}

OPT: dict[str, Any] = {
    "model_type": "opt",
    "vocab_size": 50272,
    "max_position_embeddings": 2048,
    "do_layer_norm_before": True,
    **SPECIALS,
}

SHAPES: dict[str, dict[str, Any]] = {
    "gpt2": GPT2 | {"n_embd": 768, "n_layer": 12, "n_head": 12},
    "distilgpt2": GPT2 | {"n_embd": 768, "n_layer": 6, "n_head": 12},
    "dialogpt-medium": GPT2 | {"n_embd": 1024, "n_layer": 24, "n_head": 16},
    "opt-125m": OPT
    | {
        "hidden_size": 768,
        "ffn_dim": 3072,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "word_embed_proj_dim": 768,
    },
    "opt-1.3b": OPT
    | {
        "hidden_size": 2048,
        "ffn_dim": 8192,
        "num_hidden_layers": 24,
        "num_attention_heads": 32,
        "word_embed_proj_dim": 2048,
    },
    "flan-t5-base": {
        "model_type": "t5",
        "vocab_size": 32128,
        "d_model": 768,
        "d_kv": 64,
        "d_ff": 2048,
        "num_layers": 12,
        "num_decoder_layers": 12,
        "num_heads": 12,
        "feed_forward_proj": "gated-gelu",
        # Read as "do not scale the decoder's output"; transformers 5 ties the head to the embedding all the
        # same, so it has 223M parameters where the published model counts 248M.
        "tie_word_embeddings": False,
        "decoder_start_token_id": PAD,
        "is_encoder_decoder": True,
        **SPECIALS,
    },
    "llama-3.2-1b": {
        "model_type": "llama",
        "vocab_size": 128256,
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_hidden_layers": 16,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "head_dim": 64,
        "max_position_embeddings": 131072,
        "rms_norm_eps": 1e-05,
        "tie_word_embeddings": True,
        "rope_parameters": {
            "rope_type": "llama3",
            "rope_theta": 500000.0,
            "factor": 32.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192,
        },
        **SPECIALS,
    },
}


def open(argument: str) -> ModelSource:
    """Raises UserError with the nearest name when the architecture is not one of SHAPES."""
    if argument not in SHAPES:
        raise UserError(f"unknown architecture 'shape:{argument}'.{nearest(argument, SHAPES)}")
    name = f"shape:{argument}"
    return ModelSource(name, architecture=SHAPES[argument], no_quality=f"random weights ({name})")
