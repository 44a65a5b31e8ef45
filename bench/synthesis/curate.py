"""Automatic checks of a pair, by lecture 10: accuracy, helpfulness, clarity and tone, conciseness, completeness.

They find what no one should have to read; they make nothing "curated": a pair stays `unreviewed` until a person has
decided about it (bench/synthesis/review.py), and every row of the dataset says which of the two it is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from bench.behaviour import loops, tokens
from bench.data import wording
from bench.gibberish import is_gibberish
from bench.metrics._facts import names
from bench.metrics.grounding import Finding, findings
from bench.record import Output
from bench.refusals import label
from bench.sentences import sentences
from bench.synthesis.curate_wording import order_in, small_talk_in, source_talk_in
from bench.synthesis.rows import PAIRS, Pair, read_rows, write_rows

CHECKED = "checked.jsonl"
"""The pairs with what the checks say of each."""
SUPPORT = 0.5
"""Least share of the answer's content words that stand in its evidence or in the question."""
MOST_WORDS, MOST_SENTENCES = 120, 6
FEWEST_WORDS = 2
END = tuple(".!?…\"'”’)]»。！？")
OPEN = tuple(",;:-–—(")

Progress = Callable[[int, int], None]


class Verdict(NamedTuple):
    """What one check says of one pair."""

    passed: bool
    why: str
    """"" when it passed."""


PASSED = Verdict(True, "")


def failed(why: str) -> Verdict:
    return Verdict(False, why)


def accuracy(pair: Pair) -> Verdict:
    """The evidence stands in the context, and names, numbers, words and denials of the answer stand in the evidence.

    Names and numbers may come from the rest of the context: there stands whom the evidence calls "she".
    """
    if not pair.evidence.strip():
        return failed("it has no evidence")
    if plain(pair.evidence) not in plain(pair.context):
        return failed("its evidence does not stand in its context")
    by_evidence, by_context = compared(pair, pair.evidence), compared(pair, pair.context)
    if by_evidence.support is not None and by_evidence.support < SUPPORT:
        return failed(f"{by_evidence.support:.0%} of its words stand in the evidence; {SUPPORT:.0%} are needed")
    if unknown := [*(by_context.names or ()), *(by_context.figures or ())]:
        return failed(f"the context does not name {unknown[0]!r}")
    return failed("it denies what the evidence states, or the reverse") if by_evidence.flipped else PASSED


def compared(pair: Pair, source: str) -> Finding:
    """What the answer says beyond `source` and the question."""
    output = Output(pair.id, "template", "", pair.response, (), pair.instruction, source=source)
    return findings([output])[0]


def helpfulness(pair: Pair) -> Verdict:
    """It answers: no refusal, no error message, no placeholder, not the question again; and about whom was asked."""
    if wording.vague(pair.instruction) == "verb":
        return failed("the instruction asks for nothing in particular")
    if label(pair.response, pair.instruction) == "refusal":
        return failed("it declines to answer")
    if error := wording.failed(pair.response, pair.instruction):
        return failed(f"it is an error message ({error!r})")
    if wording.placeholder(pair.response):
        return failed("it is a placeholder")
    if set(tokens(pair.response)) <= set(tokens(pair.instruction)):
        return failed("it only repeats the question")
    return about(pair)


def about(pair: Pair) -> Verdict:
    """The context names at least one of those whom the question names."""
    asked = pair.instruction[:1].lower() + pair.instruction[1:]
    named = [name for sentence in sentences(asked) for name in names(sentence, frozenset())]
    known = plain(pair.context)
    lost = named and not any(plain(word) in known for name in named for word in name.split())
    return failed(f"its context does not name {named[0]!r}") if lost else PASSED


def clarity(pair: Pair) -> Verdict:
    """It is language, speaks to the one who asked and not of "the passage", and gives the reader no orders."""
    for text, what in ((pair.instruction, "the instruction"), (pair.response, "the answer")):
        if order := order_in(text):
            return failed(f"{what} gives orders to its reader ({order!r})")
    if talk := source_talk_in(pair.response) or source_talk_in(pair.instruction):
        return failed(f"it speaks of its source ({talk!r})")
    if talk := small_talk_in(pair.response):
        return failed(f"it makes small talk ({talk!r})")
    if is_gibberish(pair.response) or wording.damage(pair.response) or wording.marker(pair.response):
        return failed("it is damaged text")
    return failed("it has an opening quote or bracket without an end") if unbalanced(pair.response) else PASSED


