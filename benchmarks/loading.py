"""From a file of Alpaca-like rows to ids and labels: rows a second and memory, beside `datasets` with the same work.

Run by hand: `python benchmarks/loading.py`. Every measurement is a process of its own, kept to two cores; the ways take
turns, so that a slow minute of the machine hits all of them. The rows are invented: like Alpaca's in their lengths, in
how many have no input, and in how many different words they have. `datasets` reads the same file with
`load_dataset("json")` into a fresh cache and maps the same template and tokenizer over it, in batches. The imports are
timed on their own and are no part of `seconds`.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "fixtures" / "models" / "tiny-gpt2"
TEMPLATE = "instruction_input_response"
MAX_LENGTH = 512
COMPARED = 1000
"""First rows whose ids and labels must be the same in all ways that keep the file's order."""

FREQUENT = [
    *("the", "a", "of", "to", "and", "in", "is", "for", "that", "with", "on", "as", "it", "this", "by", "are", "from"),
    *("an", "be", "or", "at", "which", "can", "your", "more", "not", "has", "was", "will", "one", "their", "when"),
    *("all", "have", "people", "time", "use", "other", "work", "water", "make", "food", "new", "they", "these", "many"),
    *("what", "how", "city", "small", "large", "light", "music", "sound", "energy", "health", "friend", "garden"),
    *("paper", "river", "system", "process", "number", "question", "answer", "example", "story", "reason", "because"),
    *("between", "through", "during", "before", "after", "while", "under", "over", "long", "short", "first", "second"),
    *("last", "best", "good", "great", "simple", "common", "different", "important", "possible", "several", "another"),
    *("each", "every", "often", "always", "never", "morning", "evening", "winter", "summer", "market", "village"),
    *("kitchen", "machine", "computer", "network", "data", "model", "student", "teacher", "doctor", "plan", "result"),
    *("change", "value", "price", "cost", "growth", "area", "part", "house", "street", "colour", "weather", "letter"),
]
SYLLABLES = [a + b for a in "bcdfghklmnprstvwz" for b in "aeiou"]
TASKS = ("Summarise the text below.", "Find the mistake in this sentence.", "Write a headline for it.")
RARE = 300_000
DECAY = 1.13
"""Invented words, and how fast words become rarer. In 250, 500, 1,000 and 2,000 rows of Alpaca 34, 28, 22 and 18 % of
the words are different ones (as white space separates them, their punctuation included); in the invented ones 32, 27,
23 and 18 %, and 3.3 % in 100,000."""
DRAWN = 5_000_011
VERBS = (
    "Explain",
    "List",
    "Describe",
    "Compare",
    "Name",
    "Write about",
    "Give an example of",
    "What do you know about",
)
UNUSUAL = ("café", "naïve", "“so”", "it’s", "5 °C", "–", "€20", "Zürich", "日本")


def vocabulary(rng: random.Random) -> list[str]:
    """Everyday words, the most frequent first, and invented ones."""
    return FREQUENT + ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(RARE)]


def invented(count: int, seed: int = 0) -> Iterator[dict[str, str]]:
    """So many rows with the columns of Alpaca; 61 % have no input."""
    rng = random.Random(seed)
    known = vocabulary(rng)
    weights = [1 / (rank + 4) ** DECAY for rank in range(len(known))]
    words = rng.choices(known, weights, k=DRAWN)

    def text(mean: float, spread: float) -> str:
        size = min(350, max(2, round(mean * rng.lognormvariate(0, spread))))
        start, step = rng.randrange(len(words)), rng.randrange(1, 1000)
        return sentences([words[(start + at * step) % len(words)] for at in range(size)], rng)

    for _ in range(count):
        given = text(7, 0.9) if rng.random() > 0.61 else ""
        task = rng.choice(TASKS) if given and rng.random() < 0.2 else f"{rng.choice(VERBS)} {text(9, 0.4)}"
        yield {"instruction": task, "input": given, "output": text(36, 0.9)}


def sentences(words: list[str], rng: random.Random) -> str:
    """With capitals, commas, full stops, list items, numbers, and a few characters beyond ASCII."""
    parts: list[str] = []
    for at in range(0, len(words), 11):
        part = words[at : at + 11]
        if rng.random() < 0.01:
            part.append(rng.choice(UNUSUAL))
        if rng.random() < 0.1:
            part.append(str(rng.randrange(3000)))
        sentence = " ".join(part).capitalize() + "."
        parts.append(f"\n{at // 11 + 1}. {sentence}" if rng.random() < 0.1 else sentence.replace(" and ", ", and "))
    return " ".join(parts).lstrip("\n")


