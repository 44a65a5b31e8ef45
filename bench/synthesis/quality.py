"""Is the dataset any good? Diversity, grounding, coverage, duplication, length, balance, and rules against reviewer.

A pure function of a folder's rows; every number comes with what it is a share of, and is None with a reason where it
cannot be had.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.data.duplicates import normalised
from bench.metrics import diversity, grounding
from bench.metrics.judge import interval, no_kappa
from bench.record import Output, Score
from bench.synthesis.curate import CHECKED, CHECKS, passes
from bench.synthesis.curate_dataset import Built, build_dataset
from bench.synthesis.dedup import copies
from bench.synthesis.review import Review, read_decisions
from bench.synthesis.rows import DROPPED, PASSAGES, Dropped, Pair, Passage, read_rows
from bench.synthesis.scale import RECORD

FIELDS = ("type", "category", "difficulty")
REASONS = 8
"""Shown of each stage."""


@dataclass(frozen=True)
class Lengths:
    """Words of a text, over all rows."""

    least: int
    tenth: float
    """A tenth of the rows is as short as that, or shorter."""
    middle: float
    ninetieth: float
    most: int


@dataclass(frozen=True)
class Quality:
    """All that the report and the card say."""

    name: str
    built: Built
    statuses: Mapping[str, int]
    """Of the dataset's rows: accepted, edited, unreviewed."""
    reviewed: Mapping[str, int]
    """Of all decisions: rejected ones, too."""
    dropped: Mapping[str, Mapping[str, int]]
    """Stage -> reason -> items."""
    diversity: Mapping[str, Mapping[str, Score]]
    """ "instructions" and "answers" -> column -> score."""
    grounding: Score
    """Against the evidence alone."""
    entropy: Mapping[str, float | None]
    """Field -> entropy over its largest possible value, 0..1; None for fewer than two classes."""
    balance: Mapping[str, Mapping[str, int]]
    """Field -> class -> rows, most frequent first."""
    coverage: Mapping[str, Mapping[str, int]]
    """Type -> difficulty -> rows."""
    passages: tuple[int, int]
    """Passages that a row rests on, of all that were gathered; (n, 0) where those are not known."""
    chapters: tuple[int, int]
    copies: int
    """Near-copies that are still in the dataset."""
    several: int
    """Questions that are asked more than once, with other answers."""
    lengths: Mapping[str, Lengths]
    agreement: Score
    """Cohen's kappa of the checks and the reviewer; None with the reason."""
    checks: Mapping[str, int]
    """Check -> pairs, of all that were made, that did not pass it."""
    made: int
    """Pairs before checks, review and deduplication."""
    scaled: Mapping[str, Any]
    """scale.json, or {}."""


def quality_of(folder: Path, built: Built | None = None) -> Quality:
    """Measures dataset.jsonl; builds it first where `built` is not given."""
    built = built or build_dataset(folder)
    every = read_rows(folder / CHECKED, Pair)
    review = Review(folder, tuple(every), tuple(read_decisions(folder)))
    passages = read_rows(folder / PASSAGES, Passage)
    balance = {name: counted(getattr(pair, name) for pair in built.pairs) for name in FIELDS}
    return Quality(
        name=folder.resolve().name,
        built=built,
        statuses=counted(pair.status for pair in built.pairs),
        reviewed=dict(review.statuses),
        dropped=by_stage(read_rows(folder / DROPPED, Dropped)),
        diversity={"instructions": diverse(built, "instruction"), "answers": diverse(built, "response")},
        grounding=grounding.score([supported(pair) for pair in built.pairs]),
        entropy={name: entropy(classes) for name, classes in balance.items()},
        balance=balance,
        coverage=coverage(built.pairs),
        passages=covered(built, [passage.id for passage in passages]),
        chapters=chapters(built, passages),
        copies=len(copies([(pair.instruction, pair.response) for pair in built.pairs])),
        several=several(built.pairs),
        lengths={name: lengths(built, name) for name in ("instruction", "response")},
        agreement=agreement(review),
        checks={name: sum(bool(pair.checks.get(name)) for pair in every) for name in CHECKS},
        made=len(every),
        scaled=scaled(folder),
    )


def counted(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())


