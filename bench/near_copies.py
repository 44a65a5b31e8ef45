"""Finds near copies of instructions in generated text: the Jaccard index of character 5-grams (definitions 5.3).

A sentence is compared with few of any number of instructions, and the result is exact: two sets that share 60 % of
all their members share k of the rarest 40 % + k of each (prefix filter; Chaudhuri, Ganti and Kaushik 2006).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, pairwise
from typing import Any, NamedTuple, Self

import numpy as np

NEAR_COPY, OWN_COPY = 0.6, 0.9
LONGEST_SENTENCE = 2000
"""Characters beyond which a sentence is no copy of an instruction."""
SHARED, MANY = 8, 200
"""Rare 5-grams that two near copies share at least; instructions from which on a 5-gram is not worth looking up."""
HALF, LOWER = 32, (1 << 32) - 1
"""Two numbers side by side in one are sorted several times as fast as by two keys."""
BATCH = 256
"""Texts whose 5-grams are found and compared at once."""
HASH = np.uint64(56)
"""Bits of a 5-gram's hash; the eight above it number the texts of a batch."""
SLOTS = np.uint64(38)
"""Bits of it that are left out where hashes are looked up by how they begin."""

FOUR_WORDS = re.compile(r"\W*+(?:\w++\W++){3}\w")
# Odd numbers that scatter five characters over 64 bits, of which the upper ones are kept.
FACTORS = np.array(
    [0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F],
    dtype=np.uint64,
)

Grams = np.ndarray[Any, np.dtype[np.uint64]]
"""Hashes of the different 5-grams of a text, sorted."""
NOTHING: Grams = np.empty(0, dtype=np.uint64)


class Likeness(NamedTuple):
    """What is known of one sentence."""

    size: int
    """Number of its 5-grams."""
    tasks: tuple[bytes, ...]
    """Two, or fewer, of those that it is a near copy of."""


class Slots(NamedTuple):
    """Sorted 5-grams by how their hashes begin."""

    firsts: np.ndarray
    """For each beginning the place of the first that begins so."""
    most: int
    """How many begin alike."""
    known: Grams
    """All of them, and one that is greater than any."""


