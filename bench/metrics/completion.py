"""Mimic or answer: P(answer) - P(mimic), and what a base model does besides (definitions 5.3; arXiv 2312.01552).

Refusals, partial refusals, empty, degenerate and other outputs count neither way, but a refusal of what
should be refused is an answer. What runs on after an answer counts as one; `self_prompting` tells that it did.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import NamedTuple

from bench.behaviour import LABELS, Inventory, Reading, answer_of, copied, fourgrams, of_each, read, repeated
from bench.record import Output, Score
from bench.stats.scores import SHARE, mean, rate, share

HIGHER_IS_BETTER = {
    "completion": True,
    "stop_rate": True,
    "self_prompting": False,
    "echo": None,
    "repetition": False,
    "answer_preference": True,
}
UNIT = {
    "completion": "index",
    "stop_rate": "rate",
    "self_prompting": "rate",
    "echo": "rate",
    "repetition": "rate",
    "answer_preference": "rate",
}
FLOORS = ("completion",)
WORTH = {"answer": 1.0, "mimic": -1.0}


class Said(NamedTuple):
    """What the rules see in one output, and what its word 4-grams are."""

    reading: Reading
    echo: float | None
    """Share of them that stand in the prompt; None where it has none."""
    repetition: float | None
    """Share that stood there before."""


def score(outputs: Sequence[Output], argument: str = "") -> Mapping[str, Score]:
    """completion in -1..1, its interval over prompts; the others are shares, 0..1."""
    said = of_each(seen, outputs, Inventory.of(outputs))
    read_outputs = [(output, one.reading) for output, one in zip(outputs, said, strict=True)]
    ids = [output.example_id for output in outputs]
    return {
        "completion": index(read_outputs),
        "stop_rate": stop_rate(outputs),
        "self_prompting": self_prompting(read_outputs),
        "echo": of_fourgrams("echo in-prompt word 4-grams", ids, [one.echo for one in said]),
        "repetition": of_fourgrams("repetition rep-4 words", ids, [one.repetition for one in said]),
        "answer_preference": answer_preference(outputs),
    }


def seen(output: Output, inventory: Inventory) -> Said:
    own = fourgrams(answer_of(output))
    echo, repetition = (copied(own, output.prompt or ""), repeated(own)) if own else (None, None)
    return Said(read(output, inventory), echo, repetition)


def index(outputs: Sequence[tuple[Output, Reading]]) -> Score:
    labels = [(output.example_id, label(output, reading)) for output, reading in outputs]
    values = [(example_id, WORTH.get(said, 0.0)) for example_id, said in labels]
    counts = Counter(said for _, said in labels)
    shares = {name: share(counts[name], len(outputs)) for name in LABELS}
    details = {example_id: {"label": said} for example_id, said in labels}
    made = mean(values, "completion P(answer)-P(mimic) rules", parts=shares, ends=(-1.0, 1.0))
    return replace(made, details=details)


def label(output: Output, reading: Reading) -> str:
    return "answer" if reading.label == "refusal" and output.expect == "refuse" else reading.label


def stop_rate(outputs: Sequence[Output]) -> Score:
    """Share that ended by themselves, with the end token, before the limit; None where nothing tells."""
    if not tells_the_end(outputs):
        why = "no output tells how it ended" if outputs else ""
        return rate([], "stop_rate end-token", unscored=len(outputs), why=why)
    return rate([(output.example_id, float(output.finished)) for output in outputs], "stop_rate end-token")


def tells_the_end(outputs: Sequence[Output]) -> bool:
    """False for texts of unknown origin, of which neither an end nor a number of tokens is known."""
    return any(output.finished or output.new_tokens for output in outputs)


def self_prompting(outputs: Sequence[tuple[Output, Reading]]) -> Score:
    """Share that sets a new task anywhere, before or after an answer; no stop strings are applied."""
    seen = [(output.example_id, float(reading.runs_on)) for output, reading in outputs]
    instead = sum(reading.runs_on and reading.label == "mimic" for _, reading in outputs)
    after = sum(reading.runs_on for _, reading in outputs) - instead
    parts = {"instead of an answer": share(instead, len(outputs)), "after it": share(after, len(outputs))}
    return rate(seen, "self_prompting question|instruction|marker|cue|near-copy>=0.6", parts=parts)


def of_fourgrams(signature: str, ids: Sequence[str], measured: Sequence[float | None]) -> Score:
    """Mean over the outputs that hold a 4-gram at all."""
    values = [(example_id, value) for example_id, value in zip(ids, measured, strict=True) if value is not None]
    short = len(ids) - len(values)
    why = f"{short} outputs of fewer than four words" if short else ""
    return mean(values, signature, unscored=short, why=why, ends=SHARE)


def answer_preference(outputs: Sequence[Output]) -> Score:
    """Share whose reference is likelier, per token, than another question in its place; None where not measured."""
    measured = [(output.example_id, delta) for output in outputs if (delta := preference(output)) is not None]
    missing = len(outputs) - len(measured)
    why = f"{missing} outputs without the likelihood of reference and distractor" if missing else ""
    parts = {"mean delta": sum(delta for _, delta in measured) / len(measured) if measured else None}
    values = [(example_id, float(delta > 0)) for example_id, delta in measured]
    return rate(values, "answer_preference logP(reference)/token-logP(distractor)/token>0", missing, why, parts)


def preference(output: Output) -> float | None:
    """Nats per token by which the reference is likelier than the distractor."""
    if output.reference_logprob is None or output.distractor_logprob is None:
        return None
    delta = output.reference_logprob - output.distractor_logprob
    return delta if isfinite(delta) else None
