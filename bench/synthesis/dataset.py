"""The last file, dataset.jsonl: rows that `bench/data` reads, split by passage, with their evidence and status."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.data.example import Example
from bench.data.leakage import assert_no_leakage
from bench.data.splits import split_examples
from bench.record import write_atomic
from bench.synthesis.config import Settings
from bench.synthesis.curate import passes
from bench.synthesis.dedup import copies
from bench.synthesis.rows import DATASET, Pair


class Built(NamedTuple):
    rows: int
    failed: int
    """Pairs that an automatic check stopped and that nobody accepted."""
    rejected: int
    """Pairs that a reviewer rejected."""
    copies: int
    """Pairs that repeat an earlier one."""


def build(folder: Path, pairs: Sequence[Pair], settings: Settings) -> Built:
    """Writes dataset.jsonl from checked pairs with their status; raises UserError where splits would leak."""
    kept = [pair for pair in pairs if pair.status in ("accepted", "edited") or stands(pair)]
    again = {copy.second for copy in copies([(pair.instruction, pair.response) for pair in kept])}
    single = [pair for place, pair in enumerate(kept) if place not in again]
    parts = split_of(folder, single, settings)
    lines = [as_json(row(pair, parts[pair.id], settings.open_book)) for pair in single]
    write_atomic(folder / DATASET, "".join(lines))
    rejected = sum(pair.status == "rejected" for pair in pairs)
    return Built(len(single), len(pairs) - len(kept) - rejected, rejected, len(again))


def stands(pair: Pair) -> bool:
    """Unreviewed, and all automatic checks passed."""
    return pair.status == "unreviewed" and passes(pair)


def split_of(folder: Path, pairs: Sequence[Pair], settings: Settings) -> dict[str, str]:
    """Pair -> its split; pairs of one passage stand together. Too few passages are all for training."""
    examples = [
        Example(
            pair.id,
            pair.instruction,
            pair.context if settings.open_book else "",
            (pair.response,),
            source=pair.passage_id,
        )
        for pair in pairs
    ]
    parts = split_examples(examples, settings.split, seed=settings.seed)
    assert_no_leakage(parts["train"], parts["validation"], parts["test"], where=str(folder / DATASET))
    return {example.id: part for part, held in parts.items() for example in held}


def row(pair: Pair, split: str, open_book: bool) -> dict[str, Any]:
    """Lecture 9's record {instruction, response, type}, and where it comes from."""
    given = {"input": pair.context} if open_book else {}
    return {
        "id": pair.id,
        "split": split,
        "instruction": pair.instruction,
        **given,
        "response": pair.response,
        "type": pair.type,
        "category": pair.category,
        "difficulty": pair.difficulty,
        "evidence": pair.evidence,
        "passage_id": pair.passage_id,
        "source": pair.passage_id,
        "teacher": pair.teacher,
        "status": pair.status,
    }


def as_json(values: dict[str, Any]) -> str:
    import json

    return json.dumps(values, ensure_ascii=False) + "\n"