@dataclass(frozen=True, eq=False)
class Index:
    """Instructions by their rarest 5-grams."""

    tasks: tuple[Grams, ...]
    """5-grams of each, every set once."""
    known: Grams
    """All 5-grams, sorted."""
    ranks: np.ndarray
    """Of each of them, 0 for the rarest."""
    common: int
    """The first rank of those that MANY tasks hold."""
    sizes: np.ndarray
    """Number of 5-grams of each task."""
    starts: np.ndarray
    """By rank, where in `holders` the tasks begin that have it among their rarest."""
    holders: np.ndarray

    @cached_property
    def keys(self) -> frozenset[bytes]:
        return frozenset(task.tobytes() for task in self.tasks)

    @cached_property
    def slots(self) -> Slots:
        counts = np.bincount((self.known >> SLOTS).astype(np.int64), minlength=1 << int(HASH - SLOTS))
        return Slots(np.cumsum(counts) - counts, int(counts.max()), np.append(self.known, ~np.uint64(0)))

    @classmethod
    def of(cls, tasks: tuple[Grams, ...]) -> Self:
        known, places, times = np.unique(np.concatenate(tasks), return_inverse=True, return_counts=True)
        ranks = np.empty(len(known), dtype=np.int64)
        ranks[np.argsort(times, kind="stable")] = np.arange(len(known))
        sizes = np.array([len(task) for task in tasks])
        task, rank, place = by_rank(np.repeat(np.arange(len(tasks)), sizes), ranks[places], len(tasks))
        rarest = place < enough(sizes)[task]
        starts = np.concatenate([[0], np.cumsum(np.bincount(rank[rarest], minlength=len(known)))])
        # Half as wide a number is added up and sorted in half the time.
        width = np.uint32 if BATCH * len(tasks) < 1 << 32 else np.uint64
        holders = task[rarest][np.argsort(rank[rarest], kind="stable")].astype(width)
        return cls(tasks, known, ranks, int((times < MANY).sum()), sizes, starts, holders)

    def near(self, said: Sequence[Grams]) -> list[tuple[bytes, ...]]:
        """For each of the texts two, or fewer, of the tasks that it is a near copy of."""
        found: list[tuple[bytes, ...]] = [()] * len(said)
        for pair in self.candidates(said):
            text, task = divmod(pair, len(self.tasks))
            if len(found[text]) < 2 and jaccard(said[text], self.tasks[task]) >= NEAR_COPY:
                found[text] += (self.tasks[task].tobytes(),)
        return found

    def candidates(self, said: Sequence[Grams]) -> list[int]:
        """Pairs, as text * tasks + task, that share so many of the rarest that they may share enough of all.

        What a pair shares beyond its rarest is at most what the one has there whose rarest end first. Some of the
        rarest are left unread that too many tasks hold.
        """
        sizes = np.array([len(grams) for grams in said])
        text, rank, place = self.rarest(said, sizes)
        needed = np.minimum(SHARED, least_shared(sizes))
        unread = np.minimum(needed - 1, np.bincount(text[rank >= self.common], minlength=len(said)))
        read = place < (np.bincount(text, minlength=len(said)) - unread)[text]
        text, rank, least, rest = text[read], rank[read], needed - unread, beyond(sizes) + unread
        # The few texts that share less would have all the others counted one by one.
        usual = (least == SHARED)[text]
        found = [self.sharing(text[those], rank[those], sizes, least, rest) for those in (usual, ~usual)]
        return sorted(np.concatenate(found).tolist())

    def rarest(self, said: Sequence[Grams], sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(text, rank, place) of the rarest 5-grams; those that no task holds are the rarest, and lead nowhere."""
        grams, text = np.concatenate(said), np.repeat(np.arange(len(said)), sizes)
        places = self.places(grams)
        held = self.slots.known[places] == grams
        text, rank, place = by_rank(text[held], self.ranks[places[held]], len(said))
        unknown = sizes - np.bincount(text, minlength=len(said))
        kept = place < (enough(sizes) - unknown)[text]
        return text[kept], rank[kept], place[kept]

    def places(self, grams: Grams) -> np.ndarray:
        """Where in `known` each of them stands, if it does; hashes are spread evenly, hence a few steps are enough."""
        firsts, most, known = self.slots
        found = firsts[(grams >> SLOTS).astype(np.int64)]
        for _ in range(most):
            found += known[found] < grams
        return found

    def sharing(
        self, text: np.ndarray, rank: np.ndarray, sizes: np.ndarray, least: np.ndarray, rest: np.ndarray
    ) -> np.ndarray:
        """Pairs, as text * tasks + task, that share `least` of the rarest, and enough even with all of the `rest`."""
        pairs, shared = repeated(self.held(text, rank), int(least[text].min(initial=SHARED)))
        text, task = pairs // len(self.tasks), pairs % len(self.tasks)
        most = shared + np.maximum(rest[text], beyond(self.sizes)[task])
        # In whole numbers: shared / all >= 3 / 5.
        enough = (shared >= least[text]) & (8 * most >= 3 * (sizes[text] + self.sizes[task]))
        return pairs[enough].astype(np.int64)

    def held(self, text: np.ndarray, rank: np.ndarray) -> np.ndarray:
        """text * tasks + task for every task that has a 5-gram of the text among its rarest."""
        begins = self.starts[rank]
        lengths = self.starts[rank + 1] - begins
        ends = np.cumsum(lengths)
        places = np.repeat(begins - ends + lengths, lengths)
        places += np.arange(len(places))
        pairs = self.holders[places]
        pairs += np.repeat((text * len(self.tasks)).astype(pairs.dtype), lengths)
        return pairs


@dataclass(frozen=True, eq=False)
class Copies:
    """Tells near copies of some instructions."""

    index: Index | None = None
    """None without instructions."""
    openings: Mapping[str, Grams] = field(default_factory=dict)
    """5-grams of each instruction's first sentence."""
    read: Mapping[str, Likeness] = field(default_factory=dict)
    """Sentences compared before, many at once, which is quicker."""

    @classmethod
    def of(cls, openings: Iterable[str]) -> Self:
        texts = [*openings]
        known = dict(zip(texts, grams(texts), strict=True))
        tasks = {own.tobytes(): own for opening, own in known.items() if may_be_copied(opening)}
        return cls(Index.of(tuple(tasks.values())) if tasks else None, known)

    def having_read(self, sentences: Iterable[str]) -> Self:
        """The same, quicker for these sentences."""
        if self.index is None:
            return self
        to_read = list({sentence for sentence in sentences if may_be_copied(sentence)})
        return replace(self, read=dict(chain.from_iterable(map(self.compared, batches(to_read)))))

    def compared(self, sentences: Sequence[str]) -> Iterator[tuple[str, Likeness]]:
        said = grams(sentences)
        near = self.index.near(said) if self.index else ((),) * len(said)
        for sentence, own, tasks in zip(sentences, said, near, strict=True):
            yield sentence, Likeness(len(own), tasks)

    def grams(self, opening: str) -> Grams:
        """The 5-grams of an instruction's first sentence."""
        return self.openings[opening] if opening in self.openings else grams([opening])[0]

    def holds(self, sentence: str, own: Grams = NOTHING, opening: str = "") -> bool:
        """A near copy of any, with index >= 0.6, or of the sentence's own instruction, >= 0.9; from four words on.

        `own` are the 5-grams of that instruction's `opening`. A statement in nearly its words restates it, whatever
        else was asked in such words: "X was not right to ..." copies no "Why was X wrong to ...?" where the question
        was "Why was X right to ...?".
        """
        likeness = self.read.get(sentence)
        if likeness is None and not may_be_copied(sentence):
            return False
        likeness = likeness or dict(self.compared([sentence]))[sentence]
        may_repeat = alike(likeness.size, len(own), OWN_COPY)
        if not likeness.tasks and not may_repeat:
            return False
        key = own.tobytes()
        if not likeness.tasks and self.index and key in self.index.keys:
            return False
        to_own = jaccard(grams([sentence])[0], own)
        restates = to_own >= NEAR_COPY and not begins_alike(sentence, opening)
        if any(task != key for task in likeness.tasks) and not restates:
            return True
        return may_repeat and to_own >= OWN_COPY


def begins_alike(sentence: str, other: str) -> bool:
    """With the same word, as a task and its copies do: "Why was X right?" and "X was right" do not."""
    return sentence.lower().split(maxsplit=1)[:1] == other.lower().split(maxsplit=1)[:1]


def by_rank(text: np.ndarray, rank: np.ndarray, texts: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(text, rank, place in the text), the texts in order and the rarest first."""
    ordered = np.sort(text << HALF | rank)
    text, sizes = ordered >> HALF, np.bincount(text, minlength=texts)
    return text, ordered & LOWER, np.arange(len(text)) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def repeated(values: np.ndarray, least: int) -> tuple[np.ndarray, np.ndarray]:
    """The values that stand there so many times, and how often they do."""
    ordered = np.sort(values)
    # Of equal values in a row the one so many places on is the same, too.
    again = ordered[least - 1 :] == ordered[: max(0, len(ordered) - least + 1)]
    found, times = np.unique(ordered[least - 1 :][again], return_counts=True)
    return found, times + least - 1


def least_shared(sizes: np.ndarray) -> np.ndarray:
    """How many 5-grams a near copy has in common with a text of so many."""
    return np.ceil(NEAR_COPY * sizes - 1e-9).astype(np.int64)


def enough(sizes: np.ndarray) -> np.ndarray:
    """Rarest 5-grams of which near copies share SHARED."""
    return sizes - least_shared(sizes) + SHARED


def beyond(sizes: np.ndarray) -> np.ndarray:
    """5-grams of a text of so many that are not among its rarest."""
    return sizes - np.minimum(sizes, enough(sizes))


def may_be_copied(sentence: str) -> bool:
    return 7 <= len(sentence) <= LONGEST_SENTENCE and FOUR_WORDS.match(sentence) is not None


def grams(texts: Sequence[str]) -> list[Grams]:
    """In lower case, with single spaces; a text of fewer than five characters is one 5-gram."""
    return [own for batch in batches(texts) for own in grams_of_batch(batch)]


def batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    return (texts[begin : begin + BATCH] for begin in range(0, len(texts), BATCH))


def grams_of_batch(texts: Sequence[str]) -> list[Grams]:
    plain = [" ".join(text.lower().split()).ljust(5, "\0") for text in texts]
    codes = np.frombuffer("".join(plain).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    sizes = np.array([len(text) for text in plain], dtype=np.int64)
    text = np.repeat(np.arange(len(plain), dtype=np.uint64), sizes)
    inside = text[:-4] == text[4:]
    numbered = np.sort((scattered(codes) >> (64 - HASH) | text[:-4] << HASH)[inside])
    numbered = numbered[np.concatenate([[True], numbered[1:] != numbered[:-1]])]
    sizes = np.bincount((numbered >> HASH).astype(np.int64), minlength=len(plain))
    return split(numbered & ((np.uint64(1) << HASH) - np.uint64(1)), sizes)


def split(values: np.ndarray, sizes: np.ndarray) -> list[np.ndarray]:
    """Stretches of so many values."""
    ends = [0, *np.cumsum(sizes).tolist()]
    return [values[begin:end] for begin, end in pairwise(ends)]


def scattered(codes: Grams) -> Grams:
    """A hash of every five characters that follow each other."""
    last = len(codes) - 4
    hashes = codes[:last] * FACTORS[0]
    for place in range(1, 5):
        hashes += codes[place : last + place] * FACTORS[place]
    return hashes


def alike(one: int, other: int, least: float) -> bool:
    """Sizes that allow such a Jaccard index."""
    return min(one, other) >= least * max(one, other)


def jaccard(one: Grams, other: Grams) -> float:
    """Shared / all, or 0 at once where sizes so unlike keep it under 0.6, which spares most intersections."""
    if not alike(len(one), len(other), NEAR_COPY):
        return 0.0
    both = np.sort(np.concatenate((one, other)))
    shared = int(np.count_nonzero(both[1:] == both[:-1]))
    return shared / max(1, len(one) + len(other) - shared)
