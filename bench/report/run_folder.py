"""Reads a run folder back: the plan, one record per planned case, and outputs when somebody looks at them.

A case that was planned and left no record is shown as "planned"; a record that cannot be read is named.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from bench.case import Case
from bench.errors import UserError
from bench.record import SCHEMA, Cost, Output, Phase, RunRecord, Score, read_outputs, read_record

LARGEST = 1e300
"""A number from here on, like NaN and Infinity, was never measured, and no axis can hold it."""
NEVER_RAN = "the plan names it, no record was written"
UNREADABLE = (AttributeError, KeyError, OSError, RecursionError, TypeError, ValueError)
"""What hostile or truncated JSON raises on its way into our dataclasses; UserError is a ValueError."""


@dataclass(frozen=True)
class Plan:
    """What the run set out to do, written before the first case started."""

    command: str = ""
    """The command line that started the run."""
    started_at: str = ""
    """UTC, ISO 8601."""
    cases: tuple[Case, ...] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)
    """Hardware, versions and threads of the planning process."""
    notes: tuple[str, ...] = ()
    """What the planner wants the reader to know, such as axes left out on this machine."""


@dataclass(frozen=True)
class Run:
    """A run folder, read: everything that a report may depend on."""

    folder: Path
    plan: Plan
    records: tuple[RunRecord, ...]
    """In plan order, placeholders included; then records that a suite asked for outside the plan."""
    damaged: tuple[str, ...] = ()
    """One line per file that was left out, with its name and why."""

    def outputs(self, record: RunRecord) -> tuple[Output, ...]:
        """What the model said, read now. Raises UserError naming the file when it is missing or damaged."""
        if not record.outputs_file:
            return ()
        path = (self.folder / record.outputs_file).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise UserError(f"{record.outputs_file}: outside the run folder, not read")
        try:
            return read_outputs(path)
        except UNREADABLE as error:
            raise UserError(f"{record.outputs_file}: outputs not readable ({brief(error)})") from None


def read_run(folder: Path) -> Run:
    """The run in `folder`. Raises UserError when it holds neither a plan nor records."""
    folder = Path(folder)
    paths = sorted((folder / "cases").glob("*.json"))
    if not paths and not (folder / "plan.json").is_file():
        raise UserError(
            f"{folder}: no plan.json and no cases/*.json here; expected a run folder such as reports/latest"
        )
    plan, plan_damage = read_plan(folder / "plan.json")
    found, damage = read_cases(paths)
    planned = [found.get(case) or placeholder(case) for case in unique(plan.cases)]
    known = set(plan.cases)
    unplanned = [record for case, record in found.items() if case not in known]
    return Run(folder, plan, tuple(planned + unplanned), tuple(plan_damage + damage))


def read_plan(path: Path) -> tuple[Plan, list[str]]:
    """An unreadable plan costs the list of cases, not the report: the records still tell what happened."""
    try:
        return plan_from_dict(json.loads(path.read_text(encoding="utf-8"))), []
    except UNREADABLE as error:
        return Plan(), [f"plan.json: not a whole plan ({brief(error)}); cases that never ran cannot be listed"]


def plan_from_dict(data: Mapping[str, Any]) -> Plan:
    if data.get("schema") != SCHEMA:
        raise UserError(f"schema {data.get('schema')!r} found, {SCHEMA} expected")
    cases = dict.fromkeys(Case.from_dict(case) for case in data["cases"])  # raises for a field that is no plain value
    return Plan(
        command=str(data.get("command", "")),
        started_at=str(data.get("started_at", "")),
        cases=tuple(cases),
        environment=dict(data.get("environment") or {}),
        notes=tuple(str(note) for note in data.get("notes") or ()),
    )


def read_cases(paths: Iterable[Path]) -> tuple[dict[Case, RunRecord], list[str]]:
    found: dict[Case, RunRecord] = {}
    damage = []
    for path in paths:
        try:
            record = sound(read_record(path))
            if record.case in found:
                raise UserError(f"a second record of {record.case.id}")
            found[record.case] = record
        except UNREADABLE as error:
            damage.append(f"cases/{path.name}: left out, {brief(error, path)}")
    return found, damage


def sound(record: RunRecord) -> RunRecord:
    """The record, if every number in it is one: a foreign file may have text behind the right keys."""
    for name, score in record.scores.items():
        require_numbers(score, ("value", "low", "high", "floor", "n", "unscored"), f"score {name}")
    for phase in (record.cost.load, record.cost.train, record.cost.generate):
        if phase is not None:
            require_numbers(phase, [f.name for f in fields(Phase)], "cost")
    require_numbers(record.cost, ("trainable_params", "total_params", "adapter_bytes"), "cost")
    return record


def require_numbers(holder: Score | Phase | Cost, names: Iterable[str], where: str) -> None:
    for name in names:
        value = getattr(holder, name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise UserError(f"{where}: {name} is {type(value).__name__}, expected a number")
        if value is not None and not abs(value) < LARGEST:
            raise UserError(f"{where}: {name} is not a finite number")


def placeholder(case: Case) -> RunRecord:
    return RunRecord(case, "planned", reason=NEVER_RAN)


def unique(cases: Iterable[Case]) -> list[Case]:
    return list(dict.fromkeys(cases))


def brief(error: BaseException, path: Path | None = None) -> str:
    """The first line of an error, without the path that the reader is told anyway."""
    text = str(error) or type(error).__name__
    return text.replace(f"{path}: ", "").splitlines()[0][:300]
