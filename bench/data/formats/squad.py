"""SQuAD v1.1 and v2, nested as published or flat as on the Hub: questions about a passage, with all accepted answers.

Where the set has questions that the passage does not answer, each instruction says what to reply then, and
"unanswerable" is their accepted answer. What the file says twice must agree: a question marked impossible has no
answers, and an answer stands in its passage. No real file seen breaks this (0 of 1,225 answers); what does is dropped.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from bench.data import values
from bench.data.example import Dropped, Example
from bench.data.ids import distinct, record_id
from bench.data.reading import describe
from bench.data.source import Record, Source

UNANSWERABLE = "unanswerable"
PLAIN = "Answer the question from the passage."
WITH_UNANSWERABLE = f'{PLAIN} Reply "{UNANSWERABLE}" if the passage does not hold the answer.'


class Answer(NamedTuple):
    text: str
    start: int | None
    """Where it stands in the passage, in characters; None where the file does not say."""

    def misplaced(self, passage: str) -> bool:
        """Whether the passage has another text at `start`; negative numbers mean that the place is not known."""
        return self.start is not None and self.start >= 0 and not passage.startswith(self.text, self.start)


class Asked(NamedTuple):
    """One question, wherever the file keeps its passage and title."""

    record: Record
    """`where` is its place with paragraph and question; the value is the question's own object."""
    title: str
    passage: str
    question: str
    answers: tuple[Answer, ...]
    """As in the file, in its order."""
    impossible: bool | None
    """As the file marks it; None where it does not."""

    @property
    def where(self) -> str:
        return self.record.where


def matches(source: Source) -> bool:
    columns = set(source.columns)
    flat = {"context", "question"} <= columns and columns & {"answers", "is_impossible"}
    return "paragraphs" in columns or bool(flat)


def read(source: Source) -> Iterator[Example | Dropped]:
    """One example for each question, its passage as the input; UserError for a file that has no answers at all."""
    questions = [asked for record in source.records() for asked in questions_of(source, record)]
    refuse_blind(source, questions)
    instruction = WITH_UNANSWERABLE if has_unanswerable(source, questions) else PLAIN
    taken: set[str] = set()
    for number, asked in enumerate(questions, start=1):
        name = distinct(record_id(source, asked.record, number), taken)
        yield from unusable_answers(asked)
        responses = accepted(asked)
        reason = contradiction(asked) or empty(asked) or ("" if responses else "none of its answers can be used")
        yield Dropped(asked.where, reason) if reason else example(asked, name, instruction, responses)
    yield from wrong_places(questions)


