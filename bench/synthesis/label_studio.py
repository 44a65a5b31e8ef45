"""Pairs to Label Studio and decisions back, in its JSON import and export format (labelstud.io/guide/tasks).

A task holds the pair under `data`; an annotation holds `result` items, each with `from_name` and a `value`. Ours are
`status` (choices accepted, edited, rejected) and `response` (a text area), which CONFIG declares.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bench.errors import UserError
from bench.record import write_atomic
from bench.synthesis.curate import failures
from bench.synthesis.review import Review, Texts, decide, texts
from bench.synthesis.rows import Pair

CONFIG = """\
<View>
  <Header value="$type, $category, $difficulty"/>
  <Text name="instruction" value="$instruction"/>
  <Text name="context" value="$context"/>
  <Text name="checks" value="$checks"/>
  <Choices name="status" toName="instruction" choice="single" required="true">
    <Choice value="accepted"/><Choice value="edited"/><Choice value="rejected"/>
  </Choices>
  <TextArea name="response" toName="instruction" value="$response" editable="true" maxSubmissions="1"/>
</View>
"""
"""The labelling interface, to be pasted into a project's settings."""
CHOICES = ("accepted", "edited", "rejected")
MOST_BYTES = 1 << 28


class Item(BaseModel):
    """One answer of an annotator; Label Studio adds fields of its own."""

    model_config = ConfigDict(extra="ignore")

    from_name: str = ""
    value: Mapping[str, Any] = {}


class Annotation(BaseModel):
    """One annotator's work on one task."""

    model_config = ConfigDict(extra="ignore")

    result: tuple[Item, ...] = ()
    was_cancelled: bool = False
    completed_by: int | str | Mapping[str, Any] | None = None


class Task(BaseModel):
    """One exported task."""

    model_config = ConfigDict(extra="ignore")

    data: Mapping[str, Any]
    annotations: tuple[Annotation, ...] = ()


def export_tasks(review: Review, path: Path) -> int:
    """Writes all pairs as tasks, decided ones with their annotation; returns how many."""
    tasks = [task(pair, review) for pair in review.pairs]
    write_atomic(path, json.dumps(tasks, ensure_ascii=False, indent=1) + "\n")
    return len(tasks)


def task(pair: Pair, review: Review) -> dict[str, Any]:
    names = ("id", "instruction", "response", "type", "category", "difficulty", "evidence", "passage_id", "context")
    data = {name: getattr(pair, name) for name in names} | {"checks": "; ".join(failures(pair)) or "all passed"}
    made = review.standing.get(pair.id)
    if made is None:
        return {"data": data}
    result = [choice(made.what), area(made.after.response)]
    return {"data": data, "annotations": [{"completed_by": made.who, "created_at": made.when, "result": result}]}


def choice(what: str) -> dict[str, Any]:
    return {"from_name": "status", "to_name": "instruction", "type": "choices", "value": {"choices": [what]}}


def area(text: str) -> dict[str, Any]:
    return {"from_name": "response", "to_name": "instruction", "type": "textarea", "value": {"text": [text]}}


def import_tasks(review: Review, path: Path, who: str) -> tuple[Review, list[str]]:
    """The review with the exported decisions, and a line for each task that gave none.

    Raises UserError when the file is no export. A decision that stands already is not written twice.
    """
    problems: list[str] = []
    known = {pair.id: pair for pair in review.pairs}
    for number, each in enumerate(read_tasks(path), start=1):
        pair = known.get(str(each.data.get("id", "")))
        problem = refused(each, pair)
        if problem or pair is None:
            problems.append(f"{path}: task {number}: {problem}")
        else:
            review = taken(review, pair, last(each), who)
    return review, problems


def refused(each: Task, pair: Pair | None) -> str:
    """Why a task says nothing about a pair of ours, or ""."""
    if pair is None:
        return f"no pair has the id {str(each.data.get('id', ''))[:60]!r}"
    if each.data.get("response") != pair.response or each.data.get("instruction") != pair.instruction:
        return f"{pair.id} has another text by now; export it again"
    if (made := last(each)) is None:
        return f"{pair.id} has no finished annotation"
    return "" if status_in(made) else f"{pair.id} has no status; expected one of {', '.join(CHOICES)}"


def last(each: Task) -> Annotation | None:
    return next((one for one in reversed(each.annotations) if not one.was_cancelled and one.result), None)


def taken(review: Review, pair: Pair, made: Annotation | None, who: str) -> Review:
    if made is None:
        return review
    what, response = status_in(made), text_in(made) or pair.response
    after = Texts(instruction=pair.instruction, response=response if what != "rejected" else pair.response)
    what = "edited" if what == "accepted" and after != texts(pair) else what
    standing = review.standing.get(pair.id)
    if standing and (standing.what, standing.after) == (what, after):
        return review
    return decide(review, pair, what, annotator(made) or who, after=after)


def values_of(made: Annotation, name: str, key: str) -> Iterator[str]:
    for item in made.result:
        said = item.value.get(key) if item.from_name == name else None
        yield from (one for one in (said if isinstance(said, list) else [said]) if isinstance(one, str))


def status_in(made: Annotation) -> str:
    return next((one for one in values_of(made, "status", "choices") if one in CHOICES), "")


def text_in(made: Annotation) -> str:
    return next((one.strip() for one in values_of(made, "response", "text") if one.strip()), "")


def annotator(made: Annotation) -> str:
    """A name or mail address where the export has one; a bare number says nobody."""
    by = made.completed_by
    named = by.get("email") or by.get("username") if isinstance(by, Mapping) else by
    return named[:100] if isinstance(named, str) else ""


def read_tasks(path: Path) -> tuple[Task, ...]:
    if path.stat().st_size > MOST_BYTES:
        raise UserError(f"{path}: more than {MOST_BYTES >> 20} MiB; export the tasks in parts")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return tuple(Task.model_validate(each) for each in (found if isinstance(found, list) else [None]))
    except (ValidationError, ValueError, RecursionError):
        raise UserError(
            f"{path}: no JSON export of Label Studio; expected a list of tasks with 'data' and 'annotations'"
        ) from None
