"""From pairs to dataset.jsonl: what people kept and what passed the checks, without near-copies, split by passage.

A row says whether a person has decided about it (`status`); `reviewed_only` leaves out all others. The splits never
share a passage, which is asserted and not assumed (bench/data/leakage.py).
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bench.data.example import Example
from bench.data.leakage import assert_no_leakage
from bench.data.splits import SPLITS, split_examples
from bench.errors import UserError
from bench.record import write_atomic
from bench.synthesis.config import STAMP
from bench.synthesis.curate import curate, failures, passes
from bench.synthesis.dataset import as_json, row
from bench.synthesis.dedup import copies
from bench.synthesis.review import KEPT, statuses_of
from bench.synthesis.rows import (
    DATASET,
    DROPPED,
    INSTRUCTIONS,
    Dropped,
    Instruction,
    Pair,
    read_rows,
    whole_lines,
    write_rows,
)
from bench.synthesis.shuffled import dealt

Tell = Callable[[int, int], None]
"""Told (pairs checked, pairs in all) now and then."""
STAGES = ("curate", "dedup")
"""Drops of these stages are found anew every time."""
REJECTED = "rejected by a reviewer"
RULE = "source:80/10/10"


@dataclass(frozen=True)
class Built:
    """A dataset with what was left out of it."""

    pairs: tuple[Pair, ...]
    """In the dataset, in the order of the instructions."""
    split_of: Mapping[str, str]
    """Pair id -> train, validation or test."""
    dropped: tuple[Dropped, ...]
    """Rejected by a person, failed by a check, or a near-copy."""

    @property
    def counts(self) -> dict[str, int]:
        """Split -> rows."""
        found = Counter(self.split_of.values())
        return {part: found[part] for part in SPLITS}


def build_dataset(folder: Path, *, reviewed_only: bool = False, tell: Tell = lambda done, total: None) -> Built:
    """Writes dataset.jsonl, and the reasons for what is not in it into dropped.jsonl.

    Raises UserError when nothing is left.
    """
    curate(folder, tell)
    every = in_order(statuses_of(folder), read_rows(folder / INSTRUCTIONS, Instruction))
    refused = [Dropped(id=pair.id, stage="curate", reason=why) for pair in every if (why := unfit(pair, reviewed_only))]
    fit = [pair for pair in every if not unfit(pair, reviewed_only)]
    repeated = near_copies(fit)
    pairs = [pair for pair in fit if pair.id not in {one.id for one in repeated}]
    if not pairs:
        raise UserError(f"{folder}: none of {len(every)} pairs may be in a dataset: {most(refused)}")
    how = how_before(folder)
    built = Built(tuple(pairs), split_by_passage(pairs, folder, how), (*refused, *repeated))
    rows = [row(pair, built.split_of[pair.id], how.open_book) for pair in pairs]
    write_atomic(folder / DATASET, "".join(map(as_json, dealt(rows) if how.deal else rows)))
    others = [one for one in read_rows(folder / DROPPED, Dropped) if one.stage not in STAGES]
    write_rows(folder / DROPPED, [*others, *built.dropped])
    return built


def in_order(pairs: Sequence[Pair], instructions: Iterable[Instruction]) -> list[Pair]:
    """By instruction, not by which thread was first."""
    places = {one.id: place for place, one in enumerate(instructions)}
    return sorted(pairs, key=lambda pair: (places.get(pair.id, len(places)), pair.id))


def unfit(pair: Pair, reviewed_only: bool) -> str:
    """Why a pair may not be in the dataset, or "". What a person decided wins over the checks."""
    if pair.status in KEPT:
        return ""
    if pair.status == "rejected":
        return REJECTED
    if not passes(pair):
        return "; ".join(failures(pair))
    return "not reviewed" if reviewed_only else ""


def near_copies(pairs: Sequence[Pair]) -> list[Dropped]:
    """Copies of others; a pair that a person kept is nobody's copy."""
    order = sorted(range(len(pairs)), key=lambda place: (pairs[place].status not in KEPT, place))
    found = copies([(pairs[place].instruction, pairs[place].response) for place in order])
    named = [(pairs[order[copy.first]], pairs[order[copy.second]], copy.similarity) for copy in found]
    return [
        Dropped(id=other.id, stage="dedup", reason=f"near-copy of {first.id} (ROUGE-L {alike:.2f})")
        for first, other, alike in named
        if other.status not in KEPT
    ]


def most(refused: Sequence[Dropped]) -> str:
    reason, count = Counter(one.reason for one in refused).most_common(1)[0]
    return f"{count} are {reason!r}"


def split_by_passage(pairs: Sequence[Pair], folder: Path, how: "How") -> dict[str, str]:
    """Pair id -> split; no passage, question or near-copy stands in two."""
    examples = [
        Example(
            id=pair.id,
            instruction=pair.instruction,
            input=pair.context if how.open_book else "",
            responses=(pair.response,),
            source=pair.passage_id,
        )
        for pair in pairs
    ]
    parts = split_examples(examples, how.rule, seed=how.seed)
    assert_no_leakage(*(parts[part] for part in SPLITS), where=str(folder / DATASET))
    return {one.id: part for part in SPLITS for one in parts[part]}


class How(NamedTuple):
    """What `tunebench synthesize` was told about the dataset."""

    open_book: bool
    """Whether rows give their passage as input."""
    rule: str
    seed: int
    deal: bool = False
    """Whether training rows give another one's passage, too."""


def how_before(folder: Path) -> How:
    """As the run and the dataset before this one had it."""
    stamp, dataset = folder / STAMP, folder / DATASET
    told = json.loads(stamp.read_text(encoding="utf-8")) if stamp.is_file() else {}
    first = next(whole_lines(dataset), "")
    open_book = told.get("open_book", "input" in (json.loads(first) if first.strip() else {}))
    return How(bool(open_book), told.get("split") or RULE, int(told.get("seed", 0)), bool(told.get("deal")))
