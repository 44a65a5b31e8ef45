"""What all kinds of evidence share: the strict form of a need, and what was found."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A table of an assignment file; a key that it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class Found:
    """Whether a need is met, and by what."""

    met: bool
    said: str
    """What was found, with its numbers; where the need is not met, what is missing."""
    link: str = ""
    """Where to see it: a file of the submission, or a place in its report.html."""
    shows: str = ""
    """Words for the link."""


def told(parts: Sequence[str], most: int = 4, between: str = "; ") -> str:
    """The first few, and how many more there are."""
    more = [f"{len(parts) - most} more"] if len(parts) > most else []
    return between.join([*parts[:most], *more])


def missing(said: str, link: str = "", shows: str = "") -> Found:
    return Found(False, said, link, shows)
