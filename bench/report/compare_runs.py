"""What changed from one run to another: cells with paired tests, examples that are answered differently, cases gone.

A cell is one column of one case, its seeds together. Time and memory are left to the reports: two runs share neither
load nor, often, a machine.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.errors import UserError
from bench.record import Output, RunRecord
from bench.report.cells import shown
from bench.report.columns import Column, column, ordered
from bench.report.compare_methods import sources_of
from bench.report.differences import signed
from bench.report.run_folder import Run
from bench.report.tables import hardware
from bench.stats.families import ALPHA, holm
from bench.stats.paired import Paired, paired

CLOSE = 1e-12


@dataclass(frozen=True)
class CellChange:
    """One column of one case before and after."""

    case: str
    """The case's id, without its seed where there are several."""
    column: Column
    before: float | None
    """Mean over the seeds that both runs have."""
    after: float | None
    found: Paired | None
    """None where the values are not known by test example."""
    adjusted: float | None = None
    """p after Holm's correction over all cells of the comparison."""
    why: str = ""
    """Why a side has no number."""

    @property
    def change(self) -> float | None:
        return None if self.before is None or self.after is None else round(self.after - self.before, 12)

    @property
    def is_changed(self) -> bool:
        return self.change is None or abs(self.change) > CLOSE

    @property
    def is_shown(self) -> bool:
        return self.adjusted is not None and self.adjusted <= ALPHA

    @property
    def drop(self) -> float | None:
        """How much worse it became, in the column's unit; None without a direction or a number."""
        if self.change is None or self.column.higher_is_better is None:
            return None
        return -self.change if self.column.higher_is_better else self.change

    @property
    def words(self) -> str:
        """ "95.0 % → 90.0 % (-5.0)"."""
        unit = self.column.unit
        ends = [("–" if value is None else shown(value, unit)) for value in (self.before, self.after)]
        return " → ".join(ends) + (f" ({signed(self.change, unit)})" if self.change is not None else "")


@dataclass(frozen=True)
class ExampleChange:
    """A question that is answered in other words."""

    case: str
    example: str
    instruction: str
    before: str
    after: str
    value_before: float | None
    """On the case's first column that has both."""
    value_after: float | None


@dataclass(frozen=True)
class RunComparison:
    """Two runs, the earlier one first."""

    before: Path
    after: Path
    cells: tuple[CellChange, ...]
    """All cells that either run has a number for, changed or not."""
    examples: tuple[ExampleChange, ...]
    compared: int
    """Answers that both runs hold."""
    notes: tuple[str, ...]
    """Cases that one run lacks, other statuses, other machines, damaged files."""
    seeds: int
    """The fewest training runs behind a tested cell; 0 where nothing was tested."""

    @property
    def changed(self) -> tuple[CellChange, ...]:
        return tuple(cell for cell in self.cells if cell.is_changed)

    @property
    def shown(self) -> tuple[CellChange, ...]:
        return tuple(cell for cell in self.changed if cell.is_shown)

    @property
    def sentence(self) -> str:
        """The verdict, which one training run on each side keeps from saying too much."""
        if not self.cells:
            return "No case has a number in either run."
        tested = sum(cell.adjusted is not None for cell in self.cells)
        said = f"{len(self.changed)} of {len(self.cells)} cells changed, {len(self.shown)} shown by paired tests"
        said += f" (Holm over {tested})" if tested else ""
        if self.shown and self.seeds == 1:
            said += "; one training run on each side, so what trained them may have changed, or only luck"
        return f"{said}. {len(self.examples)} of {self.compared} answers are worded otherwise."


Pairs = list[tuple[RunRecord, RunRecord]]
"""(before, after) of each seed."""


