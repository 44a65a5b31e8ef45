"""What a set of pairs or instructions covers: category by difficulty, and chapter by chapter."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bench.synthesis.rows import Pair, Passage


class Coverage(NamedTuple):
    """Counts of pairs."""

    cells: Mapping[tuple[str, str], int]
    """(category, difficulty) -> pairs."""
    chapters: Mapping[tuple[str, int], Mapping[str, int]]
    """(source, chapter) -> category -> pairs; a chapter without pairs is there, too."""
    types: Mapping[str, int]

    @property
    def empty(self) -> list[tuple[str, int]]:
        """Chapters that no pair rests on."""
        return [chapter for chapter, found in self.chapters.items() if not found]


def coverage(pairs: Sequence[Pair], passages: Sequence[Passage]) -> Coverage:
    place = {passage.id: (passage.source, passage.chapter) for passage in passages}
    chapters: dict[tuple[str, int], Counter[str]] = {where: Counter() for where in dict.fromkeys(place.values())}
    for pair in pairs:
        if pair.passage_id in place:
            chapters[place[pair.passage_id]][pair.category] += 1
    cells = Counter((pair.category, pair.difficulty) for pair in pairs)
    return Coverage(cells, chapters, Counter(pair.type for pair in pairs))