def write(path: Path, count: int) -> str:
    """Writes the rows, as a list or as lines by the suffix; what was written, in words."""
    rows = list(invented(count))
    if path.suffix == ".json":
        path.write_text(json.dumps(rows, indent=4, ensure_ascii=False), encoding="utf-8")
    else:
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    characters = statistics.mean(sum(map(len, row.values())) for row in rows)
    empty = statistics.mean(not row["input"] for row in rows)
    size = path.stat().st_size / 2**20
    return f"{path.name}: {count:,} rows, {size:.1f} MiB, {characters:.0f} characters a row, {empty:.1%} without input"


Stages = dict[str, float]
"""Stage -> seconds."""
Result = tuple[int, list[tuple[list[int], list[int]]], Stages]
"""Rows kept, the first of them as (input_ids, labels), and how long each stage took."""
Run = Callable[[Path], Result]


def clock(stages: Stages) -> Callable[[str], None]:
    """Call it after each stage."""
    last = [time.perf_counter()]

    def mark(stage: str) -> None:
        now = time.perf_counter()
        stages[stage], last[0] = now - last[0], now

    return mark


def ours(split: bool) -> Run:
    """tunebench: the file alone, or with its split by source and the leakage check as a suite loads it."""
    from transformers import AutoTokenizer

    import bench.data.formats.alpaca  # an import is no part of the reading
    import bench.data.leakage  # noqa: F401
    from bench.data.dataset import load_dataset
    from bench.data.reading import read_file
    from bench.prompts.rendering import render
    from bench.training.batches import encode

    tokenizer = AutoTokenizer.from_pretrained(MODEL)

    def run(path: Path) -> Result:
        stages: Stages = {}
        mark = clock(stages)
        if split:
            data = load_dataset(str(path))
            examples = data.train + data.validation + data.test
        else:
            examples = read_file(path).examples
        mark("load")
        rendered = [render(example, TEMPLATE, tokenizer=tokenizer) for example in examples]
        mark("template")
        kept, _ = encode(tokenizer, [each.chunks for each in rendered], max_length=MAX_LENGTH)
        mark("tokenise")
        return len(kept), [(each.input_ids, each.labels) for each in kept[:COMPARED]], stages

    return run


def theirs(processes: int) -> Run:
    """`datasets`: load_dataset("json") and map, with a fresh cache and the same work for each row."""
    import datasets
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(MODEL)

    def prompt(instruction: str, given: str) -> str:
        passage = f"### Input:\n{given}\n\n" if given else ""
        return f"### Instruction:\n{instruction}\n\n{passage}### Response:\n"

    def tokenised(rows: dict[str, list[str]]) -> dict[str, Any]:
        prompts = tokenizer(list(map(prompt, rows["instruction"], rows["input"])))["input_ids"]
        answers = tokenizer(rows["output"], add_special_tokens=False)["input_ids"]
        end = [tokenizer.eos_token_id]
        pairs = [(asked, answer + end) for asked, answer in zip(prompts, answers, strict=True)]
        pairs = [(asked, answer) for asked, answer in pairs if len(asked) + len(answer) <= MAX_LENGTH]
        labels = [[-100] * len(asked) + answer for asked, answer in pairs]
        return {"input_ids": [asked + answer for asked, answer in pairs], "labels": labels}

    def run(path: Path) -> Result:
        stages: Stages = {}
        mark = clock(stages)
        cache = os.environ["HF_DATASETS_CACHE"]
        data = datasets.load_dataset("json", data_files=str(path), split="train", cache_dir=cache)
        mark("load")
        workers = processes if processes > 1 else None
        kept = data.map(tokenised, batched=True, remove_columns=data.column_names, num_proc=workers)
        mark("map")
        first = kept[:COMPARED]
        return len(kept), list(zip(first["input_ids"], first["labels"], strict=True)), stages

    return run


WAYS: dict[str, tuple[Callable[[], Run], str]] = {
    "tunebench": (lambda: ours(split=False), "true"),
    "datasets, 1 process": (lambda: theirs(1), "true"),
    "datasets, 2 processes": (lambda: theirs(2), "false"),
    "tunebench, with split and leakage check": (lambda: ours(split=True), "true"),
}
"""Name -> (what makes it ready, TOKENIZERS_PARALLELISM: threads of the tokenizer, or a process for each core)."""
FIRST, *OTHERS = WAYS
SPLITTING = OTHERS[-1]


