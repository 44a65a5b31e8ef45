"""A journal of paid requests: a line before each, a line with its answer after it, both on the disk at once.

After a kill every answer that arrived is used again and not asked for twice. A request with an intent and no answer is
in doubt: it may have been paid. It is asked again under the same Idempotency-Key, so that a server that knows the
header answers from memory, and its price counts as paid.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import IO, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from bench.errors import UserError
from bench.synthesis.rows import take_torn_line_off, whole_lines

REQUESTS = "requests.jsonl"


class Reply(NamedTuple):
    """What a paid request gave."""

    text: str
    prompt_tokens: int
    completion_tokens: int


class Line(BaseModel):
    """One line of the journal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request: str
    """Hash of model, messages and settings, and which time it is asked."""
    what: Literal["intent", "answered", "failed"]
    text: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    expected_tokens: int = 0
    """Of an intent: what it is taken to cost while its answer is unknown."""


class Journal:
    """May be used from several threads; two processes at once are refused."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.lock = path, Lock()
        self.file = opened(path)
        self.answered: dict[str, Reply] = {}
        self.doubtful: dict[str, int] = {}
        self.lost = 0
        """Tokens of requests in doubt that were asked again: the first time may have been paid for, too."""
        self.times: Counter[str] = Counter()
        for line in lines(path):
            self.note(line)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def occasion(self, request: str) -> str:
        """The same request asked again in one run is another one: `request:1`, `request:2`."""
        with self.lock:
            self.times[request] += 1
            return f"{request}:{self.times[request]}"

    def intend(self, request: str, expected_tokens: int) -> None:
        """Before anything is sent."""
        with self.lock:
            self.write(Line(request=request, what="intent", expected_tokens=expected_tokens))

    def answer(self, request: str, reply: Reply) -> None:
        with self.lock:
            self.write(Line(request=request, what="answered", **reply._asdict()))

    def fail(self, request: str) -> None:
        """No answer came and none will: nothing was paid for."""
        with self.lock:
            self.write(Line(request=request, what="failed"))

    def write(self, line: Line) -> None:
        values = line.model_dump(exclude_defaults=True)
        self.file.write(json.dumps(values, ensure_ascii=True) + "\n")
        self.file.flush()
        os.fsync(self.file.fileno())
        self.note(line)

    def note(self, line: Line) -> None:
        if line.what == "intent":
            self.lost += self.doubtful.get(line.request, 0)
            self.doubtful[line.request] = line.expected_tokens
        else:
            self.doubtful.pop(line.request, None)
        if line.what == "answered":
            self.answered[line.request] = Reply(line.text, line.prompt_tokens, line.completion_tokens)


def lines(path: Path) -> Iterator[Line]:
    """Raises UserError with file:line: a journal that cannot be read must not be paid for again in silence."""
    for number, text in enumerate(whole_lines(path), start=1):
        try:
            yield Line.model_validate_json(text)
        except ValidationError:
            raise UserError(
                f"{path}:{number}: no line of a request journal; mend it, or move the file away to pay for all again"
            ) from None


def opened(path: Path) -> IO[str]:
    """For appending, and locked until the process ends, however it ends."""
    file = path.open("a", encoding="utf-8")
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:  # no such locks on Windows
        pass
    except OSError:
        file.close()
        raise UserError(f"{path} is in use by another run; wait for it or end it") from None
    take_torn_line_off(path)
    return file


def totals(journal: Journal) -> dict[str, Any]:
    """Requests and tokens of all runs so far, with those in doubt taken as paid."""
    replies = list(journal.answered.values())
    return {
        "requests": len(replies) + len(journal.doubtful),
        "prompt_tokens": sum(reply.prompt_tokens for reply in replies) + sum(journal.doubtful.values()) + journal.lost,
        "completion_tokens": sum(reply.completion_tokens for reply in replies),
        "in_doubt": len(journal.doubtful),
    }
