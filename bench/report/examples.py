"""What each model said to the same test example, side by side."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bench.errors import UserError
from bench.record import Output, RunRecord
from bench.report.groups import BASE, Group
from bench.report.run_folder import Run

EMBEDDED = 50
"""Examples per group on the page; all of them lie in outputs/*.jsonl."""
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


@dataclass(frozen=True)
class Row:
    """One test example and all answers to it."""

    anchor: str
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


def differs(one: Answer, other: Answer) -> bool:
    if one.passed is None or other.passed is None:
        return one.text != other.text
    return one.passed != other.passed


def examples(run: Run, group: Group, anchor: str) -> Examples | None:
    """Failures first in choice, test order in display; None when nobody said anything."""
    said, notes = read_all(run, group)
    questions = {output.example_id: output for outputs in said.values() for output in outputs.values()}
    if not questions and not notes:
        return None
    order = list(dict.fromkeys(name for outputs in said.values() for name, _ in outputs))
    marking = marking_column(group)
    rows = [
        Row(f"{anchor}-{place}", place, questions[name], answers(group, said, name, marking))
        for place, name in enumerate(order, start=1)
    ]
    shown = speaking(group)
    only = f"Seed {shown[0].case.seed} of {len(group.seeds)}." if len(shown) < len(group.records) else ""
    return Examples(group.title, anchor, marking, chosen(rows), len(rows), tuple(notes), only)


PROMPTED = ("template", "raw")
"""Forms of output that answer a question once; samples and held-out text are not shown."""

Said = Mapping[str, Mapping[tuple[str, str], Output]]
"""Case file name -> (example id, form) -> output."""


def speaking(group: Group) -> list[RunRecord]:
    """All rows; of deliberate differences one seed, for side by side nobody reads thirty answers."""
    compared = any(record.case.against for record in group.records)
    return [record for record in group.records if not compared or record.case.seed == group.seeds[0]]


def read_all(run: Run, group: Group) -> tuple[Said, list[str]]:
    said, notes = {}, []
    for record in speaking(group):
        try:
            outputs = run.outputs(record)
        except UserError as error:
            notes.append(str(error))
            continue
        asked = (output for output in outputs if output.form in PROMPTED)
        said[record.case.file_name] = {(output.example_id, output.form): output for output in asked}
    return said, notes


def chosen(rows: list[Row]) -> tuple[Row, ...]:
    """At most EMBEDDED, every failure before any success, in test order."""
    kept = sorted(rows, key=lambda row: (not row.failed, row.number))[:EMBEDDED]
    return tuple(sorted(kept, key=lambda row: row.number))


def marking_column(group: Group) -> str:
    def judges(name: str) -> bool:
        return any(name in record.scores and record.scores[name].per_example for record in group.records)

    return next((name for name in MARKING if judges(name)), "")


def answers(group: Group, said: Said, example_id: str, marking: str) -> tuple[Answer, ...]:
    heard = [record for record in group.records if record.case.file_name in said]
    return tuple(
        answer(group.row_name(record), record, said[record.case.file_name], example_id, marking)
        for record in heard
        if said[record.case.file_name]
    )


def answer(
    name: str, record: RunRecord, outputs: Mapping[tuple[str, str], Output], example_id: str, marking: str
) -> Answer:
    own = outputs.get((example_id, record.form))
    is_base = record.case.method == BASE
    other = outputs.get((example_id, "template")) if is_base and record.form == "raw" else None
    passed, mark = judgement(record, example_id, marking)
    text, cut = clipped(own.text) if own else (None, 0)
    templated = clipped(other.text)[0] if other else None
    return Answer(name, text, record.form, passed, mark, bool(own and own.finished), is_base, templated, cut)


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
    """Each group with a short id for links, stable as long as the plan is."""
    return [(group, f"g{place}") for place, group in enumerate(groups, start=1)]
