"""Near-duplicate search and the leakage check at full size: seconds, peak memory, and recall of planted copies.

Run by hand: `python benchmarks/near_duplicates.py 50000`. Text lengths are those of Alpaca (median 47 words of
instruction, input and output together, longest 436), the words are invented.
"""

import argparse
import random
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from bench.data.duplicates import near_duplicates, shingles, similarity, words
from bench.data.example import Example, Loaded
from bench.data.leakage import find_leaks
from bench.data.lint import lint

SYLLABLES = [a + b for a in "bcdfghklmnprstvwz" for b in "aeiou"]


def invented(count: int, planted: float = 0.02) -> tuple[list[str], list[tuple[int, int]]]:
    """(texts, (original, copy) of the planted near-duplicates, which differ in one word of every thirty)."""
    rng = random.Random(0)
    vocabulary = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(30000)]
    weights = [1 / (rank + 5) for rank in range(len(vocabulary))]
    stream = rng.choices(vocabulary, weights, k=40 * count + 1000)
    phrases = [rng.choices(vocabulary, weights, k=5) for _ in range(300)]
    texts: list[str] = []
    copies: list[tuple[int, int]] = []
    for index in range(count):
        original = rng.randrange(index) if index and rng.random() < planted else None
        if original is not None and len(texts[original].split()) > 30:
            copies.append((original, index))
            texts.append(altered(texts[original], rng, vocabulary))
        else:
            texts.append(composed(rng, stream, phrases))
    return texts, copies


def composed(rng: random.Random, stream: list[str], phrases: list[list[str]]) -> str:
    size = max(5, min(436, int(rng.lognormvariate(3.8, 0.75))))
    start = rng.randrange(len(stream) - size)
    chosen = rng.sample(stream[start : start + size], size)
    for _ in range(size // 30 + 1):
        chosen += rng.choice(phrases)
    return " ".join(chosen)


def altered(text: str, rng: random.Random, vocabulary: list[str]) -> str:
    chosen = text.split()
    for place in rng.sample(range(len(chosen)), len(chosen) // 30):
        chosen[place] = rng.choice(vocabulary)
    return " ".join(chosen)


def templated(count: int) -> tuple[list[str], list[tuple[int, int]]]:
    """The hard case: rows from 20 long templates with three slots, so that most of a row stands in thousands."""
    rng = random.Random(0)
    vocabulary = ["".join(rng.choices(SYLLABLES, k=3)) for _ in range(3000)]
    templates = [[rng.choice(vocabulary) for _ in range(40)] for _ in range(20)]
    texts = []
    for _ in range(count):
        row = list(rng.choice(templates))
        for place in (8, 20, 32):
            row[place : place + 2] = rng.choices(vocabulary[:200], k=2)
        texts.append(" ".join(row))
    return texts, []


def timed(what: str, run: Callable[[], Any]) -> Any:
    before = time.perf_counter()
    result = run()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}: {time.perf_counter() - before:.1f} s, {len(result)} found, peak {peak:.0f} MiB of the process")
    return result


def search(kind: str, way: str, count: int) -> None:
    texts, copies = (invented if kind == "invented" else templated)(count)
    what = f"near_duplicates, {kind}, {way}, {count:,} texts"
    pairs = timed(what, lambda: near_duplicates(texts, minhash=way == "minhash"))
    found = {pair.second for pair in pairs}
    real = [copy for first, copy in copies if alike(texts[first], texts[copy])]
    if real:
        hits = sum(copy in found for copy in real)
        print(f"  planted copies found: {hits} of {len(real)} with a similarity of 0.8 or more ({len(copies)} planted)")


def alike(one: str, other: str) -> bool:
    return similarity(shingles(words(one)), shingles(words(other))) >= 0.8


def examples(kind: str, count: int) -> tuple[Example, ...]:
    """Half a text is the question and half the answer."""
    texts, _ = (invented if kind == "invented" else templated)(count)
    halves = ((text[: len(text) // 2], text[len(text) // 2 :]) for text in texts)
    return tuple(
        Example(id=str(index), instruction=question, responses=(answer,), where=str(index + 1))
        for index, (question, answer) in enumerate(halves)
    )


def check(kind: str, _: str, count: int) -> None:
    rows, tenth = examples(kind, count), count // 10
    what = f"find_leaks, {kind}, 2 x {tenth:,} in {8 * tenth:,} examples"
    timed(what, lambda: find_leaks(rows[: 8 * tenth], rows[8 * tenth :]))


def linted(kind: str, way: str, count: int) -> None:
    loaded = Loaded("invented", "alpaca", "jsonl", "", examples(kind, count))
    timed(f"lint {way}, {kind}, {count:,} examples", lambda: lint(loaded, near=way == "all"))


JOBS: tuple[tuple[Callable[[str, str, int], None], str, float], ...] = (
    (search, "exact", 1),
    (search, "minhash", 1),
    (check, "", 2),
    (linted, "without near-duplicates", 1),
    (linted, "all", 1),
)
"""(job, its variant, rows as a multiple of those asked for)."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=50000)
    parser.add_argument("--templated", action="store_true", help="the hard case, too; MinHash takes many minutes on it")
    arguments = parser.parse_args()
    for kind in ("invented", "templated")[: 1 + arguments.templated]:
        for job, way, times in JOBS:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:  # so that each peak is its own
                fresh.submit(job, kind, way, int(times * arguments.rows)).result()


if __name__ == "__main__":
    main()
