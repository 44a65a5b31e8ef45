"""What each model said to the same test example, side by side."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from bench.errors import UserError
from bench.record import Output, RunRecord
from bench.report.groups import BASE, Group
from bench.report.run_folder import Run
from bench.report.word_diff import word_diff

EMBEDDED, FEWEST = 50, 10
"""Examples per group on the page, at most and (of those there are) at least; all of them lie in outputs/*.jsonl."""
ANSWERS = 900
"""Answers on the page, shared by its groups: with many groups or many models fewer examples of each are shown."""
LONGEST = 20_000
"""Characters of one text on the page; a runaway megabyte must not bury the rest."""
RIGHT = 0.5
"""A mark below this counts as a failure where the metric is not plain right or wrong."""
MARKING = ("instruction_following", "accuracy", "exact_match", "token_f1", "rougeL")
WORDS = {"instruction_following": ("followed", "not followed"), "accuracy": ("right", "wrong")}


@dataclass(frozen=True)
class Answer:
    """One model's answer."""

    name: str
    text: str | None
    """None when this model said nothing to this example."""
    form: str
    """How it was asked."""
    passed: bool | None
    """By the marking metric; None when it did not judge this answer."""
    mark: str
    """The judgement in words."""
    finished: bool
    is_base: bool
    templated: str | None = None
    """Base only: what it said under the template."""
    cut: int = 0
    """Characters left out at the end."""
    diff: Markup | None = None
    """The answer with its differences to the first reference marked; None where there is nothing to mark."""


@dataclass(frozen=True)
class Row:
    """One test example and all answers to it."""

    anchor: str
    """Id on the page: the group's own and the example's."""
    number: int
    """Place in the test split as the run asked it, from 1."""
    question: Output
    answers: tuple[Answer, ...]

    @property
    def failed(self) -> bool:
        return any(answer.passed is False and not answer.is_base for answer in self.answers)

    @property
    def changed(self) -> bool:
        """Whether a tuned model is judged otherwise than base; unjudged, whether it says otherwise."""
        base = [answer for answer in self.answers if answer.is_base]
        tuned = [answer for answer in self.answers if not answer.is_base and answer.text is not None]
        return any(differs(one, other) for one in base for other in tuned)


@dataclass(frozen=True)
class Examples:
    """The embedded examples of one group."""

    title: str
    anchor: str
    marking: str
    """Column whose per-example values the marks show; "" for none."""
    rows: tuple[Row, ...]
    total: int
    notes: tuple[str, ...]
    """Outputs that could not be read."""
    only: str = ""
    """Which rows of the group speak here, where not all do."""
    files: tuple[tuple[str, str], ...] = ()
    """(row name, path of its outputs beside the page)."""

    @property
    def left_out(self) -> int:
        """Examples that are in the outputs files only."""
        return self.total - len(self.rows)

    @property
    def has_diffs(self) -> bool:
        return any(answer.diff for row in self.rows for answer in row.answers)


def differs(one: Answer, other: Answer) -> bool:
    if one.passed is None or other.passed is None:
        return one.text != other.text
    return one.passed != other.passed


def examples(run: Run, group: Group, anchor: str, room: int = ANSWERS) -> Examples | None:
    """As many as `room` has answers for, failures first in choice, in test order; None when nobody said anything."""
    said, notes = read_all(run, group)
    questions = {output.example_id: output for _, outputs in said for output in outputs.values()}
    if not questions and not notes:
        return None
    order = list(dict.fromkeys(name for _, outputs in said for name, _ in outputs))
    marking, shown = marking_column(group), speaking(group)
    rows = chosen(group, marking, order, min(EMBEDDED, max(FEWEST, room // len(shown))))
    names = unique_slugs(name for _, name in rows)
    return Examples(
        group.title,
        anchor,
        marking,
        tuple(
            Row(f"{anchor}/{slug}", place, questions[name], answers(group, said, questions[name], marking))
            for (place, name), slug in zip(rows, names, strict=True)
        ),
        len(order),
        tuple(notes),
        f"Seed {shown[0].case.seed} of {len(group.seeds)}." if len(shown) < len(group.records) else "",
        tuple((group.row_name(record), file) for record in shown if (file := linked(record.outputs_file))),
    )


def linked(path: str) -> str:
    """A path that may be a link: one of our own names, never an address."""
    return path if re.fullmatch(r"outputs/[\w.-]+\.jsonl", path, re.ASCII) else ""


PROMPTED = ("template", "raw")
"""Forms of output that answer a question once; samples and held-out text are not shown."""

Said = list[tuple[RunRecord, Mapping[tuple[str, str], Output]]]
"""Each record that said anything, and (example id, form) -> output."""


def speaking(group: Group) -> list[RunRecord]:
    """All rows; of deliberate differences one seed, for side by side nobody reads thirty answers."""
    compared = any(record.case.against for record in group.records)
    return [record for record in group.records if not compared or record.case.seed == group.seeds[0]]


def read_all(run: Run, group: Group) -> tuple[Said, list[str]]:
    said: Said = []
    notes = []
    for record in speaking(group):
        try:
            outputs = run.outputs(record)
        except UserError as error:
            notes.append(str(error))
            continue
        asked = {(each.example_id, each.form): each for each in outputs if each.form in PROMPTED}
        said += [(record, asked)] if asked else []
    return said, notes


def chosen(group: Group, marking: str, order: list[str], limit: int) -> list[tuple[int, str]]:
    """(place in the test split, example id), in test order.

    Failures of tuned rows are chosen first, up to two thirds: a page of failures alone would look like a model that
    always fails.
    """
    marks = [record.scores[marking].per_example for record in speaking(group) if is_tuned(record, marking)]
    failed = {name for values in marks for name, value in values.items() if value < RIGHT}
    places = list(enumerate(order, start=1))
    failures = [each for each in places if each[1] in failed]
    others = [each for each in places if each[1] not in failed]
    room = max(limit - limit // 3, limit - len(others))
    return sorted([*failures[:room], *others[: limit - len(failures[:room])]])


def is_tuned(record: RunRecord, marking: str) -> bool:
    return record.case.method != BASE and marking in record.scores


def marking_column(group: Group) -> str:
    def judges(name: str) -> bool:
        return any(name in record.scores and record.scores[name].per_example for record in group.records)

    return next((name for name in MARKING if judges(name)), "")


def answers(group: Group, said: Said, question: Output, marking: str) -> tuple[Answer, ...]:
    return tuple(answer(group.row_name(record), record, outputs, question, marking) for record, outputs in said)


def answer(
    name: str, record: RunRecord, outputs: Mapping[tuple[str, str], Output], question: Output, marking: str
) -> Answer:
    own = outputs.get((question.example_id, record.form))
    is_base = record.case.method == BASE
    other = outputs.get((question.example_id, "template")) if is_base and record.form == "raw" else None
    passed, mark = judgement(record, question.example_id, marking)
    text, cut = clipped(own.text) if own else (None, 0)
    templated = clipped(other.text)[0] if other else None
    diff = word_diff(text, question.references[0]) if text is not None and question.references else None
    return Answer(name, text, record.form, passed, mark, bool(own and own.finished), is_base, templated, cut, diff)


def judgement(record: RunRecord, example_id: str, marking: str) -> tuple[bool | None, str]:
    value = record.scores[marking].per_example.get(example_id) if marking in record.scores else None
    if value is None:
        return None, ""
    yes, no = WORDS.get(marking, ("right", "wrong"))
    if value in (0, 1):
        return value == 1, yes if value else no
    return value >= RIGHT, f"{value:.2f}"


def clipped(text: str) -> tuple[str, int]:
    return text[:LONGEST], max(0, len(text) - LONGEST)


def anchors(groups: Iterable[Group]) -> list[tuple[Group, str]]:
    """Each group with an id that can be read in a link, the same in every run with such a group."""
    groups = list(groups)
    return list(zip(groups, unique_slugs(group.title for group in groups), strict=True))


def unique_slugs(names: Iterable[str]) -> list[str]:
    """Letters, digits, dots, hyphens and underscores of each name; a number behind what would come twice."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        slug = re.sub(r"[^a-z0-9._]+", "-", name.lower()[:80]).strip("-.") or "x"
        place = 2
        unique = slug
        while unique in taken:
            unique, place = f"{slug}-{place}", place + 1
        taken.add(unique)
        found.append(unique)
    return found
