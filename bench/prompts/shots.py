"""Few-shot demonstrations: which training examples are shown before the question."""

import random
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from bench.data.example import Example
from bench.errors import UserError


def draw_shots(train: Sequence[Example], count: int, seed: int) -> tuple[Example, ...]:
    """Few-shot demonstrations out of the training split: the same ones for the same rows, count and seed.

    Drawn are answered requests without system message or earlier turns, from the shorter half of each label (or
    category, where there are no labels), one label after the other; refusals are left out. Raises UserError when
    there are too few.
    """
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in train:
        if demonstrable(example):
            groups[example.label if example.label is not None else example.category].append(example)
    generator = random.Random(seed)
    piles = [shuffled(shorter_half(groups[name]), generator) for name in shuffled(sorted(groups), generator)]
    rounds = max(map(len, piles), default=0)
    drawn = [pile[place] for place in range(rounds) for pile in piles if place < len(pile)]
    if len(drawn) < count:
        raise UserError(
            f"{count} demonstrations asked for, but only {len(drawn)} of {len(train)} training examples are short, "
            "answered and without earlier turns; lower the number of demonstrations"
        )
    return tuple(drawn[:count])


def demonstrable(example: Example) -> bool:
    answered = bool(example.responses and example.responses[0].strip())
    alone = not example.history and not example.system
    return answered and alone and bool(example.instruction) and example.expect == "answer"


def shorter_half(examples: Sequence[Example]) -> list[Example]:
    """At least one; the file's order decides between equals."""
    ordered = sorted(examples, key=lambda example: len(example.question) + len(example.response))
    return ordered[: -(-len(ordered) // 2)]


def shuffled(items: Sequence[Any], generator: random.Random) -> list[Any]:
    return generator.sample(items, len(items))
