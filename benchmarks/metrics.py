"""Seconds to score 10,000 outputs: every metric on its own, then ROUGE beside `evaluate`'s with its aggregator.

Run by hand: `python benchmarks/metrics.py`. On two cores, imports done before and nothing remembered of the texts. The
two ROUGEs take turns on the same texts, and every round has its own ratio. `evaluate.load("rouge")` would fetch a
script from the Hub, so the script's work stands here: rouge-score with its stemmer over all four variants and its
aggregator (1000 resamples), inside an `evaluate.Metric` kept in memory. The texts are invented: summaries of 20 to 60
words, one in three in several lines, with words shared between answer and reference.
"""

import argparse
import functools
import gc
import os
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from loading import TASKS, VERBS

from bench import catalog
from bench.errors import UserError
from bench.record import Output, Score
from bench.remembered import Remembered
from bench.run.scoring import score_metric

COUNT = 10_000
LIMIT = 5.0
"""Seconds that a metric may take for COUNT outputs."""
CACHE = type(functools.lru_cache(len))
NETWORK = ("judge",)
"""Metrics that ask another machine."""
SYLLABLES = [a + b for a in "bcdfghklmnprstvwz" for b in ("a", "e", "i", "o", "u", "an", "er", "it")]
ENDINGS = ("", "", "", "s", "ed", "ing", "ation", "ly", "ness", "ability")
FREQUENT = "the of to and in is for that with on as it was by are from an be or at his her they not have had".split()  # noqa: SIM905
LABELS = ("positive", "neutral", "negative")
OPENINGS = ("", "", "", "", "I'm sorry, but I can't help with that. ", "What is the reason? ", "Certainly! ")


def vocabulary(rng: random.Random) -> list[str]:
    """Frequent words and invented ones with the endings that a stemmer takes off."""
    stems = ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 3))) for _ in range(6000)]
    return FREQUENT + [stem + rng.choice(ENDINGS) for stem in stems for _ in range(2)]


def written(words: Sequence[str], rng: random.Random) -> str:
    """Sentences of about 12 words; in one text of three each on a line of its own."""
    parts = [" ".join(words[at : at + 12]).capitalize() + "." for at in range(0, len(words), 12)]
    return ("\n" if rng.random() < 1 / 3 else " ").join(parts)


def invented(count: int) -> list[Output]:
    """Outputs that every metric finds something to score in."""
    rng = random.Random(0)
    known = vocabulary(rng)
    weights = [1 / (rank + 4) for rank in range(len(known))]
    stream = rng.choices(known, weights, k=1_000_003)

    def words(least: int, most: int) -> list[str]:
        start, step = rng.randrange(len(stream)), rng.randrange(1, 1000)
        return [stream[(start + at * step) % len(stream)] for at in range(rng.randint(least, most))]

    return [invented_output(number, words, rng) for number in range(count)]


