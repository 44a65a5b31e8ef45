"""A row of the last file, dataset.jsonl, which `bench/data` reads: with its evidence, split and status."""

import json
from typing import Any

from bench.synthesis.rows import Pair


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
    return json.dumps(values, ensure_ascii=False) + "\n"
