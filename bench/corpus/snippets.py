"""Code generation: one-line Python functions and statements, checked by syntax tree or exact text."""

from random import Random

from bench.corpus.task import Subject, Task, equals, lines
from bench.corpus.world import table

CATEGORY = "code generation"


def _function(rng: Random) -> Subject:
    name, parameter, returns, does = rng.choice(table("snippets")["functions"])
    return {"name": name, "parameter": parameter, "returns": returns, "does": does}


def _operation(rng: Random) -> Subject:
    fields, n = rng.choice(table("snippets")["operations"]), rng.randint(2, 20)
    name, returns, does = (field.format(n=n) for field in fields)
    return {"name": name, "parameter": "x", "returns": returns, "does": does}


def _word(rng: Random) -> Subject:
    return {"word": rng.choice(nouns())}


def nouns() -> list[str]:
    """Every plain noun that a word game may use."""
    nature, people = table("nature"), table("people")
    return [*nature["one_syllable"], *nature["two_syllables"], *people["things"], *people["places"]]


def _checks(subject: Subject) -> list[dict]:
    return [{"kind": "python_function", "name": subject["name"], "returns": subject["returns"]}, lines(2, 3)]


FUNCTION = Task(
    "function", CATEGORY, "medium", 30, _function, "function:{name}",
    ("Write a Python function to {does}.", "Write Python code to {does}.",
     "Define a Python function to {does}."),
    ("def {name}({parameter}):\n    return {returns}",),
    ("a Python function to {does}", "Python code to {does}"),
    _checks,
    ("# {does}\ndef {name}({parameter}):\n    return {returns}", "The function {name} is there to {does}."),
    block=True,
)  # fmt: skip

OPERATION = Task(
    "operation", CATEGORY, "medium", 54, _operation, "function:{name}",
    ("Write a Python function that {does}.", "Define a Python function that {does}.",
     "Give me a Python function that {does}."),
    ("def {name}({parameter}):\n    return {returns}",),
    ("a Python function that {does}", "Python code that {does}"),
    _checks,
    ("# {does}\ndef {name}({parameter}):\n    return {returns}", "The function {name} {does}."),
    block=True,
    share=46,
)  # fmt: skip

PRINT = Task(
    "print", CATEGORY, "easy", 24, _word, "print:{word}",
    ("Write a line of Python that prints the word '{word}'.", "Print the word '{word}' in Python."),
    ("print('{word}')",),
    ("a line of Python that prints the word '{word}'", "how to print '{word}' in Python"),
    lambda s: [equals(f"print('{s['word']}')"), lines()],
    block=True,
)  # fmt: skip

TASKS = (FUNCTION, OPERATION, PRINT)
