"""Submissions for the tests: a synthetic run whose records are sealed, and rows, logs and reviews beside it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.case import Case
from bench.record import Phase, RunRecord, write_record
from tests.report.sample import cases_of, measured, write_run

TRAIN = {"train": {"loss_on": "response", "steps": 40, "examples": 120, "epochs": 3.0, "learning_rate": 1e-5}}
START = "2026-01-01T00:00:00+00:00"


def records(dataset: str = "everyday", start: str = START, examples: int = 24, **changes: Any) -> list[RunRecord]:
    """Base, full, lora and qlora of one suite, measured."""
    cases = cases_of("base_vs_instruct", dataset)
    return [trained(measured(case, examples)).with_(started_at=start, **changes) for case in cases]


def trained(record: RunRecord) -> RunRecord:
    return record if record.case.method == "base" else record.with_(resolved=TRAIN)


def hand_in(folder: Path, made: list[RunRecord] | None = None, planned: tuple[Case, ...] = ()) -> Path:
    """A run folder whose seals fit: the sample writes records before their outputs, so they are sealed once more."""
    made = records() if made is None else made
    write_run(folder, made, planned)
    for record in made:
        write_record(folder, record)
    return folder


def other_times(made: list[RunRecord]) -> list[RunRecord]:
    """As another machine measures them: it never takes the same time to the last digit."""
    return [record.with_(cost=replace(record.cost, train=slower(record.cost.train))) for record in made]


def slower(phase: Phase | None) -> Phase | None:
    return phase and replace(phase, seconds=phase.seconds + 0.731)


def write_lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def record_file(folder: Path, method: str) -> Path:
    return next((folder / "cases").glob(f"*-{method}-*.json"))


def edit_record(folder: Path, method: str, **changes: Any) -> Path:
    """By hand, as a student with an editor would."""
    path = record_file(folder, method)
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**data, **changes}), encoding="utf-8")
    return path