def example(asked: Asked, name: str, instruction: str, responses: tuple[str, ...]) -> Example:
    return Example(
        id=name,
        instruction=f"{instruction}\n{asked.question}",
        input=asked.passage,
        responses=responses,
        category=asked.title,
        source="passage:" + sha256(asked.passage.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        where=asked.where,
    )


def has_unanswerable(source: Source, questions: list[Asked]) -> bool:
    """By its version (2.0, "2.0", "v2.0"), or because a question is marked or has no answer."""
    version = str(source.header.get("version", "")).lstrip("vV")
    return version.startswith("2") or any(not each.answers or each.impossible is not None for each in questions)


def refuse_blind(source: Source, questions: list[Asked]) -> None:
    """A test set without its answers is no set of unanswerable questions."""
    if questions and all("answers" not in each.record.value and each.impossible is None for each in questions):
        raise source.refuse(
            questions[0].where, "no question in this file has 'answers'; fetch the set with its answers"
        )


def accepted(asked: Asked) -> tuple[str, ...]:
    """All usable answers as they stand in the file; repeated ones are several people's."""
    if not asked.answers or asked.impossible:
        return (UNANSWERABLE,)
    return tuple(answer.text for answer in asked.answers if not fault(answer, asked.passage))


def fault(answer: Answer, passage: str) -> str:
    """Why this answer cannot be used, or ""."""
    if not answer.text.strip():
        return "the answer is empty"
    if answer.text in passage or " ".join(answer.text.split()) in " ".join(passage.split()):
        return ""
    return f"the answer {answer.text[:40]!r} does not stand in the passage"


def unusable_answers(asked: Asked) -> Iterator[Dropped]:
    for number, answer in enumerate(asked.answers, start=1):
        if not asked.impossible and (reason := fault(answer, asked.passage)):
            yield Dropped(f"{asked.where} answer {number}", reason)


def contradiction(asked: Asked) -> str:
    texts = [answer.text for answer in asked.answers if answer.text.strip()]
    if asked.impossible and texts:
        return f"marked is_impossible, but its answer is {texts[0][:40]!r}"
    if asked.impossible is False and not asked.answers:
        return "marked as answerable (is_impossible false), but without an answer"
    return ""


def empty(asked: Asked) -> str:
    if not asked.question.strip():
        return "the question is empty"
    return "" if asked.passage.strip() else "the passage is empty"


def wrong_places(questions: list[Asked]) -> Iterator[Dropped]:
    """Told once for the whole file: nothing here uses the places, so the answers are kept."""
    wrong = [
        (each, a) for each in questions for a in each.answers if a.text in each.passage and a.misplaced(each.passage)
    ]
    for asked, answer in wrong[:1]:
        yield Dropped(
            asked.where,
            f"{answer.text[:40]!r} stands in the passage, but not at answer_start {answer.start} ({len(wrong):,} such "
            "answers in this file, this is the first); they are kept, only the places are not used",
        )


def questions_of(source: Source, record: Record) -> Iterator[Asked]:
    """The questions of an article, or the one question of a flat row."""
    row = values.row(source, record)
    title = values.text(source, record, "title", "")
    if "paragraphs" not in row:
        yield asked_in(source, record, title, values.text(source, record, "context"))
        return
    for paragraph in elements(source, record, "paragraphs", "paragraph"):
        passage = values.text(source, paragraph, "context")
        for question in elements(source, paragraph, "qas", "question"):
            yield asked_in(source, question, title, passage)


def asked_in(source: Source, record: Record, title: str, passage: str) -> Asked:
    row = values.row(source, record)
    impossible = row.get("is_impossible")
    if impossible is not None and not isinstance(impossible, bool):
        raise source.refuse(record.where, f"'is_impossible' is {impossible!r:.60}; expected true or false")
    answers = tuple(answers_of(source, record, row.get("answers")))
    return Asked(record, title, passage, values.text(source, record, "question"), answers, impossible)


def answers_of(source: Source, record: Record, given: Any) -> Iterator[Answer]:
    """From null, a list of {text, answer_start}, or the Hub's {text: [...], answer_start: [...]}."""
    if given is None:
        return
    pairs = zipped(source, record, given) if isinstance(given, dict) else given
    if not isinstance(pairs, list):
        raise source.refuse(record.where, f"'answers' is {describe(given)}; expected a list of answers")
    for each in pairs:
        words = each.get("text") if isinstance(each, dict) else each
        start = each.get("answer_start") if isinstance(each, dict) else None
        if not isinstance(each, dict) or not isinstance(words, str):
            raise source.refuse(record.where, f"an answer is {describe(words)}; expected an object with its 'text'")
        if start is not None and (not isinstance(start, int) or isinstance(start, bool)):
            raise source.refuse(record.where, f"'answer_start' is {start!r:.60}; expected a whole number")
        yield Answer(words, start)


def zipped(source: Source, record: Record, given: dict[str, Any]) -> list[dict[str, Any]]:
    """The Hub's two lists as a list of answers."""
    texts = given.get("text")
    starts = given.get("answer_start")
    if not isinstance(texts, list):
        raise source.refuse(record.where, f"'text' of 'answers' is {describe(texts)}; expected a list of texts")
    starts = [None] * len(texts) if starts is None else starts
    if not isinstance(starts, list) or len(starts) != len(texts):
        problem = f"'answers' has {len(texts)} texts, but 'answer_start' is {describe(starts)}; expected one for each"
        raise source.refuse(record.where, problem)
    return [{"text": each, "answer_start": start} for each, start in zip(texts, starts, strict=True)]


def elements(source: Source, record: Record, key: str, name: str) -> Iterator[Record]:
    """The list under this key, each element with its place."""
    given = values.row(source, record).get(key)
    if not isinstance(given, list):
        raise source.refuse(record.where, f"{key!r} is {describe(given)}; expected a list")
    for number, value in enumerate(given, start=1):
        yield Record(f"{record.where} {name} {number}", value)
