"""Which pattern answers a question, told by the slots that are filled and by its wording.

A sentence that merely mentions a name answers nothing: "who is X" is answered by an apposition ("X, the wife of Y,
..."), a copula ("X was a thin man"), or kinship; "how does X feel" by a clause whose subject is X and that names a
feeling. A pattern gives 0 for no answer, and more for a better one.
"""

import re

from bench.synthesis.forms import Pattern, Slots
from bench.synthesis.patterns_people import (
    action,
    description,
    doer,
    experience,
    feelings,
    intention,
    movement,
    opinion,
    reaction,
    reason,
    report,
    speaker,
)
from bench.synthesis.patterns_relations import dealing, relation, speech, treatment
from bench.synthesis.patterns_things import event, happening, location, moment, occasion, spell, thing, topic


def asks(wording: str) -> re.Pattern[str]:
    return re.compile(wording, re.IGNORECASE)


ASKS: tuple[tuple[str, re.Pattern[str], Pattern], ...] = (
    ("deed", asks(r""), doer),
    ("saying", asks(r""), speaker),
    ("occasion", asks(r""), occasion),
    ("spell", asks(r""), spell),
    ("time", asks(r""), moment),
    ("object", asks(r""), thing),
    ("place", asks(r"\bsays?\b|\btells? "), speech),
    ("place", asks(r"\bhappen|\btold|\bdone there|\bevents?\b"), happening),
    ("place", asks(r""), location),
    ("event", asks(r""), event),
    ("character2", asks(r"\bsays?\b|\btells?\b"), speech),
    ("character2", asks(r"\btreat|\bbehave|\bdo to\b|\bfeel about\b|\bthink of\b"), treatment),
    ("character2", asks(r"\bpass(?:es)? between|\bhappens? between"), dealing),
    ("character2", asks(r""), relation),
    ("character", asks(r"\bfeel|\bmood|\bemotion|\bspirits\b"), feelings),
    ("character", asks(r"\bthink|\bopinion|\bbelieve|\bjudge"), opinion),
    ("character", asks(r"\bwant|\bwish|\bdecide|\bintend|\bplan\b"), intention),
    ("character", asks(r"\breact|\bface\b|\bgesture"), reaction),
    ("character", asks(r"\btell|\breport|\bsays?\b"), report),
    ("character", asks(r"\bwhere\b|\bgo(?:es)?\b"), movement),
    ("character", asks(r"\bwhy\b|\bmotiv|\breason"), reason),
    ("character", asks(r"\bhappens to\b"), experience),
    ("character", asks(r"\bdoes .*\bdo\b|\bexplain what\b|\bact(?:s|ions?)?\b|.* does in\b"), action),
    ("character", asks(r""), description),
)
"""(slot that is filled, wording, pattern): the first that fits says what is asked."""


def pattern_of(text: str, slots: Slots) -> Pattern:
    """What a question asks, told by its slots and its wording."""
    for slot, wording, pattern in ASKS:
        if slot in slots and wording.search(text):
            return pattern
    return topic
