"""Instruction following: answered, in the asked form, with right content (after IFEval, arXiv 2311.07911).

"Does what was asked" is not "is correct": `parts` gives the three shares apart. Stopping is counted by
stop_rate. Items with instructions of IFEval itself (a check whose kind has a colon) keep the official rule: every
instruction passes on the response as generated, strictly or in one of eight loose variants.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from bench import checks, ifeval
from bench.behaviour import Inventory, attempts, behaviour, final_of, of_each
from bench.metrics.exact_match import normalise
from bench.record import Output, Score
from bench.stats.intervals import bootstrap_ratio
from bench.stats.scores import rate, scored, share

COLUMNS = (
    "instruction_following",
    "instruction_following_loose",
    "instruction_level",
    "instruction_level_loose",
)
HIGHER_IS_BETTER = dict.fromkeys(COLUMNS, True)
UNIT = dict.fromkeys(COLUMNS, "rate")
SIGNATURE = "instruction_following answered*format*content strict"
LOOSE = "instruction_following answered*format*content loose:8-variants"
LEVEL = "instruction_level micro bootstrap-by-prompt:2000 "
SHORT = 5
"""Words up to which a reference is taken as the key of an item without checks."""
NO_CHECKS = f"no verifiable checks and a reference longer than {SHORT} words"
# Up to the end where the limit cut the thinking off: nothing is left then, and a blank response follows nothing.
THINKING = re.compile(r"<think>.*?(?:</think>\s*|\Z)", re.DOTALL)


class Ruling(NamedTuple):
    """One check on one output."""

    check: Mapping[str, Any]
    strict: bool
    loose: bool


class Verdict(NamedTuple):
    """One output's three parts; `None` where the item asks for no such thing."""

    output: Output
    answered: bool | None
    format: bool | None
    content: bool | None
    refused: bool | None
    rulings: tuple[Ruling, ...] = ()
    """One for each check of an item that declares them and wants an answer."""
    official: bool = False
    """The item keeps the rule of IFEval: all instructions pass."""

    @property
    def followed(self) -> bool:
        if self.refused is not None:
            return self.refused
        if self.official:
            return all(ruling.strict for ruling in self.rulings)
        return self.answered is not False and self.format is not False and self.content is not False

    @property
    def followed_loosely(self) -> bool:
        return all(ruling.loose for ruling in self.rulings) if self.official else self.followed

    @property
    def instructions(self) -> list[tuple[bool, bool]]:
        """(strict, loose) of each instruction; an item without checks is one instruction."""
        each = [(ruling.strict, ruling.loose) for ruling in self.rulings]
        return each or [(self.followed, self.followed_loosely)]


def score(outputs: Sequence[Output], argument: str = "") -> Mapping[str, Score]:
    """Shares (0..1) of outputs that follow (Wilson) and of single instructions followed (bootstrapped by prompt).

    Items that nothing can verify are left out and counted. `details` has the verdict on each check.
    """
    judged = [output for output in outputs if verifiable(output)]
    if all(map(is_official, judged)):
        verdicts = [verdict(output, Inventory()) for output in judged]
    else:
        verdicts = of_each(verdict, judged, Inventory.of(outputs))
    unscored = len(outputs) - len(verdicts)
    strict = [(v.output.example_id, float(v.followed)) for v in verdicts]
    loose = [(v.output.example_id, float(v.followed_loosely)) for v in verdicts]
    why = NO_CHECKS if unscored else ""
    main = rate(strict, SIGNATURE, unscored, why, parts(verdicts))
    return {
        "instruction_following": replace(main, details=details(verdicts)),
        "instruction_following_loose": rate(loose, LOOSE, unscored, why),
        "instruction_level": level(verdicts, 0, unscored, why),
        "instruction_level_loose": level(verdicts, 1, unscored, why),
    }


def verifiable(output: Output) -> bool:
    return output.expect == "refuse" or bool(output.checks) or bool(keys(output))


def is_official(output: Output) -> bool:
    """An answer is wanted, and at least one check is IFEval's own."""
    return output.expect != "refuse" and any(checks.is_ifeval(check) for check in output.checks)


def keys(output: Output) -> list[str]:
    """References that can serve as the key: those that hold a word, when the first has at most five."""
    first = output.references[0] if output.references else ""
    if not 1 <= len(first.split()) <= SHORT:
        return []
    return [reference for reference in output.references if normalise(reference)]