def conciseness(pair: Pair) -> Verdict:
    """At most 120 words and six sentences, and nothing twice."""
    said = sentences(pair.response)
    words = len(pair.response.split())
    if words > MOST_WORDS:
        return failed(f"{words} words; at most {MOST_WORDS}")
    if len(said) > MOST_SENTENCES:
        return failed(f"{len(said)} sentences; at most {MOST_SENTENCES}")
    repeats = len({plain(sentence) for sentence in said}) < len(said) or loops(pair.response)
    return failed("it says the same twice") if repeats else PASSED


def completeness(pair: Pair) -> Verdict:
    """It begins and ends as a sentence does, has two words at least, and a request for a text gets one."""
    text = pair.response.strip()
    if len(text.split()) < FEWEST_WORDS:
        return failed(f"it has fewer than {FEWEST_WORDS} words")
    if text.startswith(OPEN):
        return failed("its beginning is cut off")
    if not text.endswith(END):
        return failed("its end is cut off")
    asked = wording.long_form(pair.instruction)
    return failed(f"{asked!r} is answered in {len(text.split())} words") if asked and len(text.split()) < 8 else PASSED


CHECKS: Mapping[str, Callable[[Pair], Verdict]] = {
    "accuracy": accuracy,
    "helpfulness": helpfulness,
    "clarity": clarity,
    "conciseness": conciseness,
    "completeness": completeness,
}
"""The five points, in the lecture's order."""


def unbalanced(text: str) -> bool:
    """A quotation that runs over several paragraphs has more openings than ends; one more is a cut."""
    pairs = (("(", ")"), ("“", "”"), ("[", "]"))
    return any(text.count(left) > text.count(right) for left, right in pairs) or text.count('"') % 2 == 1


@lru_cache(maxsize=256)
def plain(text: str) -> str:
    """Without case and with single spaces."""
    return " ".join(text.split()).casefold()


def checks_of(pair: Pair) -> dict[str, str]:
    """Check -> "" when the pair passes, or why it does not."""
    return {name: check(pair).why for name, check in CHECKS.items()}


def failures(pair: Pair) -> list[str]:
    """ "accuracy: 20 % of its words ..." for each check that the pair did not pass."""
    return [f"{name}: {why}" for name, why in pair.checks.items() if why]


def passes(pair: Pair) -> bool:
    """All five checks were made and passed."""
    return CHECKS.keys() <= pair.checks.keys() and not failures(pair)


def checked(pairs: Sequence[Pair], on_progress: Progress | None = None) -> list[Pair]:
    """The same pairs with their checks filled in."""
    done = []
    for number, pair in enumerate(pairs, start=1):
        done.append(pair.model_copy(update={"checks": checks_of(pair)}))
        if on_progress and (number % 100 == 0 or number == len(pairs)):
            on_progress(number, len(pairs))
    return done


def curate(folder: Path, on_progress: Progress | None = None) -> list[Pair]:
    """Checks what is new in pairs.jsonl, writes checked.jsonl and returns all pairs, in the order of pairs.jsonl."""
    known = {content(pair): pair for pair in read_rows(folder / CHECKED, Pair) if CHECKS.keys() <= pair.checks.keys()}
    pairs = read_rows(folder / PAIRS, Pair)
    new = {pair.id: pair for pair in checked([pair for pair in pairs if content(pair) not in known], on_progress)}
    done = [new.get(pair.id) or known[content(pair)] for pair in pairs]
    write_rows(folder / CHECKED, done)
    return done


def content(pair: Pair) -> tuple[str, ...]:
    """What a check may depend on; a pair that was made anew is checked anew."""
    return (pair.id, pair.instruction, pair.response, pair.evidence, pair.context)


def counted(pairs: Iterable[Pair]) -> dict[str, int]:
    """Check -> pairs that do not pass it."""
    totals = dict.fromkeys(CHECKS, 0)
    for pair in pairs:
        for name in totals:
            totals[name] += bool(pair.checks.get(name))
    return totals
