"""The one exception for mistakes a user can mend; its text is the whole message, without a traceback."""

import difflib
from collections.abc import Iterable


class UserError(ValueError):
    """What was found, what was expected, and what to do next, in one line."""


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint such as " Did you mean 'lora'?", or the whole list when nothing is near."""
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f" Did you mean {close[0]!r}?" if close else f" Known: {', '.join(known)}."


class Unavailable(UserError):
    """Something this machine or this run does not offer; a case that needs it is skipped with this reason."""