def verdict(output: Output, inventory: Inventory) -> Verdict:
    if output.expect == "refuse":
        return Verdict(output, None, None, None, behaviour(output, inventory) == "refusal")
    rulings = tuple(ruling(output, check) for check in output.checks)
    content = all_of(rulings, "content") if rulings else has_key(output)
    official = is_official(output)
    answered = None if official else attempts(output, inventory)
    return Verdict(output, answered, all_of(rulings, "format"), content, None, rulings, official)


def ruling(output: Output, check: Mapping[str, Any]) -> Ruling:
    """Checks of ours see the final answer, those of IFEval the response as generated, without what was thought."""
    if checks.is_ifeval(check):
        return Ruling(check, *ifeval.judge(without_thinking(output.text), check["kind"], checks.arguments(check)))
    passed = checks.passes(check, final_of(output))
    return Ruling(check, passed, passed)


def without_thinking(text: str | None) -> str:
    """The response without <think> blocks, and without what comes before a </think> that the prompt has opened."""
    said = text or ""
    thought, end, rest = said.partition("</think>")
    if end and "<think>" not in thought:
        said = rest.lstrip()
    return THINKING.sub("", said)


def all_of(rulings: Sequence[Ruling], part: str) -> bool | None:
    """All checks of this part pass; None when there is none."""
    passed = [ruling.strict for ruling in rulings if checks.part(ruling.check) == part]
    return all(passed) if passed else None


def has_key(output: Output) -> bool:
    return any(has_words(final_of(output), key) for key in keys(output))


def has_words(answer: str, key: str) -> bool:
    """The key stands in the answer as whole words, both normalised as SQuAD does."""
    return re.search(rf"(?<!\w){re.escape(normalise(key))}(?!\w)", normalise(answer)) is not None


def level(verdicts: Sequence[Verdict], way: int, unscored: int, why: str) -> Score:
    """Instructions followed / all instructions, strictly (0) or loosely (1); per example the item's share."""
    passed = [sum(instruction[way] for instruction in v.instructions) for v in verdicts]
    asked = [len(v.instructions) for v in verdicts]
    shares = [(v.output.example_id, hits / n) for v, hits, n in zip(verdicts, passed, asked, strict=True)]
    value, interval = share(sum(passed), sum(asked)), bootstrap_ratio(passed, asked)
    signature = LEVEL + ("strict", "loose")[way]
    return scored(shares, value, interval, signature, unscored, why, {"n_instructions": float(sum(asked))})


def details(verdicts: Sequence[Verdict]) -> dict[str, dict[str, list[Any]]]:
    """Example id -> the verdict on each check, for items that declare checks."""
    return {
        v.output.example_id: {
            "ids": [ruling.check["kind"] for ruling in v.rulings],
            "strict": [ruling.strict for ruling in v.rulings],
            "loose": [ruling.loose for ruling in v.rulings],
        }
        for v in verdicts
        if v.rulings
    }


def parts(verdicts: Sequence[Verdict]) -> dict[str, float | None]:
    """Shares, each over the items that ask for it, and how many items declare checks or derive them."""
    asked = [v for v in verdicts if v.refused is None]
    return {
        "answered": true_share([v.answered for v in asked]),
        "format": true_share([v.format for v in asked]),
        "content": true_share([v.content for v in asked]),
        "refused": true_share([v.refused for v in verdicts]),
        "n_declared": float(sum(bool(v.rulings) for v in asked)),
        "n_derived": float(sum(not v.rulings for v in asked)),
        "n_refuse": float(len(verdicts) - len(asked)),
        **truncated(verdicts),
        **by_type([ruling for v in verdicts for ruling in v.rulings if checks.is_ifeval(ruling.check)]),
    }


def truncated(verdicts: Sequence[Verdict]) -> dict[str, float | None]:
    """Share that the limit cut off, which "end with ..." hides; left out where nobody recorded how outputs ended."""
    finished = [v.output.finished for v in verdicts]
    return {"truncated": true_share([not done for done in finished])} if any(finished) else {}


def by_type(rulings: Sequence[Ruling]) -> dict[str, float | None]:
    """Strict shares by type and family, and apart for what only forbids or limits, which silence passes for free."""
    groups: dict[str, list[bool]] = {}
    for ruling in rulings:
        kind = ruling.check["kind"]
        limits = ifeval.is_upper_bound(kind, ruling.check)
        for name in (f"type:{kind}", f"family:{kind.partition(':')[0]}", "upper_bound" if limits else "others"):
            groups.setdefault(name, []).append(ruling.strict)
    return {name: true_share(groups[name]) for name in sorted(groups)}


def true_share(values: Sequence[bool | None]) -> float | None:
    known = [value for value in values if value is not None]
    return share(sum(known), len(known))
