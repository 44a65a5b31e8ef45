"""Runs from several machines or tox environments in one run folder, so that one report shows them all.

Every record keeps its numbers; its variant becomes the name of its machine, so that each machine has rows and a base of
its own and nothing measured on unlike hardware is averaged. The runs themselves are kept whole under `runs/`.
"""

import hashlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.case import Case
from bench.errors import UserError
from bench.record import SCHEMA, RunRecord, dump_json, write_atomic, write_record
from bench.report.escaping import one_line
from bench.report.run_folder import Plan, Run, read_run
from bench.report.tables import hardware

MARK = "merged.json"
"""Names what a merged folder was made of; only a folder that has it is made anew."""
KEPT = ("cases", "outputs", "logs")
UNKNOWN = "unknown machine"
TRADEMARK = re.compile(r"\((?:R|TM)\)| Processor\b| CPU\b")


@dataclass(frozen=True)
class Member:
    """A record on its way into the merged run."""

    run: Run
    record: RunRecord
    machine: str
    """Hardware and device, with the run's name where one machine did the same case twice."""

    @property
    def name(self) -> str:
        return self.run.folder.name


@dataclass(frozen=True)
class Merged:
    """What was put together."""

    runs: tuple[Run, ...]
    members: tuple[Member, ...]
    """In the order of the runs and of their plans."""
    left_out: tuple[str, ...]
    """One line for each file that is truncated, foreign or a copy."""

    @property
    def machines(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(member.machine for member in self.members))


def gather(folders: Sequence[Path]) -> Merged:
    """Read the runs. Raises UserError for a folder that is no run, or where no record at all is left."""
    runs = [read_run(folder) for folder in unique(folders)]
    left_out = [f"{run.folder}: {line}".replace(": left out, ", ": ", 1) for run in runs for line in run.damaged]
    members: list[Member] = []
    seen: dict[str, Run] = {}
    for run in runs:
        for record in run.records:
            first = seen.setdefault(digest(run, record), run) if record.status != "planned" else run
            if first is not run:
                left_out.append(f"{run.folder}: {record.case.id}: a copy of the one in {first.folder}")
            else:
                members.append(Member(run, record, machine_of(run, record)))
    if not any(member.record.status != "planned" for member in members):
        raise UserError(f"no whole record in {', '.join(str(run.folder) for run in runs)}; there is nothing to merge")
    return Merged(tuple(runs), tuple(told_apart(members)), tuple(left_out))


def unique(folders: Sequence[Path]) -> list[Path]:
    """Raises UserError where one run is named twice: counted twice it would pass for a repetition."""
    found = {Path(folder).resolve(): Path(folder) for folder in folders}
    if len(found) < len(folders):
        twice = [path for path, n in Counter(Path(each).resolve() for each in folders).items() if n > 1]
        raise UserError(f"{found[twice[0]]} is named twice; each run is merged once")
    return list(found.values())


def digest(run: Run, record: RunRecord) -> str:
    """Of the record as it was written; two machines never agree on its times."""
    return hashlib.sha256(dump_json(record.as_dict()).encode("utf-8", "backslashreplace")).hexdigest()


def machine_of(run: Run, record: RunRecord) -> str:
    """ "NVIDIA H100 80GB HBM3" or "Intel Xeon @ 2.50GHz, 2 cores"; what the run's others say where a case never ran."""
    environment = record.environment or others_environment(run) or run.plan.environment
    device, cores = str(environment.get("device") or ""), environment.get("cores")
    name = one_line(TRADEMARK.sub("", hardware(environment)), 60) or UNKNOWN
    more = [one_line(device, 20)] if device and not device.startswith(("cuda", "cpu")) else []
    more += [f"{cores} cores"] if device == "cpu" and isinstance(cores, int) else []
    return ", ".join([name, *more])


def others_environment(run: Run) -> dict[str, object]:
    """A case that never ran was planned for the machine of those that did."""
    return next((dict(record.environment) for record in run.records if record.environment), {})


def told_apart(members: Iterable[Member]) -> list[Member]:
    """Where one machine has a case in several runs, their names stand beside the machine's."""
    members = list(members)
    counted = Counter((member.record.case, member.machine) for member in members)
    again = {machine for (_, machine), n in counted.items() if n > 1}
    names = short_names([member.run for member in members])
    return [
        replace(member, machine=f"{member.machine} ({names[member.run.folder]})") if member.machine in again else member
        for member in members
    ]


