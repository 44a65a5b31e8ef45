"""Copies among texts: equal after normalising, or of nearly the same three-word shingles.

Similarity is the exact Jaccard index of the shingle sets. Two texts that reach the threshold have some of their rarest
shingles in common (prefix filtering: Bayardo et al. 2007, "Scaling up all pairs similarity search"; Wang et al. 2012,
"Can we beat the prefix filtering?"), so all pairs are found without comparing all pairs. On instruction rows that is
faster and smaller than MinHash and misses nothing; benchmarks/near_duplicates.py prints both. Its memory grows with
the words, that of MinHash with the texts: on large collections of long texts datasketch selects what to compare.
"""

import math
import re
import unicodedata
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain
from typing import Any, NamedTuple, TypeVar
from zlib import crc32

from bench.errors import UserError

SHORTEST = 8
"""Words below which texts are only compared as wholes: templates of a few words are no copies of each other."""
COMMON = 4
"""Of the rarest shingles so many must be the same before two texts are compared. With one, rows from a small grammar,
all of whose shingles are common, take ten times as long; with more, other rows take longer."""
EXACT_WORDS = 20_000_000
"""Up to this many words in all the shingles are held in memory, whatever MinHash would take (32 bytes a word)."""
MINHASH_LENGTH = 300
"""Mean words of a text from which on MinHash takes less memory (10 kB a text)."""
PLAIN_WORDS = 500_000
"""Up to this many words a set of shingles is quicker than importing NumPy and sorting them."""
PERMUTATIONS = 128
MISSED = 1e-4
"""Highest share of pairs exactly at the threshold that MinHash may miss; more similar ones are missed less."""

OPENING = "\"'`(¡¿“”„‘’‚«»‹›「『《（"
CLOSING = ".,;:!?\"'`)“”‘’«»‹›…–—」』》）。、，；：！？"
"""Punctuation, removed before and after words only: `C#` is not `C`, `a != b` not `a = b`, `.5` not `5`."""
WITHOUT_SPACES = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
"""Kana and Chinese characters, each taken for a word."""

Progress = Callable[[int, int], None]
"""Told (steps done, steps in all) now and then; a text is a step to read and one to compare."""
Item = TypeVar("Item")
EVERY = 1000


class Pair(NamedTuple):
    """Two texts of one collection, by their indices."""

    first: int
    """Always smaller than `second`."""
    second: int
    similarity: float
    """Jaccard index of the shingle sets, or 1.0 for equal texts."""


class Match(NamedTuple):
    """A query and the first text of the corpus it is nearly equal to, by their indices."""

    query: int
    corpus: int
    similarity: float


def words(text: str) -> list[str]:
    """Words without case and without the punctuation around them."""
    if not text.isascii():
        text = WITHOUT_SPACES.sub(r" \g<0> ", unicodedata.normalize("NFKC", text).replace("’", "'"))
    stripped = (part.lstrip(OPENING).rstrip(CLOSING) for part in text.casefold().split())
    return [word for word in stripped if word]


def normalised(text: str) -> str:
    """The text in lower case, with single spaces and without the punctuation around words, unless that is all."""
    return " ".join(words(text)) or text.strip()


def shingles(text: Sequence[str]) -> set[int]:
    """Hashes of every three words in a row; empty for texts of fewer than eight words."""
    if len(text) < SHORTEST:
        return set()
    return set(map(hash, zip(text, text[1:], text[2:], strict=False)))


def similarity(one: Set[int], other: Set[int]) -> float:
    """Jaccard index of two shingle sets, 0.0 when both are empty."""
    common = len(one & other)
    return common / (len(one) + len(other) - common or 1)


def near_duplicates(
    texts: Sequence[str],
    threshold: float = 0.8,
    *,
    minhash: bool | None = None,
    on_progress: Progress | None = None,
) -> list[Pair]:
    """Each text that copies an earlier one, once, with the first text it copies; sorted by the later text's index.

    Equal texts (after normalising) have similarity 1.0. `minhash` says whether MinHash selects the pairs to compare;
    None leaves that to the size of the collection.
    """
    return near_duplicates_and_proof(texts, threshold, minhash=minhash, on_progress=on_progress)[0]


