"""IFEval verdicts, strict and loose, beside lm-eval's checkers: seconds for the same responses, in paired rounds.

Run by hand: `python benchmarks/ifeval_checkers.py 10000 3`. lm-eval is measured where it can be imported; its trained
sentence splitter, which needs a download, is replaced by a cheap regular expression, to its advantage. Responses are
invented, and where ../shared lies beside the repository also those of three real models, each made unique.
"""

import argparse
import importlib
import json
import logging
import random
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from bench import ifeval
from bench.metrics import instruction_following
from bench.record import Output

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "ifeval"
GET_LM_EVAL = (
    "lm-eval is not importable, so only our side is measured. For both sides: pip install --target /tmp/lm-eval "
    "--no-deps lm-eval immutabledict, then PYTHONPATH=/tmp/lm-eval python benchmarks/ifeval_checkers.py"
)
ENGLISH = """
the a of and to in that it was for on with as his they at be this from have or by one had not but what all were when
we there can an your which their said if do will each about how up out them then she many some so these would other
into has more her two like him see time could no make than first been its who now people my made over did down only
way find use may water long little very after called just where most know rain river morning village letter
"""
GERMAN = "der Regen fiel seit dem Morgen und die Leute gingen nicht mehr aus dem Haus weil der Weg sehr nass war"
HINDI = "आज सुबह से बारिश हो रही है और गाँव के लोग घर में बैठे हैं क्योंकि नदी का पानी बहुत बढ़ गया था"
WORDS = ENGLISH.split()
Verdicts = list[list[tuple[bool, bool]]]


class Item(NamedTuple):
    """One response and what was asked."""

    prompt: str
    names: list[str]
    kwargs: list[dict[str, Any]]
    response: str


def invented(count: int) -> list[Item]:
    rng = random.Random(0)
    return [invented_item(number, rng) for number in range(count)]


def invented_item(number: int, rng: random.Random) -> Item:
    names = rng.sample(sorted(ifeval.INSTRUCTIONS), rng.choices((1, 2, 3), (305, 179, 57))[0])
    prompt = f"Write about the rain, for the {number}th time."
    kwargs = [{name: argument(kind, rng) for name, kind in ifeval.INSTRUCTIONS[n].arguments.items()} for n in names]
    for given in kwargs:
        given |= {"num_paragraphs": 4, "nth_paragraph": rng.randint(1, 4)} if "nth_paragraph" in given else {}
    return Item(prompt, names, kwargs, dressed(text(number, rng), rng))


def argument(kind: str, rng: random.Random) -> Any:
    values: dict[str, Callable[[], Any]] = {
        "count": lambda: rng.choice((1, 2, 3, 5, 10, 50, 200)),
        "ordinal": lambda: 1,
        "text": lambda: rng.choice(WORDS),
        "texts": lambda: rng.sample(WORDS, rng.randint(1, 4)),
        "letter": lambda: rng.choice("aeintz"),
        "relation": lambda: rng.choice(("less than", "at least")),
        "language": lambda: rng.choice(("de", "hi", "fr", "sw")),
    }
    return values[kind]()


def text(number: int, rng: random.Random) -> str:
    """About 150 words in sentences and paragraphs, with a list here and there; every text has a word of its own."""
    words = rng.choice((GERMAN, HINDI)).split() if rng.random() < 0.1 else WORDS
    sentences = [" ".join(rng.choices(words, k=rng.randint(5, 18))) for _ in range(rng.randint(2, 24))]
    sentences[0] = f"{sentences[0]} river{number}"
    ends = [rng.choice((". ", ". ", ", and so on.\n\n", ".\n* ", "! ", ".\n1. ")) for _ in sentences]
    return "".join(sentence.capitalize() + end for sentence, end in zip(sentences, ends, strict=True))


def dressed(said: str, rng: random.Random) -> str:
    forms: list[Callable[[str], str]] = [
        str,
        str,
        str.upper,
        str.lower,
        lambda said: f'"{said.strip()}"',
        lambda said: f"<<The rain>>\n\n{said}\n\nP.S. **Stay** *dry*.",
        lambda said: f"Sure, here it is:\n\n{said}\n******\n{said[::2]}",
        lambda said: json.dumps({"text": said}),
    ]
    return rng.choice(forms)(said)


def real(count: int) -> list[Item]:
    """Responses of the three models in turn, each with a word of its own in the middle, so that no cache helps."""
    rows = [json.loads(line) for line in (SHARED / "input_data.jsonl").open(encoding="utf-8")]
    asked = {row["prompt"]: row for row in rows}
    files = sorted(SHARED.glob("*/eval_results_strict.jsonl"))
    said = [json.loads(line) for file in files for line in file.open(encoding="utf-8")]
    known = [(row["response"], asked[row["prompt"]]) for row in said if row["prompt"] in asked]
    return [real_item(number, *known[number % len(known)]) for number in range(count)]


