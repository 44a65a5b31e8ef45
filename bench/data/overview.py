"""What a file holds, counted: lengths, categories, labels and drops, as plain data for whoever shows it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.data.example import Dropped, Example, Loaded

TOP = 10
"""Categories that are named; the others are counted together."""
PLACES = 3
"""Places that are named of each reason for dropping."""
FIRST = 5
"""Examples that are shown."""


@dataclass(frozen=True)
class Lengths:
    """How long texts are, in tokens."""

    texts: int
    shortest: int
    median: int
    """The middle length, the lower one of two."""
    p95: int
    """95 % of the texts are at most this long."""
    longest: int
    buckets: tuple[int, ...]
    """Texts of 0-1 tokens, then 2, 3-4, 5-8, 9-16, ... up to the longest."""


@dataclass(frozen=True)
class DroppedGroup:
    """Drops for like reasons."""

    reason: str
    """The first one's."""
    rows: int
    places: tuple[str, ...]
    """The first few, as `file:line`."""


@dataclass(frozen=True)
class Overview:
    """All that is said about a file."""

    loaded: Loaded
    words: int
    """In instructions, inputs, earlier turns and all accepted answers, separated by white space."""
    prompts: Lengths | None
    """Of what is asked, without a template; None when no tokens were counted."""
    answers: Lengths | None
    """Of the first accepted answer; None when no tokens were counted."""
    categories: tuple[tuple[str, int], ...]
    """(category, examples), most frequent first, at most TOP; empty when no example has one."""
    other_categories: tuple[int, int]
    """(categories, examples) that are not among the first; "" is no category."""
    dropped: tuple[DroppedGroup, ...]
    """Most frequent first."""
    first: tuple[Example, ...]


def overview(loaded: Loaded, *, count_tokens: Callable[[Sequence[str]], list[int]] | None = None) -> Overview:
    """Everything `tunebench data show` prints; `count_tokens` gives the length of each text in tokens."""
    named = Counter(example.category for example in loaded.examples if example.category).most_common()
    rest = named[TOP:] if len(named) > TOP + 1 else []
    shown = named[: len(named) - len(rest)]
    return Overview(
        loaded,
        words(loaded.examples),
        prompts=lengths(count_tokens([asked(e) for e in loaded.examples])) if count_tokens else None,
        answers=lengths(count_tokens([e.response for e in loaded.examples])) if count_tokens else None,
        categories=tuple(shown),
        other_categories=(len(rest), sum(n for _, n in rest)),
        dropped=by_reason(loaded.dropped),
        first=loaded.examples[:FIRST],
    )


def summary(loaded: Loaded) -> dict[str, Any]:
    """The same in numbers, ready for JSON; nothing heavy is needed for it."""
    return {
        "format": loaded.format,
        "container": loaded.container,
        "examples": len(loaded.examples),
        "references": loaded.references,
        "words": words(loaded.examples),
        "labels": loaded.labels,
        "dropped": [drop._asdict() for drop in loaded.dropped],
        "contradictions": list(loaded.contradictions),
        "sha256": loaded.sha256,
    }


def asked(example: Example) -> str:
    """Everything before the answer: system message, earlier turns, instruction and input."""
    turns = (text for turn in example.history for text in turn)
    return "\n".join(text for text in (example.system, *turns, example.question) if text)


def words(examples: Iterable[Example]) -> int:
    return sum(len(asked(e).split()) + sum(len(answer.split()) for answer in e.responses) for e in examples)


def lengths(counts: Sequence[int]) -> Lengths | None:
    """None without texts."""
    if not counts:
        return None
    ordered = sorted(counts)
    buckets = Counter(bucket(count) for count in counts)
    return Lengths(
        texts=len(ordered),
        shortest=ordered[0],
        median=ordered[(len(ordered) - 1) // 2],
        p95=ordered[-(-len(ordered) * 95 // 100) - 1],
        longest=ordered[-1],
        buckets=tuple(buckets[place] for place in range(max(buckets) + 1)),
    )


def bucket(count: int) -> int:
    """0 for 0-1, 1 for 2, 2 for 3-4, 3 for 5-8, ...: twice as wide each time, as lengths are skewed."""
    return max(0, count - 1).bit_length()


def bucket_name(place: int) -> str:
    """ "0-1", "2", "3-4", "5-8", ..."""
    low, high = (2 ** (place - 1) + 1, 2**place) if place else (0, 1)
    return f"{low:,}" if low == high else f"{low:,}-{high:,}"


def by_reason(dropped: Iterable[Dropped]) -> tuple[DroppedGroup, ...]:
    """Drops whose reasons differ in nothing but numbers and quoted text are one group."""
    groups: dict[str, list[Dropped]] = {}
    for drop in dropped:
        groups.setdefault(re.sub(r"'[^']*'|\"[^\"]*\"|\d+", "#", drop.reason), []).append(drop)
    found = [
        DroppedGroup(group[0].reason, len(group), tuple(drop.where for drop in group[:PLACES]))
        for group in groups.values()
    ]
    return tuple(sorted(found, key=lambda group: -group.rows))
