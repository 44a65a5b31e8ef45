"""Grounding: does the answer keep to its source passage? By names, numbers, content words and denials, no judge.

The checks are those of entity-level faithfulness (arXiv 2102.09130) and of novel-word counts in summaries
(arXiv 2005.00661); what the question names is given, so it needs no support.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import NamedTuple

from bench.behaviour import final_of
from bench.halves import in_halves
from bench.metrics._facts import (
    Statement,
    facts,
    names,
    role,
    separated,
    statements,
    statements_in,
    uncapitalised,
)
from bench.record import Output, Score
from bench.refusals import label
from bench.sentences import sentences
from bench.stats.scores import rate, share

HIGHER_IS_BETTER = True
UNIT = "rate"

# Letters of Thai, Lao, Burmese, Khmer, Japanese and Chinese.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
HEAD = 2000
"""Characters by which the script of an answer is told."""
SUPPORT = 0.5
"""Least share of the answer's content words that stand in the source or the question."""
SAME = 0.6
"""Overlap of content words from which on two sentences state the same, or its denial."""
FEWEST = 3
"""Content words below which a sentence is too short to be the denial of another."""
LISTED = 5

Read = Mapping[str, Sequence[str]]
"""Answers in sentences."""
NOTHING_READ: Read = {}


class Finding(NamedTuple):
    """What one answer says beyond its source."""

    example_id: str
    names: list[str] | None
    """Unsupported names; None when it names nothing."""
    figures: list[str] | None
    """Unsupported numbers; None when it has no number."""
    support: float | None
    """Share of its content words that stand in the source or the question; None without content words."""
    flipped: bool | None
    """A sentence denies what the source states, or the reverse; None when no denial can be compared."""

    @property
    def grounded(self) -> bool:
        supported = self.support is None or self.support >= SUPPORT
        return supported and not self.names and not self.figures and not self.flipped

    @property
    def empty(self) -> bool:
        return self.names is None and self.figures is None and self.support is None


def score(outputs: Sequence[Output], argument: str = "") -> Score:
    """Share of answers that state nothing beyond source and question (0..1, Wilson).

    Left out and counted: no source or input, refusals, answers with nothing to look up ("Yes."), and those in a
    script without spaces between words.
    """
    read = {answer: sentences(answer) for answer in map(final_of, outputs)}
    reasons = in_halves(lambda some: [reason(output, read) for output in some], outputs)
    judged = [output for output, why in zip(outputs, reasons, strict=True) if not why]
    left_out = Counter(why for why in reasons if why)
    found = [one for one in findings(judged, read) if not one.empty]
    if len(found) < len(judged):
        left_out["with nothing to look up"] = len(judged) - len(found)
    why = "; ".join(f"{count} {said}" for said, count in left_out.items())
    values = [(one.example_id, float(one.grounded)) for one in found]
    made = rate(values, signature(), len(outputs) - len(found), why, parts(found))
    return replace(made, details={one.example_id: detail(one) for one in found})


def reason(output: Output, read: Read) -> str:
    """Why this output cannot be looked up; "" when it can."""
    answer = final_of(output)
    if not (output.source or output.input or "").strip():
        return "without a source passage or input"
    if not answer:
        return "empty"
    if unspaced(answer):
        return "in a script without spaces between words"
    return "refuse" if label(answer, read=read[answer]) == "refusal" else ""


def unspaced(text: str) -> bool:
    without = len(UNSPACED.findall(text, 0, HEAD))
    return without > 0 and 2 * without > sum(c.isalpha() for c in text[:HEAD])


def findings(outputs: Sequence[Output], read: Read = NOTHING_READ) -> list[Finding]:
    """Of all of them, because what is a name shows in all texts; `read` are answers that are known in sentences."""
    texts = {text for output in outputs for text in (*given(output), final_of(output))}
    ordinary = uncapitalised(texts)
    return in_halves(lambda some: [finding(output, ordinary, read) for output in some], outputs)


def finding(output: Output, ordinary: frozenset[str], read: Read) -> Finding:
    said, (passage, question) = final_of(output), given(output)
    plain = separated(said)
    spoken = read[plain] if plain in read else sentences(plain)
    answer, source, asked = facts(said, loose=False), facts(passage), facts(question)
    unknown, known_numbers = answer.content - source.content - asked.content, {*source.numbers, *asked.numbers}
    named = list(dict.fromkeys(name for one in spoken for name in names(one, ordinary)))
    at_stake = (answer.denied | source.denied) & answer.content & source.content
    return Finding(
        output.example_id,
        [name for name in named if not unknown.isdisjoint(map(role, name.split()))] if named else None,
        [one for one in answer.numbers if one not in known_numbers] if answer.numbers else None,
        share(len(answer.content) - len(unknown), len(answer.content)),
        flipped(spoken, passage) if at_stake else None,
    )


def given(output: Output) -> tuple[str, str]:
    """The source, and the question, which also gives names and numbers."""
    return output.source or output.input, output.instruction or ""


def flipped(answer: Sequence[str], source: str) -> bool | None:
    """Whether the nearest source sentence of any sentence is its denial; None when no sentence has a near one."""
    judged = [one for one in statements_in(answer) if len(one.stems) >= FEWEST]
    known = [verdict for one in judged if (verdict := contradicts(one, statements(source))) is not None]
    return any(known) if known else None


def contradicts(one: Statement, source: Iterable[Statement]) -> bool | None:
    """The nearest source sentence denies a shared word that this one does not deny, or the reverse."""
    near = [(overlap(one.stems, other.stems), not clash(one, other)) for other in source]
    # Of equally near sentences one that agrees is enough.
    best, agrees = max(near, default=(0.0, True))
    return not agrees if best >= SAME else None


def clash(one: Statement, other: Statement) -> bool:
    return bool((one.denied ^ other.denied) & one.stems & other.stems)


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice coefficient: a short answer out of a long sentence that denies something else is not near it."""
    shared = len(one & other)
    return 2 * shared / (len(one) + len(other)) if shared else 0.0


def parts(found: Sequence[Finding]) -> dict[str, float | None]:
    """Shares without an unsupported name, number, or flipped denial, each over the answers that have one to check."""
    named = [one for one in found if one.names is not None]
    figured = [one for one in found if one.figures is not None]
    matched = [one for one in found if one.flipped is not None]
    support = [one.support for one in found if one.support is not None]
    return {
        "entities": share(sum(not one.names for one in named), len(named)),
        "numbers": share(sum(not one.figures for one in figured), len(figured)),
        "support": sum(support) / len(support) if support else None,
        "negation": share(sum(not one.flipped for one in matched), len(matched)),
        "n_entities": float(len(named)),
        "n_numbers": float(len(figured)),
        "n_support": float(len(support)),
        "n_negation": float(len(matched)),
    }


def detail(one: Finding) -> Mapping[str, object]:
    return {
        "label": "grounded" if one.grounded else "unsupported",
        "unsupported": [*(one.names or []), *(one.figures or [])][:LISTED],
        "support": one.support,
        "flipped": bool(one.flipped),
    }


def signature() -> str:
    return f"grounding names numbers support>={SUPPORT} negation overlap>={SAME} porter nltk {version('nltk')}"
