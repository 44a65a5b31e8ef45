"""Financial PhraseBank: `sentence@label` lines of the authors' archive, or the Hub's table of sentence and label.

The archive is ISO-8859-1 with Windows line ends; copies are often re-saved as UTF-8. Its agreement sets are nested
(50Agree holds 66Agree holds 75Agree holds AllAgree), and sentences repeat inside each: the sentence is the example's
source, so that no copy of it stands in two splits. https://arxiv.org/abs/1307.5336
"""

import re
from collections.abc import Iterator
from typing import Any

from bench.data import values
from bench.data.example import Dropped, Example
from bench.data.formats import alpaca
from bench.data.lines import Record, raw_lines
from bench.data.source import Source

INSTRUCTION = "Classify the sentiment of the following financial news."
LABELS = ("negative", "neutral", "positive")
"""In the order of the Hub's numbers 0, 1, 2."""
NUMBERS = {str(number): label for number, label in enumerate(LABELS)}
NATIVE = re.compile(rf".*@({'|'.join(LABELS)})\s*")


def matches(source: Source) -> bool:
    if source.container == "text":
        lines = [line for line in source.head_lines if line.strip()]
        return 2 * sum(bool(NATIVE.fullmatch(line)) for line in lines) > len(lines)
    # Numbers alone may mean anything: SST-2 has {idx, sentence, label} with 1 for positive.
    columns = set(source.columns)
    return columns == {"sentence", "label"} or (
        "sentence" in columns and source.first.get("label") in LABELS and not alpaca.matches(source)
    )


def read(source: Source) -> Iterator[Example | Dropped]:
    """Each sentence as an example; one without a known label as a drop."""
    for number, record in enumerate(labelled_sentences(source), start=1):
        yield example(f"{source.path.stem}-{number:05d}", *record)


def labelled_sentences(source: Source) -> Iterator[tuple[str, str, str | None]]:
    """(where, sentence, label or what stands in its place) of each line or row; None where nothing does."""
    if source.container != "text":
        for record in source.records():
            yield record.where, values.text(source, record, "sentence"), label_of(source, record)
        return
    for where, line in source.lines(encoding(source)):
        if line.strip():
            sentence, at, label = line.rpartition("@")
            yield (where, sentence, label.rstrip()) if at else (where, line, None)


def label_of(source: Source, record: Record) -> str | None:
    label: Any = record.value.get("label")
    if isinstance(label, int) and not isinstance(label, bool):
        label = str(label)
    if label is not None and not isinstance(label, str):
        raise source.refuse(record.where, f"'label' is {label!r:.40}; expected one of {', '.join(LABELS)}, or 0, 1, 2")
    return NUMBERS.get(label, label) if label else None


def example(name: str, where: str, sentence: str, label: str | None) -> Example | Dropped:
    if label is None:
        return Dropped(where, f"no label; expected one of {', '.join(LABELS)}")
    if label not in LABELS:
        return Dropped(where, f"unknown label {label!r:.40}; expected one of {', '.join(LABELS)}")
    if not sentence.strip():
        return Dropped(where, "the sentence is empty")
    return Example(
        name, INSTRUCTION, sentence, (label,), category="sentiment", source=sentence, label=label, where=where
    )


def encoding(source: Source) -> str:
    """UTF-8 where every line is, else ISO-8859-1. Raises UserError when some lines are one and some the other."""
    first: dict[str, int] = {}
    count = {"utf-8": 0, "iso-8859-1": 0}
    for number, line in enumerate(raw_lines(source.path), start=1):
        if not line.isascii():
            found = "utf-8" if is_utf8(line) else "iso-8859-1"
            first.setdefault(found, number)
            count[found] += 1
    if len(first) == 2:
        odd = min(count, key=lambda name: (count[name], -first[name]))
        others = next(name for name in count if name != odd)
        problem = f"this line is {odd.upper()}, but others are {others.upper()}; save the whole file as UTF-8"
        raise source.refuse(str(first[odd]), problem)
    return next(iter(first), "utf-8")


def is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
