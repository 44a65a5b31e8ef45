"""How many rows of each kind of question there are, beside the kinds that the lecture names (S0.2, S3.10, S4.2)."""

from collections import Counter
from typing import Literal

from bench.assignments.evidence import jsonl
from bench.assignments.evidence.dataset import largest
from bench.assignments.evidence.need import Strict
from bench.assignments.evidence.rows import value
from bench.assignments.submission import Submission
from bench.assignments.tables.table import Cell, Table, plain
from bench.case import short_name


class Wanted(Strict):
    kind: Literal["coverage"]
    title: str = "Kinds of instructions"
    kinds: tuple[str, ...] = ()
    """The lecture's; others that are found come after them."""
    files: tuple[str, ...] = ()
    """Files of rows; where none is in the submission, the dataset that was trained on is counted."""
    field: str = "type|category"


def fill(wanted: Wanted, submission: Submission) -> list[Table]:
    found, source = counted(wanted, submission)
    if not found:
        return [Table(wanted.title, (), (), why="no rows with a kind of question were found")]
    named = {name.casefold(): name for name in found}
    listed = [(kind, found.get(named.get(kind.casefold(), ""), 0)) for kind in wanted.kinds]
    wanted_names = {kind.casefold() for kind in wanted.kinds}
    listed += [(name, count) for name, count in found.most_common() if name.casefold() not in wanted_names]
    rows = [(Cell(kind), Cell(str(count), "", "" if count else "bad")) for kind, count in listed]
    rows.append(plain("all", str(sum(found.values()))))  # type: ignore[arg-type]
    return [Table(wanted.title, ("Kind", "Rows"), tuple(rows), f"Counted in {source}.")]


def counted(wanted: Wanted, submission: Submission) -> tuple[Counter[str], str]:
    path = submission.find(*wanted.files) if wanted.files else None
    if path is not None:
        found = Counter(value(row, wanted.field) for row in jsonl.read(path).rows if jsonl.is_kept(row))
        found.pop("", None)
        return found, submission.place(path)
    records = list({record.case.dataset: record for record in submission.trained}.values())
    if not records:
        return Counter(), ""
    data = largest(submission, records)
    return Counter(data.categories), f"{data.source} ({short_name(data.name)})"
