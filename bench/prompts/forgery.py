"""Text of a dataset never poses as a template's marker or as a special token: each one in it is broken.

A backslash goes before the last character ("### Response\\:", "<|im_end|\\>"), so that the string no longer occurs
and a reader still sees what stood there. Tokenizers look for special tokens in any text they are given, and some
rewrite the text first: T5's makes its end-of-sequence token out of a full-width "</s>" and out of "<\\x01/s>". So a
text is looked at as the tokenizer will see it, too.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from bench.errors import UserError

Normalize = Callable[[str], str]

CONTROL = re.compile(r"<\|[^\s|]+\|>|<｜[^\s｜]+｜>|</?(?:s|bos|eos|pad|unk)>|\[/?[A-Z_]{2,}\]")
"""Shape of added tokens that steer a model although they are not flagged special (Phi-3's `</s>`)."""
PLAIN = "".join(map(chr, range(0x21, 0x7F)))
"""Every printable ASCII character but the space."""
UNUSUAL = re.compile(r"[^\t\n\r -~]")
BREAKS = r"\n\r\x0b\x0c\x85\u2028\u2029"
"""What ends a line."""
ROUNDS = 8


@dataclass(frozen=True)
class Guard:
    """What text must not contain under one template and one tokenizer."""

    pattern: re.Pattern[str] | None
    """Markers and special tokens; None when there are none."""
    anywhere: tuple[re.Pattern[str], ...]
    """Special tokens, and the markers that count within a line, too: what a rewritten text is searched for."""
    strings: tuple[str, ...]
    """All of them as they are written, without a line break before."""
    normalize: Normalize | None = None
    """How the tokenizer rewrites a text before it cuts it, if it does."""
    folds: bool = False
    """True when that changes plain printable characters, as lower-casing does."""

    @cached_property
    def overlapping(self) -> bool:
        """Whether one string can end where another begins, so that a text could hide a template's own marker."""
        begins = {string[:cut] for string in self.strings for cut in range(1, len(string))}
        return any(string[cut:] in begins for string in self.strings for cut in range(1, len(string)))

    def clean(self, text: str) -> tuple[str, int]:
        """The text with each marker and special token broken, and in how many places; the text itself for 0.

        Raises UserError for a token that cannot be broken.
        """
        hidden = self.hidden(text)
        if not hidden and (self.pattern is None or self.pattern.search(text) is None):
            return text, 0
        if hidden and self.normalize is not None:
            text = self.normalize(text)
        return break_all(self.pattern, text) if self.pattern is not None else (text, 0)

    def count(self, text: str) -> int:
        """Markers and special tokens in a text, as it is written and as the tokenizer rewrites it."""
        return (len(self.pattern.findall(text)) if self.pattern else 0) + self.hidden(text)

    def hidden(self, text: str) -> int:
        """Those that come into being only when the tokenizer rewrites the text."""
        if self.normalize is None or not (self.folds or UNUSUAL.search(text)):
            return 0
        seen = self.normalize(text)
        return sum(max(0, len(each.findall(seen)) - len(each.findall(text))) for each in self.anywhere)

    def seal(self, text: str) -> tuple[str, int]:
        """The text, kept apart from what stands beside it wherever the two could make one string; places changed."""
        seen = squeezed(text if self.normalize is None else self.normalize(text))
        strings = [squeezed(string) for string in self.strings]
        ends = any(seen.endswith(string[:cut]) for string in strings for cut in range(1, len(string)))
        begins = any(seen.startswith(string[cut:]) for string in strings for cut in range(1, len(string)))
        return "\\" * begins + text + "\\" * ends, begins + ends


def guard(markers: Iterable[str], tokenizer: Any = None) -> Guard:
    """The guard for these markers and all special tokens of the tokenizer, if there is one."""
    tokens = special_tokens(tokenizer)
    others = [marker for marker in markers if marker not in tokens]
    written = [(marker.lstrip("\n").rstrip(), marker.startswith("\n")) for marker in others]
    normalize = normalizer(tokenizer)
    # T5's turns a line break into a space, so a marker broken over two lines is a marker to it.
    gap = r"\s*" if normalize is not None and normalize("a\nb") == "a b" else rf"[^\S{BREAKS}]*"
    inside = [tolerant(text, gap) for text, leads in written if not leads]
    leading = [line_start(text, gap) for text, leads in written if leads]
    parts = inside + leading + [re.escape(token) for token in tokens]
    return Guard(
        re.compile("|".join(parts)) if parts else None,
        (special_pattern(tokenizer), any_of(inside)),
        tuple(text for text, _ in written) + tokens,
        normalize,
        normalize is not None and normalize(PLAIN).strip(" ▁") != PLAIN,
    )


def squeezed(text: str) -> str:
    """Without white space, which markers may hold more or less of."""
    return "".join(text.split())


def tolerant(marker: str, gap: str) -> str:
    """A pattern for the marker with more, less or other white space in it: a model reads `###Response :` alike."""
    words = [re.escape(word) for word in re.split(r"\s+", marker)]
    last = words[-1]
    if len(last) > 1 and last.endswith(":"):
        words[-1] = f"{last[:-1]}{gap}:"
    return gap.join(words)


def line_start(marker: str, gap: str) -> str:
    """The same, where a line or the text begins; the first character comes first, which keeps the search fast."""
    first = re.escape(marker[0])
    return rf"{first}(?<![^{BREAKS}]{first}){tolerant(marker, gap).removeprefix(first)}"


def break_all(pattern: re.Pattern[str], text: str) -> tuple[str, int]:
    """Until nothing is left: a broken token may end in another one."""
    places = 0
    for _ in range(ROUNDS):
        text, found = pattern.subn(broken, text)
        places += found
        if not found:
            return text, places
    token = pattern.findall(text)[0]
    raise UserError(f"the special token {token!r} of this tokenizer cannot be told from text; remove it from the data")


def broken(match: re.Match[str]) -> str:
    token = match[0]
    if len(token) == 1 or "\\" in token:
        return "".join(f"U+{ord(character):04X}" for character in token)
    return f"{token[:-1]}\\{token[-1]}"


@lru_cache(maxsize=16)
def special_tokens(tokenizer: Any) -> tuple[str, ...]:
    """Texts of a tokenizer's special tokens, longest first; () without a tokenizer.

    Left out is one that is a single printable character or white space: that is text like any other. A tokenizer is
    taken as it is when it is first seen here.
    """
    if tokenizer is None:
        return ()
    added = tokenizer.added_tokens_decoder.values()
    found = {token.content for token in added if token.special or CONTROL.fullmatch(token.content)}
    found.update(map(str, tokenizer.all_special_tokens))
    kept = (token for token in found if token.strip() and token not in PLAIN)
    return tuple(sorted(kept, key=lambda token: (-len(token), token)))


@lru_cache(maxsize=16)
def special_pattern(tokenizer: Any) -> re.Pattern[str]:
    """Finds any special token, the longest where one begins with another."""
    return any_of([re.escape(token) for token in special_tokens(tokenizer)])


def any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns) if patterns else "(?!)")


def normalizer(tokenizer: Any) -> Normalize | None:
    """What a fast tokenizer does to a text before it cuts it, or None when that is nothing."""
    found = getattr(getattr(tokenizer, "backend_tokenizer", None), "normalizer", None)
    return None if found is None else found.normalize_str
