"""What is wrong with a dataset before a model learns it: failed answers, vague instructions, copies, damage, imbalance.

Every rule was run over real instruction sets, and what it flagged there was read; a rule that flagged sound rows was
narrowed until it did not. An error is a row no one would want to train on; a warning is worth a look.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from bench.data import wording
from bench.data.duplicates import Progress, near_duplicates, normalised, shingles, similarity
from bench.data.example import Dropped, Example, Loaded
from bench.data.leakage import THRESHOLD, passage, question, whole

Count = Callable[[Sequence[str]], Sequence[int]]
"""Texts to their lengths in tokens, as `bench.data.tokens.token_counter` gives."""


@dataclass(frozen=True)
class Finding:
    """One thing to look at."""

    rule: str
    """Name of a rule in RULES."""
    severity: str
    """"error" or "warning"."""
    where: str
    """`file:line`, or the file alone when the set as a whole is meant."""
    message: str
    """What was found and what to do."""
    shown: str
    """The text in question, cut."""


class Hit(NamedTuple):
    """A finding before it knows its rule and file."""

    severity: str
    at: Example | Dropped | None
    """None for the set as a whole."""
    message: str
    shown: str = ""


@dataclass(frozen=True)
class Checked:
    """A dataset with everything the rules are asked about it."""

    loaded: Loaded
    count_tokens: Count | None
    max_length: int
    markers: tuple[str, ...]
    near: bool
    on_progress: Progress | None

    @cached_property
    def asked(self) -> list[Example]:
        """Examples with a question; prose to be continued has none."""
        return [example for example in self.loaded.examples if example.kind != "text"]

    @cached_property
    def questions(self) -> dict[str, str]:
        """Example id -> its normalised question with the turns before it."""
        return {example.id: question(example) for example in self.loaded.examples}

    @cached_property
    def groups(self) -> list[list[Example]]:
        """Examples with the same question, where there are several."""
        groups: dict[str, list[Example]] = defaultdict(list)
        for example in self.loaded.examples:
            groups[self.questions[example.id]].append(example)
        return [group for group in groups.values() if len(group) > 1]


class Rule(NamedTuple):
    """A name, one line on why it matters, and the search."""

    name: str
    reason: str
    find: Callable[[Checked], Iterator[Hit]]


SHOWN = 100
"""Characters of a text that a finding shows."""
SMALL = 100
"""Examples below which a set is called small."""


def lint(
    loaded: Loaded,
    *,
    count_tokens: Count | None = None,
    max_length: int = 512,
    markers: Iterable[str] = (),
    near: bool = True,
    on_progress: Progress | None = None,
) -> list[Finding]:
    """All findings, by rule in the order of RULES and within a rule in the file's order.

    `max_length` is in tokens and needs `count_tokens`; `markers` are looked for besides the usual ones; `near=False`
    leaves out near-duplicates, the only rule that takes long; `on_progress` hears about that search.
    """
    checked = Checked(loaded, count_tokens, max_length, tuple(markers), near, on_progress)
    return [finding(loaded, rule.name, hit) for rule in RULES for hit in rule.find(checked)]


def finding(loaded: Loaded, rule: str, hit: Hit) -> Finding:
    return Finding(rule, hit.severity, place(loaded, hit.at), hit.message, " ".join(hit.shown.split())[:SHOWN])


def place(loaded: Loaded, at: Example | Dropped | None) -> str:
    if isinstance(at, Dropped):
        return at.where  # with its file already
    return f"{loaded.path}:{at.where or at.id}" if at else loaded.path


def empty_answer(checked: Checked) -> Iterator[Hit]:
    for drop in checked.loaded.dropped:
        if "empty" in drop.reason:
            yield Hit("error", drop, drop.reason)
    for example in checked.loaded.examples:
        if not example.response.strip():
            yield Hit("error", example, "the first of its answers, the one to train on, is empty", example.question)


def failed_answer(checked: Checked) -> Iterator[Hit]:
    for example in checked.asked:
        for answer in said(example):
            if found := wording.failed(answer, example.question):
                yield Hit("error", example, f"the answer is an error message ({found!r}); generate it again", answer)


def placeholder_answer(checked: Checked) -> Iterator[Hit]:
    for example in checked.asked:
        for answer in example.responses:
            if example.label is None and wording.placeholder(answer):
                yield Hit("warning", example, f"the whole answer is {answer.strip()!r}; is it meant?", example.question)


def vague_instruction(checked: Checked) -> Iterator[Hit]:
    for example in checked.asked:
        kind = "" if example.history else wording.vague(example.instruction)
        advice = "say what to do and in which form to answer"
        if kind == "verb":
            yield Hit("error", example, f"the instruction asks for nothing in particular; {advice}", example.question)
        elif kind == "noun":
            yield Hit("warning", example, f"the instruction does not say what to find out; {advice}", example.question)


def short_answer(checked: Checked) -> Iterator[Hit]:
    for example in checked.asked:
        size = len(example.response.split())
        if example.label is None and size < 8 and (asked := wording.long_form(example.instruction)):
            yield Hit("warning", example, f"{asked!r} is answered in {size} words", example.response)


def repeated_row(checked: Checked) -> Iterator[Hit]:
    for group in checked.groups:
        first: dict[tuple[str, ...], Example] = {}
        for example in group:
            known = first.setdefault(answers(example), example)
            if known is not example:
                yield Hit("warning", example, f"repeats {line_of(known)}: same question and answer", shown(example))


def several_answers(checked: Checked) -> Iterator[Hit]:
    for group in checked.groups:
        first = group[0]
        for other in first_of_each(group)[1:]:
            if first.label is None or other.label is None:
                message = (
                    f"asks the same as {line_of(first)}, answers differently; if both are right, make them one row"
                )
                yield Hit("warning", other, message, shown(other))


def contradictory_label(checked: Checked) -> Iterator[Hit]:
    for group in checked.groups:
        labelled = [example for example in group if example.label is not None]
        for other in labelled[1:]:
            if other.label != labelled[0].label:
                message = (
                    f"labelled {other.label!r}, but {line_of(labelled[0])} says {labelled[0].label!r} of the same text"
                )
                yield Hit("error", other, message, other.input or other.instruction)


def near_duplicate(checked: Checked) -> Iterator[Hit]:
    if not checked.near:
        return
    examples = checked.loaded.examples
    passages = Counter(filter(None, map(passage, examples)))
    texts = [without_shared(example, passages) for example in examples]
    for pair in near_duplicates(texts, THRESHOLD, on_progress=checked.on_progress):
        one, other = examples[pair.first], examples[pair.second]
        alike = min(pair.similarity, likeness(one, other))
        if alike >= THRESHOLD and checked.questions[one.id] != checked.questions[other.id]:
            message = f"{alike:.0%} of its three-word sequences are those of {line_of(one)}; keep one of them"
            yield Hit("warning", other, message, shown(other))


def without_shared(example: Example, passages: Counter[str]) -> str:
    """The example without a passage it shares with others: several questions about one passage are no copies."""
    if passages[passage(example)] > 1:
        return f"{example.instruction}\n{example.response}"
    return whole(example)


def likeness(one: Example, other: Example) -> float:
    texts = [normalised(whole(example)) for example in (one, other)]
    return 1.0 if texts[0] == texts[1] else similarity(*(shingles(text.split()) for text in texts))


def truncated(checked: Checked) -> Iterator[Hit]:
    if checked.count_tokens is None:
        return
    # No tokenizer makes more tokens than there are bytes, so most rows need not be counted.
    long = [e for e in checked.loaded.examples if len(whole(e).encode("utf-8", "replace")) > checked.max_length]
    for example, tokens in zip(long, checked.count_tokens([whole(e) for e in long]), strict=True):
        if (lost := tokens - checked.max_length) > 0:
            message = (
                f"{tokens} tokens without the template, {lost} more than {checked.max_length}: too long to train on"
            )
            yield Hit("warning", example, message, shown(example))


def imbalance(checked: Checked) -> Iterator[Hit]:
    labels = checked.loaded.labels
    total = sum(labels.values())
    if len(labels) < 2 or len(labels) > total / 4:
        return
    most, *_, least = labels
    largest, smallest = labels[most], labels[least]
    # With many classes 5 % is no small share.
    if largest > 10 * smallest or smallest < total * min(0.05, 0.25 / len(labels)):
        advice = "add examples of the rare class, and report macro averages"
        yield Hit("warning", None, f"label {least!r} has {smallest} of {total} examples, {most!r} {largest}; {advice}")


def single_pattern(checked: Checked) -> Iterator[Hit]:
    """Over distinct instructions: one fixed instruction for all rows of a task is no monotony."""
    instructions = {normalised(example.instruction) for example in checked.asked}
    starts = Counter(" ".join(each.split()[:3]) for each in instructions)
    if len(instructions) >= 20 and (start := starts.most_common(1)[0])[1] > len(instructions) / 2:
        message = f"{start[1]} of {len(instructions)} different instructions begin with {start[0]!r}; vary the wording"
        yield Hit("warning", None, message)


def echo(checked: Checked) -> Iterator[Hit]:
    """Compared with case and punctuation: an answer may differ from its question in nothing else."""
    for example in checked.asked:
        answer = " ".join(example.response.split())
        if example.label is not None or answer.count(" ") < 2 or wording.asks_to_repeat(example.instruction):
            continue
        for part in ("input", "instruction"):
            if answer == " ".join(getattr(example, part).split()):
                yield Hit("warning", example, f"the answer is the {part} once more", shown(example))


def marker(checked: Checked) -> Iterator[Hit]:
    for example in checked.loaded.examples:
        asked = [example.system, *(turn.user for turn in example.history), example.question]
        if found := first_marker(said(example), checked):
            message = f"the answer holds the template marker {found!r}: were two rows run together?"
            yield Hit("error", example, message, shown(example))
        elif found := first_marker(asked, checked):
            yield Hit("warning", example, f"holds the template marker {found!r}; it will be escaped", shown(example))


def first_marker(texts: Iterable[str], checked: Checked) -> str:
    return next((found for text in texts if (found := wording.marker(text, checked.markers))), "")


def encoding_damage(checked: Checked) -> Iterator[Hit]:
    for example in checked.loaded.examples:
        texts = (example.instruction, example.input, *said(example))
        if found := next(filter(None, map(wording.damage, texts)), ""):
            yield Hit("warning", example, "the text was once read in a wrong encoding; fetch or export it again", found)


def small(checked: Checked) -> Iterator[Hit]:
    count = len(checked.loaded.examples)
    if count < SMALL and checked.asked:
        message = f"{count} examples; a model learns fewer than {SMALL} by heart, so watch the validation loss"
        yield Hit("warning", None, message)


def answers(example: Example) -> tuple[str, ...]:
    return tuple(map(normalised, example.responses))


def said(example: Example) -> list[str]:
    """Everything a model may be trained to say: the answers, and those of earlier turns."""
    return [*example.responses, *(turn.assistant for turn in example.history)]


def first_of_each(group: Sequence[Example]) -> list[Example]:
    """The first example with each set of answers."""
    first: dict[tuple[str, ...], Example] = {}
    for example in group:
        first.setdefault(answers(example), example)
    return list(first.values())


def line_of(example: Example) -> str:
    """Another place in the same file."""
    return f"line {example.where}" if example.where.isdigit() else example.where or example.id


def shown(example: Example) -> str:
    return example.question or example.response


RULES = (
    Rule("empty answer", "there is nothing to learn from it", empty_answer),
    Rule("failed answer", "a program's error message was stored as the answer", failed_answer),
    Rule("placeholder answer", '"N/A", "null" or "[insert ...]" stands where an answer should', placeholder_answer),
    Rule("vague instruction", '"Analyze this." does not say what a good answer is', vague_instruction),
    Rule("short answer", "an essay, story or letter was asked for and a few words came", short_answer),
    Rule("repeated row", "the same question and answer count twice in training", repeated_row),
    Rule("several answers", "the same question is answered differently in different rows", several_answers),
    Rule("contradictory label", "the same text has two classes, so one of them is wrong", contradictory_label),
    Rule("near-duplicate", "nearly the same row counts twice and leaks from one split to another", near_duplicate),
    Rule("truncation", "an example longer than the maximum length is left out of training", truncated),
    Rule("label imbalance", "a class that is rarely seen is rarely predicted", imbalance),
    Rule("single pattern", "a model tuned on one form of words follows that form only", single_pattern),
    Rule("echo", "the answer only repeats the question", echo),
    Rule("marker inside text", "template markers in rows teach the model to forge turns", marker),
    Rule("encoding damage", "characters were lost or garbled before the file came here", encoding_damage),
    Rule("small dataset", "few examples are learnt by heart", small),
)
"""Every rule, in the order of its findings."""