def real_item(number: int, response: str, asked: dict[str, Any]) -> Item:
    middle = response.find(" ", len(response) // 2) % (len(response) + 1)
    unique = f"{response[:middle]} river{number}{response[middle:]}"
    return Item(asked["prompt"], asked["instruction_id_list"], asked["kwargs"], unique)


def ours(items: list[Item]) -> Verdicts:
    return [
        [ifeval.judge(i.response, name, kwargs, i.prompt) for name, kwargs in zip(i.names, i.kwargs, strict=True)]
        for i in items
    ]


def theirs(utils: ModuleType, items: list[Item]) -> Verdicts:
    verdicts = []
    for number, item in enumerate(items):
        asked = utils.InputExample(number, item.names, item.prompt, item.kwargs)
        strict = utils.test_instruction_following_strict(asked, item.response).follow_instruction_list
        loose = utils.test_instruction_following_loose(asked, item.response).follow_instruction_list
        verdicts.append(list(zip(strict, loose, strict=True)))
    return verdicts


def lm_eval_checkers() -> ModuleType | None:
    """lm-eval's `utils`, its language detection seeded and its sentence splitter cheap; None when it is not there."""
    import langdetect
    import nltk

    class Splitter:
        tokenize = staticmethod(re.compile(r"(?<=[.!?])\s+").split)

    langdetect.DetectorFactory.seed = 0
    logging.disable(logging.ERROR)
    find, nltk.data.find = nltk.data.find, lambda *_: ""  # or it tries to download when it is imported
    try:
        utils = importlib.import_module("lm_eval.tasks.ifeval.utils")
    except ImportError:
        return None
    finally:
        nltk.data.find = find
    nltk.tokenize.sent_tokenize = lambda text, language="english": Splitter.tokenize(text)
    importlib.import_module("lm_eval.tasks.ifeval.instructions_util")._get_sentence_tokenizer = Splitter
    return utils


def metric(items: list[Item]) -> Any:
    """All four columns with intervals, parts and details."""
    return instruction_following.score(
        [
            Output(
                example_id=str(number),
                form="raw",
                prompt=item.prompt,
                text=item.response,
                references=(),
                instruction=item.prompt,
                checks=tuple({"kind": name, **kwargs} for name, kwargs in zip(item.names, item.kwargs, strict=True)),
            )
            for number, item in enumerate(items)
        ]
    )


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    ifeval.language.detected.cache_clear()
    ifeval.variants.cache_clear()
    before = time.perf_counter()
    result = run()
    return time.perf_counter() - before, result


def compare(what: str, items: list[Item], rounds: int, utils: ModuleType | None) -> None:
    asked = sum(len(item.names) for item in items)
    print(f"{what}: {len(items):,} responses, {asked:,} instructions, {words(items):.0f} words a response")
    ratios = []
    for _ in range(rounds):
        own, verdicts = timed(lambda: ours(items))
        line = f"  ours {own:.1f} s ({len(items) / own:,.0f} responses/s)"
        if utils is not None:
            other, labels = timed(lambda: theirs(utils, items))
            ratios.append(other / own)
            line += f", lm-eval {other:.1f} s, {ratios[-1]:.1f} times as long; {agreement(verdicts, labels):.2%} agree"
        print(line, flush=True)
    if ratios:
        print(f"  median: lm-eval takes {statistics.median(ratios):.1f} times as long")
    print(f"  metric instruction_following, all columns: {timed(lambda: metric(items))[0]:.1f} s")


def words(items: list[Item]) -> float:
    return statistics.mean(len(item.response.split()) for item in items)


def agreement(one: Verdicts, other: Verdicts) -> float:
    """Of strict and loose verdicts; their sentences are counted by the cheap splitter, so it is not 100 %."""
    return statistics.mean(a == b for a, b in zip(flat(one), flat(other), strict=True))


def flat(verdicts: Verdicts) -> list[bool]:
    return [way for item in verdicts for verdict in item for way in verdict]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("count", nargs="?", type=int, default=10_000, help="responses")
    parser.add_argument("rounds", nargs="?", type=int, default=3)
    given = parser.parse_args()
    utils = lm_eval_checkers()
    if utils is None:
        print(GET_LM_EVAL)
    compare("invented", invented(given.count), given.rounds, utils)
    if SHARED.exists():
        compare("real", real(given.count), given.rounds, utils)


if __name__ == "__main__":
    main()