def short_names(runs: Iterable[Run]) -> dict[Path, str]:
    """The folder's own name, numbered where two have the same."""
    found: dict[Path, str] = {}
    for run in runs:
        name = one_line(run.folder.resolve().name, 60)
        if run.folder not in found:
            taken = set(found.values())
            found[run.folder] = next(each for each in numbered(name) if each not in taken)
    return found


def numbered(name: str) -> Iterable[str]:
    yield name
    yield from (f"{name}-{number}" for number in range(2, 100_000))


def merged_case(case: Case, machine: str) -> Case:
    """A variant compares with the variant of its own machine."""
    variant = " · ".join(part for part in (case.variant, machine) if part)
    return replace(case, variant=variant, against=f"{case.against} · {machine}" if case.against else "")


def write_merged(out: Path, merged: Merged, command: str, notes: Sequence[str] = ()) -> None:
    """A run folder that `tunebench report` reads. Raises UserError where `out` holds anything but an earlier merge."""
    make_room(out, merged.runs)
    names = short_names(merged.runs)
    for run in merged.runs:
        keep(run, out / "runs" / names[run.folder])
    marked = len(merged.machines) > 1
    members = [(member, merged_case(member.record.case, member.machine) if marked else member.record.case)
               for member in merged.members]  # fmt: skip
    write_atomic(out / "plan.json", dump_json(plan(merged, [case for _, case in members], command, notes)) + "\n")
    for member, case in members:
        if member.record.status != "planned":
            write_record(out, placed(member, case, f"runs/{names[member.run.folder]}"))
    sources = {names[run.folder]: str(run.plan.command) for run in merged.runs}
    write_atomic(out / MARK, json.dumps({"runs": sources, "left_out": merged.left_out}, indent=1) + "\n")


def make_room(out: Path, runs: Sequence[Run]) -> None:
    inside = [run.folder for run in runs if run.folder.resolve().is_relative_to(out.resolve())]
    if inside:
        raise UserError(f"{out} holds {inside[0]}, which is to be merged; choose another folder to write to")
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file():
        raise UserError(f"{out} is not empty and no earlier merge; choose a new folder")
    for name in ("runs", "cases"):
        if out.is_dir() and (out / name).is_dir():
            shutil.rmtree(out / name)


def keep(run: Run, place: Path) -> None:
    """Its plan, records, outputs and logs as they are; links are not followed."""
    place.mkdir(parents=True)
    if (run.folder / "plan.json").is_file():
        shutil.copyfile(run.folder / "plan.json", place / "plan.json")
    for name in KEPT:
        for path in sorted((run.folder / name).glob("*")):
            if path.is_file() and not path.is_symlink():
                (place / name).mkdir(exist_ok=True)
                shutil.copyfile(path, place / name / path.name)


def placed(member: Member, case: Case, folder: str) -> RunRecord:
    """The record with its new case, its outputs where they were copied to, and where it came from."""
    record = member.record
    inside = (member.run.folder / record.outputs_file).resolve().is_relative_to(member.run.folder.resolve())
    outputs = f"{folder}/{record.outputs_file}" if record.outputs_file and inside else ""
    claims = tuple(replace(claim, case_id=case.id) for claim in record.claims)
    resolved = {**record.resolved, "merged_from": {"run": folder, "case": record.case.file_name}}
    return record.with_(case=case, outputs_file=outputs, claims=claims, resolved=resolved)


def plan(merged: Merged, cases: Sequence[Case], command: str, notes: Sequence[str]) -> dict[str, object]:
    told = [line for run in merged.runs for line in run_notes(run)]
    return {
        "schema": SCHEMA,
        "command": command,
        "started_at": min((run.plan.started_at for run in merged.runs if run.plan.started_at), default=""),
        "cases": [case.as_dict() for case in dict.fromkeys(cases)],
        "environment": {},
        "notes": [*notes, *told, *(f"left out: {line}" for line in merged.left_out)],
    }


def run_notes(run: Run) -> list[str]:
    ran = sum(record.status != "planned" for record in run.records)
    return [f"{run.folder.resolve().name}: {ran} of {len(run.records)} cases ran, {about(run.plan)}",
            *(f"{run.folder.resolve().name}: {note}" for note in run.plan.notes)]  # fmt: skip


def about(plan: Plan) -> str:
    return ", ".join(part for part in (plan.started_at and f"started {plan.started_at}", plan.command) if part)
