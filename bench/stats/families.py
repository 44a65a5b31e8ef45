"""Many pairs in one table: p-values corrected for their number, and tied groups in place of ranks.

Holm (1979) holds the chance of one false "better" in the whole table at 5 %, whatever the pairs have in common. Groups
are the sets of methods of which no two are told apart (Piepho's letters, 2004).
"""

from collections.abc import Callable, Sequence
from itertools import combinations

ALPHA = 0.05


def holm(ps: Sequence[float]) -> list[float]:
    """Corrected p-values in the order given, at most 1; the smallest is multiplied by the number of pairs."""
    order = sorted(range(len(ps)), key=lambda place: ps[place])
    corrected, largest = [0.0] * len(ps), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(ps) - rank) * ps[place]))
        corrected[place] = largest
    return corrected


def tied_groups(names: Sequence[str], differ: Callable[[str, str], bool]) -> list[tuple[str, ...]]:
    """The largest sets of names of which no two differ, in the order given; each name is in at least one.

    A name may stand in several: a = b and b = c do not make a = c.
    """
    groups: list[tuple[str, ...]] = []
    for name in names:
        alike = [tuple(other for other in group if not differ(other, name)) for group in groups]
        grown = [(*group, name) for group in [*alike, ()]]
        groups = largest([*groups, *grown])
    return sorted(groups, key=lambda group: [names.index(name) for name in group])


def largest(groups: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Without those that another one holds."""
    unique = list(dict.fromkeys(groups))
    return [group for group in unique if not any(set(group) < set(other) for other in unique)]


def pairs_of(names: Sequence[str]) -> list[tuple[str, str]]:
    return list(combinations(names, 2))