def invented_output(number: int, words: Callable[[int, int], list[str]], rng: random.Random) -> Output:
    gold = words(20, 60)
    said = [word if rng.random() < 0.6 else other for word, other in zip(gold, words(60, 60), strict=False)]
    label = rng.choice(LABELS)
    passage = written([*gold, *words(60, 120)], rng)
    instruction = rng.choice(TASKS) if rng.random() < 0.2 else f"{rng.choice(VERBS)} {' '.join(words(8, 15))}."
    return Output(
        example_id=str(number),
        form="template",
        prompt=f"### Instruction:\n{instruction}\n\n### Response:\n",
        text=f"{rng.choice((*LABELS, ''))} {rng.choice(OPENINGS)}{written(said, rng)}",
        references=(written(gold, rng),),
        instruction=instruction,
        input=passage,
        label=label,
        expect=rng.choice(("answer", "answer", "answer", "refuse")),
        checks=({"kind": "words", "max": 60}, {"kind": "contains", "any": [gold[0], label]}),
        new_tokens=len(said) * 2,
        finished=rng.random() < 0.9,
        group=str(number // 4),
        source=passage,
        reference_logprob=-rng.random(),
        distractor_logprob=-rng.random() - 0.3,
        refusal_logit=rng.gauss(0, 2),
        nll=100 + rng.random(),
        nll_before=120 + rng.random(),
        nll_tokens=60,
    )


def evaluate_rouge() -> Callable[[list[str], list[str]], Mapping[str, float]]:
    """The work of `evaluate`'s rouge."""
    import datasets
    import evaluate
    from rouge_score import rouge_scorer, scoring

    class Rouge(evaluate.Metric):
        def _info(self) -> Any:
            text = datasets.Value("string")
            features = datasets.Features({"predictions": text, "references": text})
            return evaluate.MetricInfo(description="", citation="", features=features)

        def _compute(self, predictions: list[str], references: list[str]) -> dict[str, float]:
            columns = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
            scorer = rouge_scorer.RougeScorer(columns, use_stemmer=True)
            aggregator = scoring.BootstrapAggregator()
            for said, gold in zip(predictions, references, strict=True):
                aggregator.add_scores(scorer.score(gold, said))
            return {column: float(found.mid.fmeasure) for column, found in aggregator.aggregate().items()}

    metric = Rouge(keep_in_memory=True)
    return lambda predictions, references: metric.compute(predictions=predictions, references=references)


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = run()
    return time.perf_counter() - start, found


def rouge_rounds(outputs: Sequence[Output], rounds: int) -> None:
    from bench.metrics import rouge

    theirs = evaluate_rouge()
    said, gold = [output.text for output in outputs], [output.references[0] for output in outputs]
    ratios = []
    for turn in range(rounds):
        ways = [lambda: rouge.score(outputs), lambda: theirs(said, gold)]
        # Every other round runs backwards, so that neither always comes first.
        results = [timed(way) for way in (ways if turn % 2 == 0 else ways[::-1])]
        (ours_took, ours), (theirs_took, others) = results if turn % 2 == 0 else results[::-1]
        check_same({name: score.value for name, score in ours.items()}, others)
        ratios.append(theirs_took / ours_took)
        print(f"rouge, {len(outputs):,} pairs: {ours_took:.2f} s, evaluate {theirs_took:.2f} s, {ratios[-1]:.1f} x")
    print(f"evaluate / tunebench: median {statistics.median(ratios):.1f} x, least {min(ratios):.1f} x")


def check_same(ours: Mapping[str, float | None], theirs: Mapping[str, float]) -> None:
    """Times of different results say nothing; a median of resampled means is the mean but for chance."""
    for name, value in theirs.items():
        if abs((ours[name] or 0) - value) > 5e-4:
            raise SystemExit(f"{name}: {ours[name]} here, {value} with evaluate")


def every_metric(outputs: Sequence[Output]) -> None:
    small = outputs[:20]
    for name in catalog.names("metric"):
        if name in NETWORK:
            print(f"{name}: asks another machine, left out")
            continue
        try:
            score_metric(name, small)  # imports what it needs
            forget()
            before = cpu_seconds()
            seconds, found = timed(lambda name=name: score_metric(name, outputs))
            cpu = cpu_seconds() - before
        except UserError as error:
            print(f"{name}: not measured ({error})")
            continue
        print(line(name, seconds, cpu, found))


def forget() -> None:
    """Empties what the metrics before have remembered of the same texts."""
    for cache in gc.get_objects():
        if isinstance(cache, Remembered):
            cache.clear()
        elif type(cache) is CACHE and cache.__module__.startswith("bench."):
            cache.cache_clear()


def cpu_seconds() -> float:
    """Of this process and of those that it has waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def line(name: str, seconds: float, cpu: float, scores: Mapping[str, Score]) -> str:
    counted = ", ".join(f"{column} n={score.n}" for column, score in scores.items())
    slow = f"  OVER {LIMIT:.0f} s" if seconds > LIMIT else ""
    return f"{name:24} {seconds:6.2f} s, {cpu:6.2f} s of CPU{slow}   {counted}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--only", choices=("rouge", "metrics"), help="one half alone")
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    outputs = invented(arguments.count)
    # First, because `evaluate` loads torch, and a process that has loaded torch is not forked.
    if arguments.only != "rouge":
        every_metric(outputs)
    if arguments.only != "metrics":
        rouge_rounds(outputs, arguments.rounds)


if __name__ == "__main__":
    main()