def child(way: str, path: Path) -> None:
    """Measures one way in this process and prints the findings as JSON."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    start = time.perf_counter()
    run = WAYS[way][0]()
    ready = time.perf_counter()
    before = processor_seconds()
    kept, first, stages = run(path)
    spent = processor_seconds() - before
    found = {
        "imports": ready - start,
        "seconds": sum(stages.values()),
        "cpu": spent,
        "stages": stages,
        "kept": kept,
        "sha256": sha256(json.dumps(first).encode()).hexdigest(),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "worker": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }
    print(json.dumps(found))


def processor_seconds() -> float:
    """Of this process and of its workers that have ended; a busy machine makes it no larger, or not by much."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def measured(way: str, path: Path) -> dict[str, Any]:
    """The findings of a fresh process with a fresh cache, and how long it lived."""
    with tempfile.TemporaryDirectory() as cache:
        fresh = {"HF_DATASETS_CACHE": cache, "HF_HUB_OFFLINE": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
        settings = {"TOKENIZERS_PARALLELISM": WAYS[way][1], "PYTHONPATH": str(ROOT), **fresh}
        command = [sys.executable, __file__, "--child", way, str(path)]
        start = time.perf_counter()
        done = subprocess.run(command, env=os.environ | settings, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
        return json.loads(done.stdout) | {"process": time.perf_counter() - start}


def check_same(found: dict[str, dict[str, Any]]) -> None:
    """Unless all ways make the same of the same rows, their times say nothing. A split has another order."""
    compared = {way: each["sha256"] for way, each in found.items() if way != SPLITTING}
    if len(set(compared.values())) > 1 or len({each["kept"] for each in found.values()}) > 1:
        raise SystemExit(f"the ways differ in their first {COMPARED} rows or in how many they keep: {found}")


SHOWN = ("seconds", "cpu", "imports", "process")
"""Medians in the table; `process` is the whole life of the process, its start and imports included."""


def table(rounds: list[dict[str, dict[str, Any]]], count: int) -> Iterator[str]:
    titles = f"{'rows/s':>8} {'seconds':>8} {'least':>7} {'CPU s':>7} {'imports':>8} {'process':>8}"
    yield f"{'':40} {titles} {'peak MiB':>14}"
    for way in rounds[0]:
        of = [each[way] for each in rounds]
        middle, cpu, imports, process = (statistics.median(each[key] for each in of) for key in SHOWN)
        peak = f"{max(each['peak'] for each in of):.0f}"
        if worker := max(each["worker"] for each in of):
            peak += f" + 2 x {worker:.0f}"
        least = min(each["seconds"] for each in of)
        times = f"{middle:8.2f} {least:7.2f} {cpu:7.1f} {imports:8.1f} {process:8.1f}"
        yield f"{way:40} {count / middle:8,.0f} {times} {peak:>14}"
        stages = {name: statistics.median(each["stages"][name] for each in of) for name in of[0]["stages"]}
        yield "  " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in stages.items())


def ratios(rounds: list[dict[str, dict[str, Any]]]) -> Iterator[str]:
    for other in rounds[0]:
        if other not in (FIRST, SPLITTING):
            each = [found[FIRST]["seconds"] / found[other]["seconds"] for found in rounds]
            paired = ", ".join(f"{ratio:.2f}" for ratio in each)
            yield f"seconds of {FIRST} / {other}, each round: {paired} (median {statistics.median(each):.2f})"


def compare(path: Path, count: int, times: int) -> None:
    print(write(path, count))
    rounds = []
    for turn in range(times):
        # Every other round runs backwards, so that none always follows the same one.
        found = {way: measured(way, path) for way in (list(WAYS) if turn % 2 == 0 else list(WAYS)[::-1])}
        check_same(found)
        rounds.append({way: found[way] for way in WAYS})
    kept = rounds[0][FIRST]["kept"]
    print(f"{times} rounds on 2 cores; {kept:,} rows of at most {MAX_LENGTH} tokens; ids and labels are the same")
    print(*table(rounds, count), *ratios(rounds), sep="\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jsonl", action="store_true", help="JSON lines instead of one list")
    parser.add_argument("--child", nargs=2, metavar=("WAY", "PATH"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments.child[0], Path(arguments.child[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"invented.{'jsonl' if arguments.jsonl else 'json'}"
        compare(path, arguments.rows, arguments.rounds)


if __name__ == "__main__":
    main()
