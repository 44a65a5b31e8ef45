"""The dataset that the models were trained and asked on: how many rows, which fields, which categories (S0.3, S4.2).

Rows are counted in the file, if its hash is the one that the record was trained with; else, where the file is not at
hand (an instructor has the run alone), in what the record and its outputs say of it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from bench.assignments.evidence.need import Found, Strict, missing
from bench.assignments.evidence.trained import ships
from bench.assignments.submission import Submission
from bench.case import short_name
from bench.errors import UserError
from bench.record import RunRecord

FIELDS = {"instruction": "instruction", "response": "response", "type": "category", "category": "category"}
"""A row's field in the lectures' words -> where an example of ours has it."""


class Need(Strict):
    kind: Literal["dataset"]
    least: int = Field(default=1, ge=1)
    """Rows, all splits together."""
    fields: tuple[Literal["instruction", "response", "type", "category"], ...] = ()
    """What every row must fill."""
    categories: tuple[str, ...] = ()
    """Categories that must occur."""
    kinds: int = Field(default=0, ge=0)
    """How many different categories must occur, whatever their names."""
    own: bool = False
    """It must not be one that ships with tunebench."""


@dataclass(frozen=True)
class Counted:
    """What is known of a dataset."""

    name: str
    rows: int
    categories: Mapping[str, int]
    """Category -> rows."""
    empty: frozenset[str]
    """Fields that some row does not fill."""
    source: str
    """What was counted."""


def look(need: Need, submission: Submission) -> Found:
    datasets = {record.case.dataset: record for record in submission.trained}
    if not datasets:
        return missing("no trained case, so no dataset was used")
    own = {name: record for name, record in datasets.items() if not (need.own and ships(name))}
    if not own:
        return missing(
            f"{', '.join(map(short_name, datasets))}: shipped with tunebench; expected a dataset of your own"
        )
    counts = [counted(submission, record) for record in own.values()]
    found = min(counts, key=lambda each: (len(shortfalls(need, each)), -each.rows))
    lacks = shortfalls(need, found)
    said = f"{short_name(found.name)}: {found.rows} rows, {len(found.categories)} categories, counted in {found.source}"
    said += "; ships with tunebench" if ships(found.name) else ""
    return missing(f"{said}; {'; '.join(lacks)}") if lacks else Found(True, said)


def largest(submission: Submission, records: Sequence[RunRecord]) -> Counted:
    return max((counted(submission, record) for record in records), key=lambda each: each.rows)


def shortfalls(need: Need, found: Counted) -> list[str]:
    lacks = [f"expected {need.least} rows"] if found.rows < need.least else []
    named = {name.casefold() for name in found.categories}
    absent = sorted(name for name in need.categories if name.casefold() not in named)
    lacks += [f"no row of {', '.join(absent)}"] if absent else []
    lacks += [f"expected {need.kinds} categories"] if len(found.categories) < need.kinds else []
    empty = sorted({name for name in need.fields if FIELDS[name] in found.empty})
    return lacks + ([f"some rows have no {', '.join(empty)}"] if empty else [])


def counted(submission: Submission, record: RunRecord) -> Counted:
    known = submission.facts.setdefault("datasets", {})
    name = record.case.dataset
    if name not in known:
        known[name] = in_file(submission, record) or in_records(submission, name)
    found: Counted = known[name]
    return found


def in_file(submission: Submission, record: RunRecord) -> Counted | None:
    """None unless the file is at hand and its rows are those that the record was trained and asked on."""
    name = record.case.dataset
    beside = None if ships(name) else submission.find(Path(name).name)
    data = opened(str(beside or name))
    if data is None or hashes(record) != (data.trained, data.asked):
        return None
    return replace(data.counted, name=name)


def hashes(record: RunRecord) -> tuple[str, str]:
    return record.fingerprint.get("data", ""), record.fingerprint.get("test", "")


@dataclass(frozen=True)
class Opened:
    """A dataset's rows as they are counted, and the hashes by which records name its splits."""

    counted: Counted
    trained: str
    asked: str


@lru_cache(maxsize=64)
def opened(name: str) -> Opened | None:
    """None where it cannot be read here. Thirty submissions mostly share one dataset, which is read once."""
    from bench.data.dataset import dataset_path, open_dataset

    try:
        data = open_dataset(dataset_path(name))
    except (UserError, OSError):
        return None
    rows = (*data.train, *data.validation, *data.test)
    values = {
        "instruction": [row.instruction for row in rows],
        "response": ["".join(row.responses[:1]) for row in rows],
        "category": [row.category for row in rows],
    }
    counted = Counted(name, len(rows), *told(values), "the file that was trained on")
    return Opened(counted, data.split_sha256("train", "validation"), data.split_sha256("test"))


def in_records(submission: Submission, name: str) -> Counted:
    """Rows trained on and asked, as records and outputs tell; validation rows are not known here."""
    records = [record for record in submission.trained if record.case.dataset == name]
    outputs = {output.example_id: output for record in records for output in submission.outputs(record)}
    trained = max((examples_of(record) for record in records), default=0)
    values = {
        "instruction": [each.instruction for each in outputs.values()],
        "response": ["".join(each.references[:1]) for each in outputs.values()],
        "category": [each.category for each in outputs.values()],
    }
    source = f"the records ({trained} trained on, {len(outputs)} asked; the file itself is not here)"
    return Counted(name, trained + len(outputs), *told(values), source)


def told(values: dict[str, list[str]]) -> tuple[Mapping[str, int], frozenset[str]]:
    """(rows of each category, fields that some row does not fill)."""
    empty = frozenset(field for field, found in values.items() if not all(found))
    return Counter(name for name in values["category"] if name), empty


def examples_of(record: RunRecord) -> int:
    settings = record.resolved.get("train")
    count = settings.get("examples") if isinstance(settings, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) else 0
