"""Ids of many texts, with each different word tokenised once: in 100,000 rows 97 of 100 words stood there before.

A tokenizer cuts a text into words before it looks for tokens, so a word has the same ids wherever it stands. That is
so only where its cutting is known; here are the cases for which it follows from the rules alone:

- White space after a character that is none begins a new word under GPT-2's pattern, and a space under those of Qwen2
  and Llama 3: no alternative goes on over it, and the one that looks ahead looks at white space only.
- Digits apart, and NFC (a space is never part of a composition), change nothing about that.
- Added tokens are found in the whole text first; none may hold white space, or swallow what stands beside it.
- BPE without dropout merges inside a word only.

Whatever else a tokenizer has, it is left to tokenise whole texts itself (`by_word` is None).
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

WHITE = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
r"""Unicode's White_Space, which is `\s` for a tokenizer; Python's has U+001C to U+001F, too."""
BEFORE_WHITE = re.compile(rf"[{WHITE}]*[^{WHITE}]+|[{WHITE}]+")
"""Pieces: white space and what follows up to the next white space."""
OTHER = WHITE.replace(" ", "")
BEFORE_SPACE = re.compile(
    rf"[{WHITE}]*[^{WHITE}]+(?:[{OTHER}][{WHITE}]*[^{WHITE}]+)*(?:[{OTHER}][{WHITE}]*\Z)?|[{WHITE}]+"
)
"""The same, but only a space begins a new piece; what follows other white space belongs to the piece before."""

QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA3 = QWEN2.replace(r"|\p{N}|", r"|\p{N}{1,3}|")

MOST, LONGEST = 1 << 18, 32
"""Words that are remembered at most, and their characters: no more than about 80 MiB."""


@dataclass(frozen=True)
class Words:
    """A tokenizer that remembers its words."""

    backend: Any
    """The fast tokenizer."""
    pieces: re.Pattern[str]
    """Finds the pieces of a text that it tokenises independently of each other."""
    before: Sequence[int] = ()
    """Ids that go before every text."""
    after: Sequence[int] = ()
    """Ids that go after every text."""
    known: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Piece -> its ids."""

    def ids(self, texts: Iterable[str]) -> list[list[int]]:
        """The ids of each text, exactly as the tokenizer gives them for the whole text."""
        if len(self.known) > MOST:
            self.known.clear()
        before, of = len(self.known), self.known.__getitem__
        # A piece that is new gets an empty list here and its ids in that list below: each piece is looked up once.
        found = [list(map(of, self.pieces.findall(text))) for text in texts]
        new = list(islice(reversed(self.known), len(self.known) - before))
        self.learn(new)
        for piece in new:
            if len(piece) > LONGEST:
                del self.known[piece]
        return [[*self.before, *chain.from_iterable(each), *self.after] for each in found]

    def learn(self, new: list[str]) -> None:
        for piece, encoding in zip(new, self.backend.encode_batch_fast(new, add_special_tokens=False), strict=True):
            self.known[piece].extend(encoding.ids)


def by_word(tokenizer: Any, *, special: bool) -> Words | None:
    """The tokenizer word by word, with or without what it puts around a text; None where that may change an id."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    pieces = independent_pieces(backend) if backend is not None else None
    around = surroundings(backend) if special and pieces else ((), ())
    return Words(backend, pieces, *around) if pieces and around is not None else None


def independent_pieces(backend: Any) -> re.Pattern[str] | None:
    """The finest pieces that this tokenizer is known to tokenise independently of each other, or None."""
    rest = [*parts(backend.normalizer, "normalizers"), *parts(backend.pre_tokenizer, "pretokenizers")]
    model = backend.model
    if type(model).__name__ != "BPE" or model.dropout or not all(map(harmless, rest[:-1])):
        return None
    if not rest or rest[-1]["type"] != "ByteLevel" or rest[-1]["add_prefix_space"]:
        return None
    if any(bound_to_neighbours(token) for token in backend.get_added_tokens_decoder().values()):
        return None
    return next(filter(None, map(pieces_of, rest)), None)


def parts(component: Any, name: str) -> list[Mapping[str, Any]]:
    """What a normaliser or pre-tokenizer consists of, in order, as tokenizer.json writes it."""
    if component is None:
        return []
    state = json.loads(component.__getstate__())
    return state[name] if state["type"] == "Sequence" else [state]


def harmless(part: Mapping[str, Any]) -> bool:
    """Whether pieces stay independent of each other with it before the last part, which writes bytes as characters."""
    return part["type"] in ("NFC", "Digits") or (part["type"] == "Split" and pieces_of(part) is not None)


def pieces_of(part: Mapping[str, Any]) -> re.Pattern[str] | None:
    """The pieces that a part of a pre-tokenizer makes independent of each other, if it does."""
    if part["type"] == "ByteLevel":
        return BEFORE_WHITE if part["use_regex"] else None
    known = part["type"] == "Split" and part["pattern"].get("Regex") in (QWEN2, LLAMA3)
    return BEFORE_SPACE if known and part["behavior"] == "Isolated" and not part["invert"] else None


def bound_to_neighbours(token: Any) -> bool:
    """Whether an added token is found, or what it swallows, by what stands beside it."""
    return bool(token.lstrip or token.rstrip or token.single_word or re.search(f"[{WHITE}]", token.content))


def surroundings(backend: Any) -> tuple[list[int], list[int]] | None:
    """Ids before and after every text."""
    bare, whole = (backend.encode("a", add_special_tokens=special).ids for special in (False, True))
    for at in range(len(whole) - len(bare) + 1):
        if whole[at : at + len(bare)] == bare:
            return whole[:at], whole[at + len(bare) :]
    return None
