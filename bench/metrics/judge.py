"""An LLM judge beside the rules: followed or not, with Cohen's kappa between the two (arXiv 2306.05685; Cohen 1960).

The one metric that uses the network, and may cost money: off unless BENCH_JUDGE_URL and BENCH_JUDGE_MODEL are
set (BENCH_JUDGE_KEY where the endpoint wants one). Works with any OpenAI-compatible endpoint.
"""

import os
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from bench.metrics import instruction_following
from bench.metrics._judging import Judgement, is_address, judged
from bench.record import Output, Score
from bench.stats.intervals import RESAMPLES
from bench.stats.scores import NO_OUTPUTS, rate

COLUMNS = ("judge", "judge_kappa")
HIGHER_IS_BETTER = {"judge": True, "judge_kappa": None}
UNIT = {"judge": "rate", "judge_kappa": "index"}
FLOORS = ()

OFF = "no judge: set BENCH_JUDGE_URL and BENCH_JUDGE_MODEL (and BENCH_JUDGE_KEY) to an OpenAI-compatible endpoint"
NO_ADDRESS = "BENCH_JUDGE_URL is no http or https address; expected one like http://localhost:8000/v1"
NO_SDK = "the judge needs the openai package: pip install 'tunebench[judge]'"


def score(outputs: Sequence[Output], argument: str = "") -> Mapping[str, Score]:
    """judge: share judged followed (0..1, Wilson); judge_kappa: -1..1 against our own instruction_following.

    Goes to the network only where the environment names an endpoint; without one, or with a dead one, both are
    None and `why` says so.
    """
    url, model = os.environ.get("BENCH_JUDGE_URL", ""), os.environ.get("BENCH_JUDGE_MODEL", "")
    if why := unusable(outputs, url, model):
        return {column: none(column, len(outputs), why, model) for column in COLUMNS}
    try:
        found = judged(outputs, url, model, os.environ.get("BENCH_JUDGE_KEY", ""))
    except ImportError:
        return {column: none(column, len(outputs), NO_SDK, model) for column in COLUMNS}
    values = [(outputs[place].example_id, verdict) for place, verdict in found.verdicts.items()]
    share = rate(values, signature("judge", model), len(outputs) - len(values), reasons(found, len(outputs)))
    return {"judge": share, "judge_kappa": agreement(outputs, dict(values), model)}


def unusable(outputs: Sequence[Output], url: str, model: str) -> str:
    if not outputs:
        return NO_OUTPUTS
    if not url or not model:
        return OFF
    return "" if is_address(url) else NO_ADDRESS


def none(column: str, unscored: int, why: str, model: str) -> Score:
    return Score(None, 0, unscored, why, signature=signature(column, model))


def reasons(found: Judgement, total: int) -> str:
    counts = Counter(found.failures.values())
    said = [f"{count} {why}" for why, count in counts.items()]
    not_asked = total - len(found.verdicts) - len(found.failures)
    return "; ".join([*said, f"{not_asked} not asked after that"] if not_asked else said)


def agreement(outputs: Sequence[Output], judge: Mapping[str, float], model: str) -> Score:
    """Kappa over the outputs that both scored; None where one side says the same of all, for chance is then all."""
    rules = followed(outputs)
    both = [example_id for example_id in judge if example_id in rules]
    pairs = [(int(rules[example_id]), int(judge[example_id])) for example_id in both]
    why = no_kappa(pairs)
    if why:
        return none("judge_kappa", len(outputs), why, model)
    from sklearn.metrics import cohen_kappa_score

    value = float(cohen_kappa_score(*zip(*pairs, strict=True)))
    low, high = interval(pairs)
    return Score(
        value=value,
        n=len(pairs),
        unscored=len(outputs) - len(pairs),
        why="" if len(pairs) == len(outputs) else "the rest was scored by one of the two or by none",
        low=min(low, value),
        high=max(high, value),
        signature=signature("judge_kappa", model),
        parts={"agreed": sum(ours == theirs for ours, theirs in pairs) / len(pairs)},
    )


def followed(outputs: Sequence[Output]) -> Mapping[str, float]:
    """Example id -> our own verdict, where the rules have one."""
    found = instruction_following.score(outputs)
    return (found if isinstance(found, Score) else found["instruction_following"]).per_example


def no_kappa(pairs: Sequence[tuple[int, int]]) -> str:
    if not pairs:
        return "no output that both the judge and instruction_following scored"
    for side, name in enumerate(("instruction_following", "the judge")):
        if len({pair[side] for pair in pairs}) == 1:
            return f"{name} says the same of all {len(pairs)} shared outputs; kappa is not defined"
    return ""


def interval(pairs: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """2000 resamples of the pairs, as draws of their 2 x 2 table; those where a side is constant have no kappa."""
    table = np.bincount([2 * ours + theirs for ours, theirs in pairs], minlength=4)
    drawn = np.random.default_rng(0).multinomial(len(pairs), table / len(pairs), RESAMPLES) / len(pairs)
    agreed = drawn[:, 0] + drawn[:, 3]
    ours, theirs = drawn[:, 2] + drawn[:, 3], drawn[:, 1] + drawn[:, 3]
    chance = ours * theirs + (1 - ours) * (1 - theirs)
    known = chance < 1 - 1e-12
    low, high = np.percentile((agreed[known] - chance[known]) / (1 - chance[known]), (2.5, 97.5))
    return float(low), float(high)


def signature(column: str, model: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        sdk = f"openai {version('openai')}"
    except PackageNotFoundError:
        sdk = "openai not installed"
    return f"{column} {model or 'off'} temperature:0 one-word prompt:1 {sdk}"