def compare_runs(before: Run, after: Run) -> RunComparison:
    """Cases are matched by all their settings, or by their id where a setting changed and the id is unique."""
    rows, notes = matched(before, after)
    cells, examples, compared = [], [], 0
    for name, pairs in rows.items():
        said = [answers(before, old, after, new) for old, new in pairs]
        sources = sources_of([output for _, outputs in said for output in outputs])
        same = [asked_alike(old, new, *outputs) for (old, new), outputs in zip(pairs, said, strict=True)]
        cells += list(cells_of(name, pairs, same, sources))
        for (old, new), (first, second) in zip(pairs, said, strict=True):
            changed, both = examples_of(old, new, first, second)
            examples += changed
            compared += both
    tested = adjusted(cells)
    seeds = min((cell.found.seeds for cell in tested if cell.found), default=0)
    notes += new_columns(rows.values())
    notes += [f"{run.folder}: {line}" for run in (before, after) for line in run.damaged]
    return RunComparison(before.folder, after.folder, tuple(tested), tuple(examples), compared, tuple(notes), seeds)


def matched(before: Run, after: Run) -> tuple[dict[str, Pairs], list[str]]:
    """Case without seed -> its pairs; notes on what has no partner."""
    olds, news = by_id(before), by_id(after)
    pairs = [(old, new) for key, news_of in news.items() for old, new in partners(olds.get(key, []), news_of)]
    taken = {id(record) for pair in pairs for record in pair}
    rows: dict[str, Pairs] = {}
    several = {seedless(old) for old, _ in pairs if sum(seedless(each) == seedless(old) for each, _ in pairs) > 1}
    for old, new in pairs:
        rows.setdefault(seedless(new) if seedless(old) in several else new.case.id, []).append((old, new))
    return rows, [*lonely(before, taken), *lonely(after, taken), *unlike(pairs)]


def by_id(run: Run) -> dict[str, list[RunRecord]]:
    found: dict[str, list[RunRecord]] = {}
    for record in run.records:
        found.setdefault(record.case.id, []).append(record)
    return found


def partners(olds: list[RunRecord], news: list[RunRecord]) -> Pairs:
    """Of one id: equal cases, else the only ones."""
    if len(olds) == 1 and len(news) == 1:
        return [(olds[0], news[0])]
    known = {record.case: record for record in olds}
    return [(known[new.case], new) for new in news if new.case in known]


def seedless(record: RunRecord) -> str:
    return record.case.id.removesuffix(f"-s{record.case.seed}]") + "]"


def lonely(run: Run, taken: set[int]) -> list[str]:
    names = [record.case.id for record in run.records if id(record) not in taken]
    return [f"only in {run.folder}: {listed(names)}"] if names else []


