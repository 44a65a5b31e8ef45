"""What a row becomes: an example, the turns before it, or the reason why it was dropped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Turn(NamedTuple):
    """One earlier exchange of a conversation."""

    user: str
    assistant: str


@dataclass(frozen=True)
class Example:
    """One instruction with its accepted answers."""

    id: str
    """Unique inside the dataset."""
    instruction: str
    """What is asked; "" for plain text to be continued."""
    input: str = ""
    """Text the instruction is about, or ""."""
    responses: tuple[str, ...] = ()
    """Accepted answers; the first one is trained on."""
    category: str = ""
    """Task family, e.g. "math problems"."""
    difficulty: str = ""
    """"easy", "medium" or "hard", or ""."""
    source: str = ""
    """The subject, passage or dialogue the example is about; a source never stands in two splits."""
    expect: str = "answer"
    """"answer", or "refuse" for requests a good model declines."""
    checks: tuple[Mapping[str, Any], ...] = ()
    """Verifiable constraints on the answer, see bench/checks.py."""
    label: str | None = None
    """Gold class, for classification by text."""
    kind: str = "plain"
    """"plain", "refuse", "lookalike": harmless, but worded like a request to refuse; "text": prose to be continued."""
    split: str = ""
    """Where the file puts it, or "" to let the loader split by source."""
    system: str = ""
    """System message of a conversation, or ""."""
    history: tuple[Turn, ...] = ()
    """Earlier turns of a conversation, oldest first; `instruction` is the last question, `responses` answer it."""
    rationale: str = ""
    """Reasoning that leads to the answer, for the chain-of-thought template, or ""."""
    where: str = field(default="", compare=False)
    """Line or place in its file, for messages; no part of the content."""

    @property
    def response(self) -> str:
        return self.responses[0]

    @property
    def question(self) -> str:
        """The bare instruction with its input, as the raw prompt form asks it."""
        return "\n".join(part for part in (self.instruction, self.input) if part)


class Dropped(NamedTuple):
    """A record, or a part of one, that no example was made of."""

    where: str
    """`file:line`, with the place inside the record where that helps."""
    reason: str
    """What was found there and why it cannot be used."""


@dataclass(frozen=True)
class Loaded:
    """A file, read: nothing of it is missing here without a reason."""

    path: str
    """As the user named it."""
    format: str
    """Name of the format file that read it."""
    container: str
    """"json", "jsonl", "csv", "tsv", "parquet", "text" or "hub"."""
    sha256: str
    """Of the file's bytes, as `sha256sum` prints it."""
    examples: tuple[Example, ...]
    """In the file's order."""
    dropped: tuple[Dropped, ...] = ()
    """In the file's order."""
    contradictions: tuple[str, ...] = ()
    """One line for each question that stands there with different labels."""

    @property
    def references(self) -> int:
        """Accepted answers in all examples together."""
        return sum(len(example.responses) for example in self.examples)

    @property
    def labels(self) -> dict[str, int]:
        """Label -> examples, most frequent first; empty when there are none."""
        counts: dict[str, int] = {}
        for example in self.examples:
            if example.label is not None:
                counts[example.label] = counts.get(example.label, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
