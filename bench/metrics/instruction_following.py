"""Instruction following: answered, in the asked form, with right content (after IFEval, arXiv 2311.07911).

"Does what was asked" is not "is correct": `parts` gives the three shares apart. Stopping is counted by
stop_rate.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from bench import checks
from bench.behaviour import Inventory, attempts, behaviour, final_of
from bench.metrics.exact_match import normalise
from bench.record import Output, Score
from bench.stats.scores import rate, share

HIGHER_IS_BETTER = True
UNIT = "rate"
SIGNATURE = "instruction_following answered*format*content strict"
SHORT = 5
"""Words up to which a reference is taken as the key of an item without checks."""
NO_CHECKS = f"no verifiable checks and a reference longer than {SHORT} words"


class Verdict(NamedTuple):
    """One output's three parts; `None` where the item asks for no such thing."""

    example_id: str
    answered: bool
    format: bool | None
    content: bool | None
    refused: bool | None
    declared: bool

    @property
    def followed(self) -> bool:
        if self.refused is not None:
            return self.refused
        return self.answered and self.format is not False and self.content is not False


def score(outputs: Sequence[Output], argument: str = "") -> Score:
    """Share of outputs that follow (0..1, Wilson); items that nothing can verify are left out and counted."""
    inventory = Inventory.of(outputs)
    judged = [output for output in outputs if verifiable(output)]
    verdicts = [verdict(output, inventory) for output in judged]
    values = [(v.example_id, float(v.followed)) for v in verdicts]
    unscored = len(outputs) - len(judged)
    return rate(values, SIGNATURE, unscored, NO_CHECKS if unscored else "", parts(verdicts))


def verifiable(output: Output) -> bool:
    return output.expect == "refuse" or bool(output.checks) or bool(keys(output))


def keys(output: Output) -> list[str]:
    """References that can serve as the key: those that hold a word, when the first has at most five."""
    first = output.references[0] if output.references else ""
    if not 1 <= len(first.split()) <= SHORT:
        return []
    return [reference for reference in output.references if normalise(reference)]


def verdict(output: Output, inventory: Inventory) -> Verdict:
    declared = bool(output.checks)
    if output.expect == "refuse":
        return Verdict(output.example_id, False, None, None, behaviour(output, inventory) == "refusal", declared)
    content = part(output, "content") if declared else has_key(output)
    return Verdict(output.example_id, attempts(output, inventory), part(output, "format"), content, None, declared)


def part(output: Output, name: str) -> bool | None:
    """All checks of this part pass on the answer as generated; None when there is none."""
    wanted = [check for check in output.checks if checks.part(check) == name]
    return all(checks.passes(check, final_of(output)) for check in wanted) if wanted else None


def has_key(output: Output) -> bool:
    return any(has_words(final_of(output), key) for key in keys(output))


def has_words(answer: str, key: str) -> bool:
    """The key stands in the answer as whole words, both normalised as SQuAD does."""
    return re.search(rf"(?<!\w){re.escape(normalise(key))}(?!\w)", normalise(answer)) is not None


def parts(verdicts: Sequence[Verdict]) -> dict[str, float | None]:
    """Shares, each over the items that ask for it, and how many items declare checks or derive them."""
    asked = [v for v in verdicts if v.refused is None]
    return {
        "answered": true_share([v.answered for v in asked]),
        "format": true_share([v.format for v in asked]),
        "content": true_share([v.content for v in asked]),
        "refused": true_share([v.refused for v in verdicts]),
        "n_declared": float(sum(v.declared for v in asked)),
        "n_derived": float(sum(not v.declared for v in asked)),
        "n_refuse": float(len(verdicts) - len(asked)),
    }


def true_share(values: Sequence[bool | None]) -> float | None:
    known = [value for value in values if value is not None]
    return share(sum(known), len(known))
