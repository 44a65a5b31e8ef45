"""The bare instruction and nothing else: the form in which a base model shows whether it mimics."""

from bench.data.example import Example


def prompt(example: Example) -> str:
    return example.question


def demonstration(example: Example) -> str:
    return f"{example.question}\n{example.response}"
