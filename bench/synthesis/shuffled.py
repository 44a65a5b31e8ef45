"""The same rows without their grounding: in training each question stands beside the passage of another one.

What a model learns more from the rows than from these is what it learns by reading (lecture 10's question S3.13).
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from bench.errors import UserError

ATTEMPTS = 1000


def shuffled(rows: Sequence[Mapping[str, Any]], seed: int = 0) -> list[dict[str, Any]]:
    """Rows in their order; the inputs of the training rows are dealt anew, so that none keeps its own.

    Raises UserError where there are not two different inputs.
    """
    train = [place for place, row in enumerate(rows) if row.get("split") == "train"]
    inputs = [rows[place].get("input", "") for place in train]
    dealt = dict(zip(train, derangement(inputs, seed), strict=True))
    return [dict(row) | ({"input": dealt[place]} if place in dealt else {}) for place, row in enumerate(rows)]


def derangement(inputs: Sequence[str], seed: int) -> list[str]:
    rng = Random(seed)
    dealt = list(inputs)
    for _ in range(ATTEMPTS):
        rng.shuffle(dealt)
        same = [place for place, text in enumerate(dealt) if text == inputs[place]]
        if not same:
            return dealt
        for place in same:
            other = rng.randrange(len(dealt))
            dealt[place], dealt[other] = dealt[other], dealt[place]
        if all(mine != own for mine, own in zip(dealt, inputs, strict=True)):
            return dealt
    raise UserError(f"{len(inputs)} training rows have too few different inputs to be dealt anew")
