"""The same rows without their grounding: in training each question stands beside the passage of another one.

What a model learns more from the rows than from these is what it learns by reading (lecture 10's question S3.13). A
recipe reads them with `fields = {input = "dealt"}`.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from bench.errors import UserError

ATTEMPTS = 1000


def dealt(rows: Sequence[Mapping[str, Any]], seed: int = 0) -> list[dict[str, Any]]:
    """Rows in their order; those to train on with the passage of another one of them, never their own, as `dealt`.

    Raises UserError where there are not two different passages.
    """
    train = [place for place, row in enumerate(rows) if row.get("split") == "train"]
    inputs = [rows[place].get("input", "") for place in train]
    others = dict(zip(train, derangement(inputs, seed), strict=True))
    return [dict(row) | ({"dealt": others[place]} if place in others else {}) for place, row in enumerate(rows)]


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
    raise UserError(f"{len(inputs)} training rows have too few different passages to be dealt anew")