def near_duplicates_and_proof(
    texts: Sequence[str],
    threshold: float = 0.8,
    *,
    minhash: bool | None = None,
    on_progress: Progress | None = None,
) -> tuple[list[Pair], bool]:
    """`near_duplicates`, and True when none was missed for certain: MinHash was not needed."""
    refuse_threshold(threshold)
    equal: list[Pair] = []
    first: dict[str, int] = {}
    for index, text in enumerate(told(texts, on_progress, 0, 2 * len(texts))):
        plain = normalised(text)
        if plain and (known := first.setdefault(plain, index)) != index:
            equal.append(Pair(known, index, 1.0))
    long = {index: plain for plain, index in first.items() if plain.count(" ") >= SHORTEST - 1}
    del first
    exact = not (minhash_is_smaller(long.values()) if minhash is None else minhash)
    search = exact_pairs if exact else minhash_pairs
    return sorted([*equal, *search(long, threshold, on_progress)], key=lambda pair: pair.second), exact


def minhash_is_smaller(texts: Collection[str]) -> bool:
    total = sum(text.count(" ") + 1 for text in texts)
    return total > max(EXACT_WORDS, MINHASH_LENGTH * len(texts))


def refuse_threshold(threshold: float) -> None:
    if not 0 < threshold <= 1:
        raise UserError(f"similarity threshold {threshold}: expected more than 0 and at most 1, for example 0.8")


def told(items: Collection[Item], on_progress: Progress | None, start: int, total: int) -> Iterator[Item]:
    """The items, while `on_progress` hears about every thousandth of them and the last."""
    for done, item in enumerate(items, start=start + 1):
        yield item
        if on_progress and (done % EVERY == 0 or done - start == len(items)):
            on_progress(done, total)


def exact_pairs(texts: Mapping[int, str], threshold: float, on_progress: Progress | None = None) -> list[Pair]:
    """Pairs among normalised texts, none missed."""
    packed = {index: array("q", shingles(text.split())) for index, text in texts.items()}
    count = shared(packed.values())
    having: dict[int, list[int]] = defaultdict(list)
    sets: dict[int, set[int]] = {}
    pairs: list[Pair] = []
    for index in told(packed, on_progress, len(packed), 2 * len(packed)):
        own = set(packed[index])
        if not (rare := rarest(own, count, threshold)):
            continue
        candidates = in_several([having[shingle] for shingle in rare], in_common(own, threshold), index)
        pairs += [Pair(other, index, found) for other, found in similar(own, candidates, sets.__getitem__, threshold)]
        sets[index] = own
        for shingle in rare:
            having[shingle].append(index)
    return pairs


def shared(packed: Collection["array[int]"]) -> dict[int, int]:
    """Shingle -> number of texts, for the shingles that more than one text has."""
    if sum(map(len, packed)) <= PLAIN_WORDS:
        return {shingle: texts for shingle, texts in Counter(chain.from_iterable(packed)).items() if texts > 1}
    import numpy as np

    every = np.concatenate([np.frombuffer(each, np.int64) for each in packed])
    every.sort()
    repeated, again = np.unique(every[1:][every[1:] == every[:-1]], return_counts=True)
    return dict(zip(repeated.tolist(), (again + 1).tolist(), strict=True))


def rarest(own: Set[int], count: Mapping[int, int], threshold: float) -> list[int]:
    """The shingles of which any text this similar must have `in_common`; empty when there can be no such text.

    Rarest by `count`; a shingle without a count is rarer than all and is left out, because no other text has it.
    """
    least = overlap(len(own), threshold)
    known = [shingle for shingle in own if shingle in count]
    if not own or len(known) < least:
        return []
    unknown = len(own) - len(known)
    rising = sorted(known, key=lambda shingle: (count[shingle], shingle))
    return rising[: len(own) - least + min(COMMON, least) - unknown]


def overlap(size: int, threshold: float) -> int:
    """How many shingles a set of this size shares at least with a set this similar."""
    return math.ceil(threshold * size - 1e-9)


def in_common(own: Set[int], threshold: float) -> int:
    """How many of its rarest shingles a text shares at least with a text this similar.

    COMMON, or as many as the smallest such text must share at all.
    """
    return min(COMMON, overlap(overlap(len(own), threshold), threshold))


def in_several(lists: Sequence[Sequence[int]], least: int, end: int) -> Iterator[int]:
    """Numbers below `end` that stand in `least` of these rising lists, the smallest first.

    Looked for in steps that become longer: among thousands of copies of one text the first one is enough.
    """
    start, stop = 0, 256
    while start < end:
        within = (each[bisect_left(each, start) : bisect_left(each, stop)] for each in lists)
        yield from sorted(number for number, times in Counter(chain.from_iterable(within)).items() if times >= least)
        start, stop = stop, 4 * stop


