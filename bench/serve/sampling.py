"""The next token of each row of a batch, under each request's own settings and seed.

Temperature, top-k and top-p are transformers' own; rows with equal settings go through them together.
"""

from collections.abc import Sequence
from typing import Any

import torch

from bench.serve.stream import Request

Settings = tuple[float, int, float]
"""Temperature, top_k, top_p."""


def generator_of(request: Request) -> torch.Generator:
    """The request's own random numbers, on the CPU, so that they are the same beside every company and device."""
    generator = torch.Generator()
    if request.seed is None:
        generator.seed()
    else:
        generator.manual_seed(request.seed)
    return generator


def choose(logits: torch.Tensor, requests: Sequence[Request], generators: Sequence[torch.Generator]) -> list[int]:
    """A token for each row of `logits` (rows, vocabulary): the most probable one, or a drawn one."""
    tokens: list[int] = logits.argmax(-1).tolist()
    groups: dict[Settings, list[int]] = {}
    for row, request in enumerate(requests):
        if not request.greedy:
            groups.setdefault((request.temperature, request.top_k, request.top_p), []).append(row)
    for settings, rows in groups.items():
        chances = warped(logits[rows], settings).softmax(-1).cpu()
        for row, each in zip(rows, chances, strict=True):
            tokens[row] = int(torch.multinomial(each, 1, generator=generators[row]))
    return tokens


def warped(scores: torch.Tensor, settings: Settings) -> torch.Tensor:
    """Logits (rows, vocabulary), tempered and cut off; the order is that of `generate`."""
    from transformers.generation import logits_process as warpers

    temperature, top_k, top_p = settings
    steps: list[Any] = [warpers.TemperatureLogitsWarper(temperature)]
    if top_k:
        steps.append(warpers.TopKLogitsWarper(top_k))
    if top_p < 1:
        steps.append(warpers.TopPLogitsWarper(top_p))
    for step in steps:
        scores = step(None, scores)
    return scores
