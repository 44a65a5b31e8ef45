"""From a novel to its dataset by the rule teacher, and retrieval over many passages: times and what was made.

python benchmarks/synthesis.py BOOK.txt [BOOK.txt ...]
"""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from statistics import median

from bench.data.duplicates import near_duplicates
from bench.synthesis.config import Settings
from bench.synthesis.curate import passes
from bench.synthesis.ground import beyond, flat, looked_up
from bench.synthesis.pipeline import Pipeline
from bench.synthesis.retrieval import Retrieval
from bench.synthesis.review import statuses_of
from bench.synthesis.rows import PAIRS, Pair, Passage, read_rows

PASSAGES, QUERIES = 10_000, 200


def main(books: list[str]) -> None:
    for book in books:
        novel(Path(book))
    retrieval()


def novel(book: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(book, Path(folder), templates="novel")
        began, used = time.perf_counter(), time.process_time()
        for done in Pipeline(settings).run():
            print(f"  {done.stage:<9} {done.made:>7,} rows {done.dropped:>7,} dropped", time.perf_counter() - began)
        spent, cpu = time.perf_counter() - began, time.process_time() - used
        pairs = read_rows(Path(folder) / PAIRS, Pair)
        accepted = [pair for pair in statuses_of(Path(folder)) if passes(pair)]
    supported = sum(is_supported(pair) for pair in pairs)
    texts = [f"{pair.instruction}\n{pair.response}" for pair in accepted]
    copies = {pair.second for pair in near_duplicates(texts, 0.8)}
    print(f"{book.name}: {len(accepted)} accepted pairs in {spent:.1f} s ({cpu:.1f} s of CPU)")
    print(f"  types: {dict(Counter(pair.type for pair in accepted))}")
    print(f"  supported by their evidence: {supported}/{len(pairs)}; near-duplicates: {len(copies)}/{len(texts)}")


def is_supported(pair: Pair) -> bool:
    return flat(pair.evidence) in flat(pair.context) and not beyond(
        looked_up(pair.instruction, pair.response, pair.evidence)
    )


def retrieval() -> None:
    """Passages of 120 invented words each from a vocabulary with the frequencies of Zipf's law."""
    rng = Random(0)
    words = [f"w{number}" for number in range(20_000)]
    weights = [1 / (rank + 1) for rank in range(len(words))]
    passages = [
        Passage(
            id=f"p{number}", chapter=1, text=" ".join(rng.choices(words, weights, k=120)), start=0, end=1, source="x"
        )
        for number in range(PASSAGES)
    ]
    began = time.perf_counter()
    index = Retrieval(passages)
    print(f"index of {PASSAGES:,} passages: {time.perf_counter() - began:.1f} s")
    times = [timed(index, " ".join(rng.choices(words, weights, k=8))) for _ in range(QUERIES)]
    print(f"query: median {1000 * median(times):.2f} ms, slowest of {QUERIES} {1000 * max(times):.2f} ms")


def timed(index: Retrieval, question: str) -> float:
    began = time.perf_counter()
    index.find(question, 8)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(sys.argv[1:])
