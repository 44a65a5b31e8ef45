"""What `tunebench data inspect` looks at: the chosen examples, through the tokenizer that would train on them."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from bench import catalog
from bench.data.example import Example, Loaded
from bench.errors import UserError, nearest
from bench.inspection import Inspected, inspect_example
from bench.models import ModelSource, positions

NEAR = 5000
"""Ids that a mistyped one is compared with; more would take seconds."""

Numbered = tuple[int, Example]
"""An example with its number in the file, from 1."""


def chosen(loaded: Loaded, *, row: int = 0, example_id: str = "", first: int = 3) -> list[Numbered]:
    """One example by number or id, or the first ones. Raises UserError when there is none such."""
    numbered = list(enumerate(loaded.examples, start=1))
    if row and example_id:
        raise UserError("--row and --id name one example each; give one of the two")
    if row > len(numbered):
        raise UserError(f"{loaded.path}: --row {row} is too high; it holds {len(numbered):,} examples")
    if row:
        return [numbered[row - 1]]
    if not example_id:
        return list(islice(numbered, first))
    if found := [pair for pair in numbered if pair[1].id == example_id]:
        return found
    raise UserError(f"{loaded.path}: no example has the id {example_id!r}.{hint(example_id, loaded.examples)}")


def hint(example_id: str, examples: Sequence[Example]) -> str:
    near = nearest(example_id, (example.id for example in examples[:NEAR]))
    return near if near.startswith(" Did") else f" The first one is {examples[0].id!r}."


def inspected(examples: Sequence[Numbered], model: str, template: str, max_length: int) -> list[Inspected]:
    """Each example as a training run of this model with this template would see it."""
    module, argument = catalog.load("model", model)
    source = module.open(argument)
    config, tokenizer = config_of(source), source.tokenizer()
    longest = min(max_length, positions(config) or max_length)
    return [
        inspect_example(
            example, number, tokenizer, template, max_length=longest, seq2seq=bool(config.is_encoder_decoder)
        )
        for number, example in examples
    ]


def config_of(source: ModelSource) -> Any:
    from transformers import AutoConfig

    if source.folder is None:
        return AutoConfig.for_model(**source.architecture)
    return AutoConfig.from_pretrained(source.folder, trust_remote_code=False, local_files_only=True)
