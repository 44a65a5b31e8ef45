"""The bare instruction and nothing else: the form in which a base model shows whether it mimics."""

from bench.data.dataset import Example


def prompt(example: Example) -> str:
    return example.question