def by_stage(rows: Sequence[Dropped]) -> dict[str, dict[str, int]]:
    """Reasons without what differs from item to item: names in quotes, ids, numbers."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        found[row.stage][general(row.reason)] += 1
    return {stage: frequent(reasons) for stage, reasons in found.items()}


def frequent(reasons: Counter[str]) -> dict[str, int]:
    """The most frequent reasons, and the others in one line."""
    shown = dict(reasons.most_common(REASONS))
    others = reasons.total() - sum(shown.values())
    return shown | ({"for other reasons": others} if others else {})


def general(reason: str) -> str:
    """ "near-copy of i-3f2 (ROUGE-L 0.91)" -> "near-copy", "accuracy: the context does not name 'X'" -> the words."""
    words = reason.partition(" of i-")[0].partition("'")[0].partition('"')[0].split(";")[0]
    plain = " ".join(word for word in words.split() if not any(c.isdigit() for c in word))
    return plain.removesuffix(" name").strip("( ,:") or "other"


def diverse(built: Built, field: str) -> Mapping[str, Score]:
    return diversity.score([said(pair, getattr(pair, field)) for pair in built.pairs])


def said(pair: Pair, text: str) -> Output:
    return Output(pair.id, "template", "", text, (), pair.instruction)


def supported(pair: Pair) -> Output:
    return replace(said(pair, pair.response), source=pair.evidence)


def entropy(classes: Mapping[str, int]) -> float | None:
    """Shannon entropy over log of the number of classes: 1 when all are equally frequent."""
    total = sum(classes.values())
    if len(classes) < 2:
        return None
    return -sum(count / total * log(count / total) for count in classes.values()) / log(len(classes))


def coverage(pairs: Sequence[Pair]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for pair in pairs:
        found[pair.type][pair.difficulty] += 1
    return {kind: dict(levels) for kind, levels in sorted(found.items())}


def covered(built: Built, passages: Sequence[str]) -> tuple[int, int]:
    used = {pair.passage_id for pair in built.pairs}
    return len(used), len(passages)


def chapters(built: Built, passages: Sequence[Passage]) -> tuple[int, int]:
    """Chapters with a row, of all; (0, 0) for a text without chapters."""
    of = {passage.id: (passage.source, passage.chapter) for passage in passages if passage.chapter}
    return len({of[pair.passage_id] for pair in built.pairs if pair.passage_id in of}), len(set(of.values()))


def several(pairs: Sequence[Pair]) -> int:
    times = Counter(normalised(pair.instruction) for pair in pairs)
    return sum(count > 1 for count in times.values())


def lengths(built: Built, field: str) -> Lengths:
    words = sorted(len(getattr(pair, field).split()) for pair in built.pairs)
    tenths = quantiles(words, n=10, method="inclusive") if len(words) > 1 else [float(words[0])] * 9
    return Lengths(words[0], tenths[0], median(words), tenths[-1], words[-1])


def agreement(review: Review) -> Score:
    """Over the reviewed pairs as they were before any edit: do the checks pass what a person accepts unchanged?"""
    before = {pair.id: pair for pair in review.pairs}
    standing = review.standing
    pairs = [(int(passes(before[name])), int(one.what == "accepted")) for name, one in standing.items()]
    why = reason_for_none(pairs)
    if why:
        return Score(None, 0, len(pairs), why, signature="kappa checks reviewer")
    from sklearn.metrics import cohen_kappa_score

    value = float(cohen_kappa_score(*zip(*pairs, strict=True)))
    low, high = interval(pairs)
    agreed = sum(ours == theirs for ours, theirs in pairs) / len(pairs)
    return Score(
        value,
        len(pairs),
        low=min(low, value),
        high=max(high, value),
        signature="kappa checks reviewer",
        parts={"agreed": agreed},
    )


def reason_for_none(pairs: Sequence[tuple[int, int]]) -> str:
    """In the words of this report."""
    if not pairs:
        return "nothing was reviewed"
    said = no_kappa(pairs).replace("instruction_following says", "the checks say")
    return said.replace("the judge", "the reviewer").replace("shared outputs", "reviewed pairs")


def scaled(folder: Path) -> Mapping[str, Any]:
    import json

    path = folder / RECORD
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}
