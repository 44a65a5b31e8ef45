"""Small real trainings that several test modules start."""

import torch
from transformers import T5Config, T5ForConditionalGeneration

from bench.config import TrainConfig
from bench.models import shape
from bench.models._weights import byte_tokenizer
from bench.training.trainer import train
from tests.micro import letter_pairs, micro_model

SETTINGS = TrainConfig(batch_size=4, max_steps=6, learning_rate=3e-3)


def tiny(**changes):
    return micro_model(**({"n_layer": 1, "n_embd": 32} | changes))


def tiny_t5():
    torch.manual_seed(1)
    sizes = {"d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 1, "num_heads": 2, "dropout_rate": 0.0}
    ids = {"pad_token_id": shape.PAD, "eos_token_id": shape.EOS, "decoder_start_token_id": shape.PAD}
    return T5ForConditionalGeneration(T5Config(vocab_size=259, **sizes, **ids)).eval()


def trained(config=SETTINGS, model=None, pairs=None, **options):
    """The model and what training said."""
    model = tiny() if model is None else model
    pairs = letter_pairs(20) if pairs is None else pairs
    settings = {"seed": 0, "device": "cpu"} | options
    return model, train(model, byte_tokenizer(), pairs, config, **settings)


def flat(model):
    """All weights as one vector, for bit-equality."""
    return torch.cat([weight.detach().flatten() for weight in model.parameters()])
