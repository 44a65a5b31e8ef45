"""Consistency: whether several answers to one question agree.

Over samples (self-consistency, arXiv 2203.11171) or paraphrases of the question (arXiv 2102.01017).
Agreement is no truth: a model that is always wrong in the same way agrees with itself.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

from bench import checks
from bench.behaviour import final_of
from bench.metrics.exact_match import normalise
from bench.record import Output, Score
from bench.stats.scores import SHARE, Values, mean

COLUMNS = ("consistency", "agreement_majority")
HIGHER_IS_BETTER = dict.fromkeys(COLUMNS, True)
UNIT = dict.fromkeys(COLUMNS, "score")
FLOORS = ()
READS = ("template", "raw", "samples")
SHORT = 5
"""Words up to which two answers either are the same or are not."""
MEMBERS = 50
"""Answers of one group that are compared; pairs grow with the square."""
WORDS = 1000
"""Words of one answer that are compared."""


class Said(NamedTuple):
    """An answer, ready to be compared."""

    text: str
    """Normalised as SQuAD does; "" for an empty answer."""
    words: frozenset[int]
    """A number for each (word, its how-manieth occurrence): the shared words of two answers are an intersection."""


def score(outputs: Sequence[Output], argument: str = "") -> Mapping[str, Score]:
    """Means over groups (0..1) of agreeing pairs and of the most frequent answer's share, with intervals over groups.

    A group is `Output.group`, or else the example id; `n` counts outputs, `parts` the groups.
    """
    groups = by_group(outputs)
    judged = {name: said for name, said in groups.items() if len(said) > 1 and any(one.text for one in said)}
    n = sum(len(said) for said in judged.values())
    why = reasons(outputs, groups)
    pairs = [(name, pair_agreement(said)) for name, said in judged.items()]
    majority = [(name, majority_share(said)) for name, said in judged.items()]
    return {
        "consistency": column("consistency pairs same-normalised|token-F1>5words", pairs, n, len(outputs), why),
        "agreement_majority": column("agreement_majority same-normalised", majority, n, len(outputs), why),
    }


def column(signature: str, values: Values, n: int, total: int, why: str) -> Score:
    made = mean(values, f"{signature} by group", total - n, why, {"groups": float(len(values))}, SHARE)
    return replace(made, n=n)


def by_group(outputs: Sequence[Output]) -> dict[str, list[Said]]:
    """Group -> its first 50 answers."""
    groups: dict[str, list[Said]] = defaultdict(list)
    numbers: dict[tuple[str, int], int] = {}
    for output in outputs:
        members = groups[output.group or output.example_id]
        if len(members) < MEMBERS:
            members.append(heard(final_of(output), numbers))
    return groups


def heard(answer: str, numbers: dict[tuple[str, int], int]) -> Said:
    # "A" is an article to SQuAD, and an answer to a question with choices.
    text = normalise(answer) or checks.normalise(answer)
    seen: Counter[str] = Counter()
    words = set()
    for word in text.split()[:WORDS]:
        seen[word] += 1
        words.add(numbers.setdefault((word, seen[word]), len(numbers)))
    return Said(text, frozenset(words))


def pair_agreement(said: Sequence[Said]) -> float:
    """Mean over all pairs of how far they agree."""
    agreed = [agreement(one, other) for one, other in combinations(said, 2)]
    return sum(agreed) / len(agreed)


def agreement(one: Said, other: Said) -> float:
    """1 for the same answer; token F1 where one is longer than five words; two silences agree on nothing."""
    if one.text == other.text:
        return float(bool(one.text))
    if max(len(one.words), len(other.words)) <= SHORT:
        return 0.0
    return 2 * len(one.words & other.words) / (len(one.words) + len(other.words))


def majority_share(said: Sequence[Said]) -> float:
    """Share of the most frequent answer that says something; 1/k when all k differ."""
    counts = Counter(one.text for one in said if one.text)
    return max(counts.values()) / len(said)


def reasons(outputs: Sequence[Output], groups: Mapping[str, Sequence[Said]]) -> str:
    alone = sum(len(said) == 1 for said in groups.values())
    silent = sum(len(said) for said in groups.values() if len(said) > 1 and not any(one.text for one in said))
    beyond = len(outputs) - sum(len(said) for said in groups.values())
    said = {
        "answered only once (no other sample or paraphrase)": alone,
        "in groups where every answer is empty": silent,
        f"beyond the first {MEMBERS} of their group": beyond,
    }
    return "; ".join(f"{count} {reason}" for reason, count in said.items() if count)
