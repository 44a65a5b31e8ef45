"""General text that no model was tuned on (bench/corpus/held_out.py makes it); forgetting is what is lost on it."""

import json

from bench import catalog

PATH = catalog.FIXTURES / "corpus" / "held_out.jsonl"


def held_out_rows() -> list[dict[str, str]]:
    """`id` and `text` of each document."""
    return [json.loads(line) for line in PATH.read_text(encoding="utf-8").splitlines()]
