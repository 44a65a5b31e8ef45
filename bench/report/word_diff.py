"""An answer word by word against its reference, by difflib: what was added and what is missing.

The text itself stays exactly what `html_text` shows: added words are wrapped in `ins`, missing ones stand in `del`,
which the page shows only where a reader asks for the difference.
"""

import re
from difflib import SequenceMatcher

from markupsafe import Markup, escape

from bench.report.escaping import SPACES, show_hidden, space_mark

LONGEST = 400
"""Words of either text; comparing longer ones takes seconds and shows a reader nothing."""
ALIKE = 0.3
"""Likeness (difflib's ratio) below which two texts have nothing to do with each other, so that marks would be noise."""
WORD = re.compile(r"\w+ ?|[^\w\s]|\s", re.DOTALL)

Piece = tuple[str, Markup]
"""(what is compared, what is shown)."""


def word_diff(said: str, wanted: str) -> Markup | None:
    """`said` with its differences to `wanted` marked; None where they are equal, too long or unlike."""
    if said == wanted:
        return None
    ours, theirs = pieces(said), pieces(wanted)
    if not ours or not theirs or max(len(ours), len(theirs)) > LONGEST:
        return None
    matcher = SequenceMatcher(None, [word for word, _ in theirs], [word for word, _ in ours], autojunk=False)
    if matcher.ratio() < ALIKE:
        return None
    parts = []
    for kind, start, end, first, last in matcher.get_opcodes():
        parts += [Markup("<del>{}</del>").format(shown(theirs[start:end]))] if kind in ("replace", "delete") else []
        added = shown(ours[first:last])
        parts.append(added if kind == "equal" or first == last else Markup("<ins>{}</ins>").format(added))
    return Markup("").join(parts)


def pieces(text: str) -> list[Piece]:
    """Words with the space behind them, punctuation, and layout with its visible marks."""
    found: list[Piece] = []
    position = 0
    for match in SPACES.finditer(text):
        found += words(text[position : match.start()])
        found.append((match.group(), space_mark(match.group())))
        position = match.end()
    return found + words(text[position:])


def words(text: str) -> list[Piece]:
    return [(word.rstrip(" ") or word, escape(show_hidden(word))) for word in WORD.findall(text)]


def shown(found: list[Piece]) -> Markup:
    return Markup("").join(mark for _, mark in found)