def listed(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def unlike(pairs: Pairs) -> Iterator[str]:
    """What makes two numbers of one name unlike each other."""
    for what, fact in FACTS.items():
        names = [new.case.id for old, new in pairs if fact(old) and fact(new) and fact(old) != fact(new)]
        if names:
            yield f"other {what} for {len(names)} of {len(pairs)} cases: {listed(names)}"
    for old, new in pairs:
        if old.status != new.status:
            yield f"{new.case.id}: {old.status} before, {new.status} now. {new.reason}".rstrip(". ")


FACTS: dict[str, Callable[[RunRecord], str]] = {
    "machines": lambda record: hardware(record.environment),
    "base models": lambda record: record.fingerprint.get("model", ""),
    "training data": lambda record: record.fingerprint.get("data", ""),
    "test questions": lambda record: record.fingerprint.get("test", ""),
    "settings": lambda record: repr(replace(record.case, seed=0).as_dict()),
    "libraries": lambda record: record.fingerprint.get("libraries", ""),
    "metrics' code": lambda record: record.fingerprint.get("scorers", ""),
}


Same = frozenset[str] | None
"""Ids of the examples that ask the same on both sides; None for all of them."""


def asked_alike(old: RunRecord, new: RunRecord, first: Sequence[Output], second: Sequence[Output]) -> Same:
    """One id in two versions of a dataset may be two questions; without outputs none is taken for the same."""
    if FACTS["test questions"](old) == FACTS["test questions"](new):
        return None
    asked = {output.example_id: question(output) for output in first}
    return frozenset(each.example_id for each in second if asked.get(each.example_id) == question(each))


def question(output: Output) -> tuple[str, str, tuple[str, ...]]:
    return output.instruction, output.input, output.references


def cells_of(name: str, pairs: Pairs, same: Sequence[Same], sources: Mapping[str, str]) -> Iterator[CellChange]:
    for each in ordered(measured(pairs, 0) | (measured(pairs, 1) - fresh(pairs))):
        if any(record[each] is not None for pair in pairs for record in pair):
            yield cell(name, column(each, pairs[0][1].case.metrics), pairs, same, sources)


def measured(pairs: Pairs, side: int) -> set[str]:
    """Own-form columns of the records before (0) or after (1)."""
    return {name for pair in pairs for name in pair[side].scores if "@" not in name}


def fresh(pairs: Pairs) -> set[str]:
    """Columns that no earlier record has although it has others: metrics that came since, nothing that changed."""
    return measured(pairs, 1) - measured(pairs, 0) if measured(pairs, 0) else set()


def new_columns(rows: Iterable[Pairs]) -> list[str]:
    names = ordered(set().union(*map(fresh, rows)))
    return [f"columns that only the later run has: {', '.join(names)}"] if names else []


def cell(name: str, which: Column, pairs: Pairs, same: Sequence[Same], sources: Mapping[str, str]) -> CellChange:
    for old, new in pairs:
        # A seed that lost its number must not hide behind those that kept theirs.
        if old[which.name] is None or new[which.name] is None:
            return CellChange(name, which, old[which.name], new[which.name], None, why=reason(old, new, which))
    before, after = (sum(pair[side][which.name] or 0 for pair in pairs) / len(pairs) for side in (0, 1))
    values = [(items(new, which, ids), items(old, which, ids)) for (old, new), ids in zip(pairs, same, strict=True)]
    return CellChange(name, which, before, after, paired(values, sources) if all(map(all, values)) else None)


def items(record: RunRecord, which: Column, ids: Same) -> Mapping[str, float]:
    found = record.scores[which.name].per_example
    return found if ids is None else {name: value for name, value in found.items() if name in ids}


def reason(old: RunRecord, new: RunRecord, which: Column) -> str:
    side, when = (new, "now") if new[which.name] is None else (old, "before")
    score = side.scores.get(which.name)
    why = (score.why if score else "") or side.reason
    return f"no number {when}: {why or (side.status if side.status != 'ok' else 'no such column')}"


def adjusted(cells: Sequence[CellChange]) -> list[CellChange]:
    """With Holm's correction over all tested cells."""
    corrected = iter(holm([cell.found.p for cell in cells if cell.found]))
    return [replace(cell, adjusted=next(corrected)) if cell.found else cell for cell in cells]


def answers(before: Run, old: RunRecord, after: Run, new: RunRecord) -> tuple[tuple[Output, ...], tuple[Output, ...]]:
    return readable(before, old), readable(after, new)


def readable(run: Run, record: RunRecord) -> tuple[Output, ...]:
    """() for outputs that are missing or damaged: their cells still compare."""
    try:
        return run.outputs(record)
    except UserError:
        return ()


def examples_of(
    old: RunRecord, new: RunRecord, first: Sequence[Output], second: Sequence[Output]
) -> tuple[list[ExampleChange], int]:
    """Answers in the case's own form that differ, and how many both sides hold."""
    befores = {output.example_id: output for output in first if output.form == old.form}
    pairs = [(befores[o.example_id], o) for o in second if o.form == new.form and o.example_id in befores]
    names = [name for name in ordered(set(new.scores)) if "@" not in name and new.scores[name].per_example]
    values = [each.scores[names[0]].per_example if names and names[0] in each.scores else {} for each in (old, new)]
    return [
        ExampleChange(new.case.id, b.example_id, b.instruction, a.text, b.text, *(v.get(b.example_id) for v in values))
        for a, b in pairs
        if a.text != b.text
    ], len(pairs)
