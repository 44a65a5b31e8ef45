"""Near-copies among 50,000 instruction pairs: seconds, peak memory, and how many planted copies are found.

Run by hand: `python benchmarks/dedup.py 50000`. Texts are invented, word frequencies fall as in language. A planted
copy has one word of every eight of question and answer changed; ROUGE-L says which of them are copies at all. The
"templated" rows are the hard case: questions of twelve templates, answers of twelve sentence patterns.
"""

import argparse
import random
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from bench.metrics._rouge import reader, rouge_l
from bench.synthesis.dedup import THRESHOLD, copies

SYLLABLES = [a + b for a in "bcdfghklmnprstvwz" for b in "aeiou"]
PLANTED = 0.02

Pair = tuple[str, str]


def invented(count: int) -> tuple[list[Pair], list[tuple[int, int]]]:
    """(pairs, (original, copy) of the planted ones)."""
    rng = random.Random(0)
    words = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(30_000)]
    weights = [1 / (rank + 5) for rank in range(len(words))]
    stream = iter(rng.choices(words, weights, k=60 * count))
    pairs: list[Pair] = []
    planted: list[tuple[int, int]] = []
    for index in range(count):
        if index and rng.random() < PLANTED:
            original = rng.randrange(index)
            planted.append((original, index))
            pairs.append((altered(pairs[original][0], rng, words), altered(pairs[original][1], rng, words)))
        else:
            pairs.append((text(stream, rng.randint(5, 14)), text(stream, rng.randint(8, 40))))
    return pairs, planted


def text(stream: Iterator[str], size: int) -> str:
    return " ".join(next(stream) for _ in range(size))


def altered(said: str, rng: random.Random, words: list[str]) -> str:
    chosen = said.split()
    for place in rng.sample(range(len(chosen)), len(chosen) // 8):
        chosen[place] = rng.choice(words)
    return " ".join(chosen)


def templated(count: int) -> tuple[list[Pair], list[tuple[int, int]]]:
    rng = random.Random(0)
    words = ["".join(rng.choices(SYLLABLES, k=3)) for _ in range(4000)]
    questions = [[rng.choice(words[:300]) for _ in range(8)] for _ in range(12)]
    answers = [[rng.choice(words[:300]) for _ in range(12)] for _ in range(12)]
    return [(filled(questions, words, rng, 2), filled(answers, words, rng, 6)) for _ in range(count)], []


def filled(patterns: list[list[str]], words: list[str], rng: random.Random, slots: int) -> str:
    row = list(rng.choice(patterns))
    for place in rng.sample(range(len(row)), slots):
        row[place] = rng.choice(words)
    return " ".join(row)


def search(kind: str, count: int) -> None:
    pairs, planted = (invented if kind == "invented" else templated)(count)
    before, cpu = time.perf_counter(), time.process_time()
    found = {copy.second for copy in copies(pairs)}
    seconds, cpu = time.perf_counter() - before, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"copies, {kind}, {count:,} pairs: {seconds:.1f} s ({cpu:.1f} s of CPU), {len(found)} found, {peak:.0f} MiB")
    real = [copy for original, copy in planted if alike(pairs[original], pairs[copy])]
    if real:
        print(
            f"  planted copies found: {sum(copy in found for copy in real)} of {len(real)} with ROUGE-L >= {THRESHOLD}"
        )


def alike(one: Pair, other: Pair) -> bool:
    read = reader()
    return all(rouge_l(read(left), read(right)) >= THRESHOLD for left, right in zip(one, other, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=int, nargs="?", default=50_000)
    arguments = parser.parse_args()
    for kind in ("invented", "templated"):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:  # so that each peak is its own
            fresh.submit(search, kind, arguments.pairs).result()


if __name__ == "__main__":
    main()