def similar(
    own: Set[int], candidates: Iterable[int], shingles_of: Callable[[int], Set[int]], threshold: float
) -> Iterator[tuple[int, float]]:
    """The first candidate that is as similar as that, with its similarity; nothing when there is none."""
    for candidate in candidates:
        if (found := similarity(own, shingles_of(candidate))) >= threshold:
            yield candidate, found
            return


def minhash_pairs(texts: Mapping[int, str], threshold: float, on_progress: Progress | None = None) -> list[Pair]:
    """Pairs among normalised texts; a pair at the very threshold is missed with a probability of at most 1e-4."""
    from datasketch import MinHash, MinHashLSH

    def shingles_of(index: int) -> set[int]:
        return shingles(texts[index].split())

    near: Any = MinHashLSH(num_perm=PERMUTATIONS, params=bands(threshold))
    sketches = MinHash.generator(map(encoded, texts.values()), num_perm=PERMUTATIONS, hashfunc=crc32)
    pairs: list[Pair] = []
    for index, sketch in zip(told(texts, on_progress, len(texts), 2 * len(texts)), sketches, strict=True):
        if candidates := sorted(near.query(sketch)):
            found = similar(shingles_of(index), candidates, shingles_of, threshold)
            pairs += [Pair(other, index, similarity) for other, similarity in found]
        near.insert(index, sketch, check_duplication=False)
    return pairs


def encoded(text: str) -> set[bytes]:
    """The shingles as bytes, whose hashes do not change from one process to the next."""
    plain = text.split()
    return {" ".join(each).encode("utf-8", "surrogatepass") for each in zip(plain, plain[1:], plain[2:], strict=False)}


def bands(threshold: float) -> tuple[int, int]:
    """(bands, rows of each): as many rows as go without missing more than MISSED of the pairs at the threshold."""
    for rows in range(16, 1, -1):
        if (1 - threshold**rows) ** (PERMUTATIONS // rows) <= MISSED:
            return PERMUTATIONS // rows, rows
    return PERMUTATIONS, 1


def near_matches(
    queries: Sequence[str], corpus: Sequence[str], threshold: float = 0.8, *, on_progress: Progress | None = None
) -> list[Match]:
    """Each query that a text of the corpus copies, once, with the first such text; sorted by the query's index.

    Exact, whatever the size: the corpus is only passed by, so that memory grows with the queries.
    """
    refuse_threshold(threshold)
    total = len(queries) + len(corpus)
    asked = [normalised(text) for text in told(queries, on_progress, 0, total)]
    equal: dict[str, list[int]] = defaultdict(list)
    for index, plain in enumerate(asked):
        equal[plain].append(index)
    equal.pop("", None)
    sets = [shingles(plain.split()) for plain in asked]
    count = Counter(chain.from_iterable(sets))
    having = by_rarest(sets, count, threshold)
    found: dict[int, Match] = {}
    for index, text in enumerate(told(corpus, on_progress, len(queries), total)):
        plain = normalised(text)
        for query in equal.get(plain, ()):
            found.setdefault(query, Match(query, index, 1.0))
        own = shingles(plain.split())
        candidates = Counter(chain.from_iterable(without(found, having, rarest(own, count, threshold))))
        least = in_common(own, threshold)
        for query, times in candidates.items():
            if times >= least and (near := similarity(own, sets[query])) >= threshold:
                found[query] = Match(query, index, near)
    return sorted(found.values())


def without(found: Collection[int], having: dict[int, list[int]], among: Iterable[int]) -> Iterator[list[int]]:
    """The lists under these shingles, less the queries that are found; they are left out for good."""
    for shingle in among:
        if shingle in having:
            having[shingle] = [query for query in having[shingle] if query not in found]
            yield having[shingle]


def by_rarest(sets: Sequence[Set[int]], count: Mapping[int, int], threshold: float) -> dict[int, list[int]]:
    """Shingle -> the texts that have it among their rarest."""
    having: dict[int, list[int]] = defaultdict(list)
    for index, own in enumerate(sets):
        for shingle in rarest(own, count, threshold):
            having[shingle].append(index)
    return having
