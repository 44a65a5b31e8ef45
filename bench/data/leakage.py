"""Whether what a model is tested on stands in what it is trained on: the same subject, question, passage, or a copy.

Any of these turns a score into a memory test. Splitting by row leaks wherever a file has several rows about one passage
or dialogue, as SQuAD and the Hub's copy of DialogSum do.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bench.data.duplicates import SHORTEST, near_matches, normalised
from bench.data.example import Example
from bench.errors import UserError

THRESHOLD = 0.8
"""Jaccard index of three-word shingles from which on a text is a copy."""


class Leak(NamedTuple):
    """A test example and the first training example that gives it away."""

    kind: str
    """"source", "question", "input" or "near-duplicate"; the first of these that holds."""
    test_example: Example
    train_example: Example
    similarity: float
    """Of instruction, input and first response together for a near-duplicate, else 1.0."""


WORDING = {
    "source": "the same source",
    "question": "the same question",
    "input": "the same input",
    "near-duplicate": "nearly the same text",
}


def source(example: Example) -> str:
    return example.source


def question(example: Example) -> str:
    """What the model is asked, with the turns before; the text itself where nothing is asked."""
    if example.kind == "text":
        return normalised(example.response)
    turns = [part for turn in example.history for part in turn]
    return normalised("\n".join([*turns, example.question]))


def passage(example: Example) -> str:
    """A long input; short ones ("Paris", "5 and 7") are equal by chance."""
    text = normalised(example.input)
    return text if text.count(" ") >= SHORTEST - 1 else ""


KEYS: tuple[tuple[str, Callable[[Example], str]], ...] = (
    ("source", source),
    ("question", question),
    ("input", passage),
)


def whole(example: Example) -> str:
    """Question and answer, compared for near-duplicates."""
    turns = [part for turn in example.history for part in turn]
    return "\n".join([*turns, example.instruction, example.input, example.response])


def find_leaks(train: Sequence[Example], test: Sequence[Example]) -> list[Leak]:
    """One leak for each test example that training gives away, in the order of `test`."""
    found = leaks_by_index(train, test)
    return [found[index] for index in sorted(found)]


def leaks_by_index(train: Sequence[Example], test: Sequence[Example]) -> dict[int, Leak]:
    """Index in `test` -> leak."""
    found: dict[int, Leak] = {}
    for kind, key in KEYS:
        for index, other in same_key(train, test, key):
            found.setdefault(index, Leak(kind, test[index], other, 1.0))
    left = [index for index in range(len(test)) if index not in found]
    for match in near_matches([whole(test[index]) for index in left], [whole(e) for e in train], THRESHOLD):
        index = left[match.query]
        found[index] = Leak("near-duplicate", test[index], train[match.corpus], match.similarity)
    return found


def same_key(
    train: Sequence[Example], test: Sequence[Example], key: Callable[[Example], str]
) -> list[tuple[int, Example]]:
    """(index in `test`, first training example with the same key); an empty key is no key."""
    first: dict[str, Example] = {}
    for example in train:
        first.setdefault(key(example), example)
    keys = map(key, test)
    return [(index, first[value]) for index, value in enumerate(keys) if value and value in first]


def assert_no_leakage(
    train: Sequence[Example], validation: Sequence[Example], test: Sequence[Example], *, where: str
) -> None:
    """Raises UserError when a test or validation example is in the training split; `where` names the dataset."""
    found = leaks_by_index(train, [*test, *validation])
    if not found:
        return
    in_test = sum(index < len(test) for index in found)
    counts = ((in_test, len(test), "test"), (len(found) - in_test, len(validation), "validation"))
    how_many = " and ".join(f"{leaks} of {of} {part}" for leaks, of, part in counts if leaks)
    part = "test" if in_test else "validation"
    raise UserError(
        f"{where}: {how_many} examples are in the training split too; the first, {described(found[min(found)], part)}; "
        "split by source (`tunebench data split`), or remove them from the training split"
    )


def described(leak: Leak, part: str) -> str:
    """Both places and what they share, for a message."""
    detail = {"source": f" {leak.test_example.source[:40]!r}", "near-duplicate": f" ({leak.similarity:.0%})"}
    text = leak.test_example.input if leak.kind == "input" else shown(leak.test_example)
    return (
        f"{part} example {place(leak.test_example)}, has {WORDING[leak.kind]}{detail.get(leak.kind, '')} as training "
        f"example {place(leak.train_example)}: {' '.join(text.split())[:80]!r}"
    )


def shown(example: Example) -> str:
    return example.question or example.response


def place(example: Example) -> str:
    return f"{example.id} (line {example.where})" if example.where.isdigit() else example.where or example.id
