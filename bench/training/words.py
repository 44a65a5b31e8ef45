"""Ids of many texts, with each different word tokenised once: in 100,000 rows 97 of 100 words stood there before.

A tokenizer cuts a text into words before it looks for tokens, so a word has the same ids wherever it stands. That is
so only where its cutting is known; here are the cases for which it follows from the rules alone:

- A space after a character that is no white space begins a new word under the patterns of GPT-2, Qwen2 and Llama 3: no
  alternative goes on over it, and the one that looks ahead looks at white space only.
- Digits apart, and NFC (a space is never part of a composition), change nothing about that.
- Added tokens are found in the whole text first; none may hold white space, or swallow what stands beside it.
- BPE without dropout merges inside a word only.

Whatever else a tokenizer has, it is left to tokenise whole texts itself (`by_word` is None).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, chain, islice, pairwise
from typing import Any

WHITE = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
r"""Unicode's White_Space, which is `\s` for a tokenizer; Python's has U+001C to U+001F, too."""
OTHER = WHITE.replace(" ", "")
BEFORE_SPACE = re.compile(
    rf"[{WHITE}]*[^{WHITE}]+(?:[{OTHER}][{WHITE}]*[^{WHITE}]+)*(?:[{OTHER}][{WHITE}]*\Z)?|[{WHITE}]+"
)
"""Words: a space after a character that is none begins one; what follows other white space belongs to the word before.
The last alternative is a text of white space alone, or what is left of one."""
ENDS_WHITE = re.compile(rf"(?:\A|[{WHITE}])\Z")

QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA3 = QWEN2.replace(r"|\p{N}|", r"|\p{N}{1,3}|")

MOST, LONGEST = 1 << 18, 32
"""Words that are remembered at most, and their characters: no more than about 80 MiB."""
JOINED = 100
"""New words that are tokenised as one text: it costs a third of what a text for each costs."""


class Pieces(dict[str, list[int]]):
    """A piece of text -> its ids; a new one has an empty list, which `Words.learn` fills."""

    def __missing__(self, piece: str) -> list[int]:
        made = self[piece] = list[int]()
        return made


class Spaced(dict[str, "list[int] | None"]):
    """What stands between two spaces -> its ids and those of the space before it, to be filled; None where the space
    after it follows on white space, and so need not begin a word."""

    def __missing__(self, part: str) -> list[int] | None:
        made = self[part] = None if ENDS_WHITE.search(part) else list[int]()
        return made


@dataclass(frozen=True)
class Known:
    """What was tokenised before; texts with and without a BOS share it."""

    pieces: Pieces = field(default_factory=Pieces)
    spaced: Spaced = field(default_factory=Spaced)

    def forget(self) -> None:
        """What is too much to remember."""
        if len(self.pieces) + len(self.spaced) > MOST:
            self.pieces.clear()
            self.spaced.clear()


@dataclass(frozen=True)
class Words:
    """A tokenizer that remembers its words."""

    backend: Any
    """The fast tokenizer."""
    before: Sequence[int] = ()
    """Ids that go before every text."""
    after: Sequence[int] = ()
    """Ids that go after every text."""
    known: Known = field(default_factory=Known)

    def ids(self, texts: Iterable[str]) -> list[list[int]]:
        """The ids of each text, exactly as the tokenizer gives them for the whole text."""
        self.known.forget()
        pieces, spaced = len(self.known.pieces), len(self.known.spaced)
        # What is new gets an empty list here and its ids in that list below: each word is looked up once.
        found = [self.words(text) for text in texts]
        self.learn(newest(self.known.pieces, pieces), newest(self.known.spaced, spaced))
        if not (self.before or self.after):
            return [list(chain.from_iterable(each)) for each in found]
        return [[*self.before, *chain.from_iterable(each), *self.after] for each in found]

    def words(self, text: str) -> list[Any]:
        """The ids of each word of a text, some still to be filled."""
        first, *rest = text.split(" ")
        found = [self.known.pieces[first], *map(self.known.spaced.__getitem__, rest)]
        if found[-1] is None:
            found[-1] = self.known.pieces[" " + rest[-1]]
        if None in found or first[-1:].isspace():
            found = list(map(self.known.pieces.__getitem__, BEFORE_SPACE.findall(text)))
        return found

    def learn(self, pieces: Sequence[str], parts: Sequence[str]) -> None:
        """Fills the lists of new pieces and parts; the longest are not remembered."""
        for piece, ids in zip(pieces, self.apart(pieces), strict=True):
            self.known.pieces[piece].extend(ids)
        empty = [(part, made) for part in parts if (made := self.known.spaced[part]) is not None]
        for (_, made), ids in zip(empty, self.after_spaces([part for part, _ in empty]), strict=True):
            made.extend(ids)
        drop_long(self.known.pieces, pieces)
        drop_long(self.known.spaced, parts)

    def apart(self, texts: Sequence[str]) -> list[list[int]]:
        return [each.ids for each in self.backend.encode_batch_fast(texts, add_special_tokens=False)]

    def after_spaces(self, parts: Sequence[str]) -> Iterator[list[int]]:
        """The ids of each part with a space before it; a hundred are one text, cut where their bytes end."""
        groups = [parts[start : start + JOINED] for start in range(0, len(parts), JOINED)]
        for group, ids in zip(groups, self.apart([f" {' '.join(group)}" for group in groups]), strict=True):
            at = {end: number for number, end in enumerate(accumulate(map(self.sizes.__getitem__, ids)), start=1)}
            ends = [at.get(end) for end in accumulate(len(part.encode()) + 1 for part in group)]
            if None in ends or ends[-1:] != [len(ids)]:
                yield from self.apart([f" {part}" for part in group])
            else:
                yield from (ids[start:end] for start, end in pairwise([0, *ends]))

    @cached_property
    def sizes(self) -> Mapping[int, int]:
        """Id -> bytes of text that it stands for, if no normaliser changes them."""
        sizes = {number: len(token) for token, number in self.backend.get_vocab(with_added_tokens=False).items()}
        added = self.backend.get_added_tokens_decoder().items()
        return sizes | {number: len(token.content.encode()) for number, token in added}


def newest(known: dict[str, Any], before: int) -> list[str]:
    """What has come since there were so many."""
    return list(islice(reversed(known), len(known) - before))


def drop_long(known: dict[str, Any], new: Iterable[str]) -> None:
    for text in new:
        if len(text) > LONGEST:
            del known[text]


def by_word(tokenizer: Any, *, special: bool, known: Known | None = None) -> Words | None:
    """The tokenizer word by word, with or without what it puts around a text; None where that may change an id.

    `known` is what was tokenised with it before.
    """
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None or not cuts_at_spaces(backend):
        return None
    around = surroundings(backend) if special else ((), ())
    return None if around is None else Words(backend, around[0], around[1], known or Known())


def cuts_at_spaces(backend: Any) -> bool:
    """Whether this tokenizer is known to begin a word at each space that follows a character that is none."""
    rest = [*parts(backend.normalizer, "normalizers"), *parts(backend.pre_tokenizer, "pretokenizers")]
    model = backend.model
    if type(model).__name__ != "BPE" or model.dropout or not all(map(harmless, rest[:-1])):
        return False
    if not rest or rest[-1]["type"] != "ByteLevel" or rest[-1]["add_prefix_space"]:
        return False
    if any(bound_to_neighbours(token) for token in backend.get_added_tokens_decoder().values()):
        return False
    return any(map(cuts, rest))


def parts(component: Any, name: str) -> list[Mapping[str, Any]]:
    """What a normaliser or pre-tokenizer consists of, in order, as tokenizer.json writes it."""
    if component is None:
        return []
    state = json.loads(component.__getstate__())
    return state[name] if state["type"] == "Sequence" else [state]


def harmless(part: Mapping[str, Any]) -> bool:
    """Whether words stay independent of each other with it before the last part, which writes bytes as characters."""
    return part["type"] in ("NFC", "Digits") or (part["type"] == "Split" and cuts(part))


def cuts(part: Mapping[str, Any]) -> bool:
    """Whether a part of a pre-tokenizer is one that makes words."""
    if part["type"] == "ByteLevel":
        return bool(part["use_regex"])
    known = part["type"] == "Split" and part["pattern"].get("Regex") in (QWEN2, LLAMA3)
    return known and part["behavior"] == "Isolated" and not part["invert"]


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
