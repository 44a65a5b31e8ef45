"""Math problems over small numbers, whose results all stand in the pretraining text."""

from random import Random

from bench.corpus.task import Subject, Task, contains, number, sentences
from bench.corpus.world import people

CATEGORY = "math problems"
GOODS = ("apples", "coins", "books", "balls", "eggs", "stamps", "cards", "pears", "shells", "cups")


def _sum(rng: Random) -> Subject:
    a, b = rng.randint(1, 10), rng.randint(1, 10)
    return {"a": a, "b": b, "low": min(a, b), "high": max(a, b), "result": a + b}


def _difference(rng: Random) -> Subject:
    a = rng.randint(2, 10)
    b = rng.randint(1, a)
    return {"a": a, "b": b, "result": a - b}


def _gain(rng: Random) -> Subject:
    (name, pronoun), goods = rng.choice(people()), rng.choice(GOODS)
    a, b = rng.randint(1, 9), rng.randint(1, 9)
    verb = rng.choice(("gets", "buys", "finds"))
    return {
        "name": name,
        "Pronoun": pronoun.title(),
        "goods": goods,
        "a": a,
        "b": b,
        "verb": verb,
        "result": a + b,
    }


def _result(subject: Subject) -> list[dict]:
    return [number(subject["result"]), sentences()]


SUM = Task(
    "sum", CATEGORY, "easy", 42, _sum, "sum:{low}+{high}",
    ("What is {a}+{b}?", "What is {a} plus {b}?", "Add {a} and {b}.", "Calculate {a} + {b}."),
    ("{a}+{b} equals {result}.",),
    ("the sum of {a} and {b}", "{a}+{b}", "{a} plus {b}", "how much {a} + {b} is"),
    _result,
    ("{a}+{b} equals {result}.", "{a} plus {b} is {result}.", "{a} + {b} = {result}",
     "The sum of {a} and {b} is {result}."),
)  # fmt: skip

DIFFERENCE = Task(
    "difference", CATEGORY, "easy", 36, _difference, "difference:{a}-{b}",
    ("What is {a}-{b}?", "What is {a} minus {b}?", "Subtract {b} from {a}.", "Calculate {a} - {b}."),
    ("{a}-{b} equals {result}.",),
    ("{a}-{b}", "{a} minus {b}", "the difference of {a} and {b}", "how much {a} - {b} is"),
    _result,
    ("{a}-{b} equals {result}.", "{a} minus {b} is {result}.", "{a} - {b} = {result}"),
)  # fmt: skip

GAIN = Task(
    "gain", CATEGORY, "hard", 24, _gain, "gain:{name}",
    ("{name} has {a} {goods} and {verb} {b} more. How many {goods} does {name} have now?",
     "How many {goods} does {name} have in the end? {name} has {a} {goods}. {Pronoun} {verb} {b} more."),
    ("{a}+{b} equals {result}, so {name} has {result} {goods}.",),
    ("{a} {goods} of {name} and {b} more", "how many {goods} {name} has with {a} and {b} more"),
    lambda s: [number(s["result"]), contains(s["goods"]), sentences()],
    ("{name} has {a} {goods} and {verb} {b} more. Now {name} has {result} {goods}.",),
)  # fmt: skip

TASKS = (SUM, DIFFERENCE, GAIN)
