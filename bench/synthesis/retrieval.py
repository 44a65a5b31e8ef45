"""Which passages a question is about: BM25 (Robertson and Zaragoza 2009) by bm25s, sparse and exact."""

import re
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from typing import Any

from bench.errors import UserError
from bench.synthesis.lexicon import words
from bench.synthesis.rows import Passage

WORD = re.compile(r"[^\W_]+")
ASKING = words(
    """
    a an and are as at be by describe did do does explain for from had has have how in is it its of on or story tell
    that the their them they this to was we were what when where which who why with chapter happens happened learn
    about between character kind place object spell relationship
    """
)
"""Words of questions that say nothing about which passage answers."""


class Retrieval:
    """An index over passages."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = list(passages)
        self.places = {passage.id: place for place, passage in enumerate(self.passages)}
        self.index = library().BM25(k1=1.5, b=0.75)
        self.index.index([terms(passage.text) for passage in self.passages] or [["\0"]], show_progress=False)

    def find(self, question: str, most: int, among: Collection[str] = ()) -> list[Passage]:
        """Up to `most` passages with a score above 0, best first; of equal ones the first in the text.

        `among` are the ids of the only passages that may be found; without them all may.
        """
        import numpy as np

        asked = [word for word in terms(question) if word not in ASKING and word in self.index.vocab_dict]
        if not asked or not self.passages:
            return []
        scores = self.index.get_scores(asked)
        places = self.allowed(tuple(among)) if among else np.arange(len(self.passages))
        best = places[np.argsort(-scores[places], kind="stable")[:most]]
        return [self.passages[place] for place in best if scores[place] > 0]

    @lru_cache(maxsize=1024)  # noqa: B019  # lives as long as the run
    def allowed(self, among: tuple[str, ...]) -> Any:
        """Places of passages; the questions about one subject in one chapter name the same ones."""
        import numpy as np

        return np.array(sorted(self.places[name] for name in among if name in self.places), dtype=int)


def terms(text: str) -> list[str]:
    """Words in lower case, a possessive 's taken off."""
    return WORD.findall(text.lower().replace("’s", " ").replace("'s", " "))


@cache
def library() -> Any:
    try:
        import bm25s
    except ImportError:
        raise UserError('retrieval needs bm25s, which is not installed; pip install "tunebench[synthesis]"') from None
    return bm25s
