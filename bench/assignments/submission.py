"""What somebody hands in: a run folder, files beside it, and what of it may count as evidence."""

import contextlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench import seal
from bench.errors import UserError
from bench.record import Output, RunRecord
from bench.report.examples import PROMPTED, anchors
from bench.report.groups import BASE, Group, groups
from bench.report.run_folder import UNREADABLE, Run, read_run

DEPTH = 3
"""Folders below the submission in which a file is looked for."""
MOST_FILES = 5000
"""Entries looked at; a folder with more is no submission, and nobody waits for it."""
LARGEST_FILE = 64 << 20
"""Bytes of a file that is read as evidence."""
MEASURED = ("ok", "failed_claim")
WHO = "assignment.json"
"""Where `tunebench report --assignment` leaves the author's name."""


@dataclass(frozen=True)
class Submission:
    """One folder that was handed in."""

    folder: Path
    name: str
    run: Run | None
    """None where no run was handed in."""
    warnings: tuple[str, ...] = ()
    """What an instructor must know: damaged and edited records."""
    distrusted: frozenset[str] = frozenset()
    """File names (without suffix) of records that are no evidence."""
    suite: str = ""
    """The only suite that is looked at; "" for all."""
    facts: dict[str, Any] = field(default_factory=dict, compare=False)
    """What evidence and tables have found out, so that nothing is read or computed twice."""

    def about(self, suites: Iterable[str]) -> "Submission":
        """The same with one suite alone, the first of these that trained something; all of it where none did."""
        trained = {record.case.suite for record in self.trained}
        suite = next((name for name in suites if name in trained), "")
        return replace(self, suite=suite, facts={"outputs": self.facts.setdefault("outputs", {})}) if suite else self

    @cached_property
    def records(self) -> tuple[RunRecord, ...]:
        """Measured records whose seal fits: the only ones that count.

        Variants of one recipe, made to be compared with each other, count only where there is nothing else.
        """
        found = tuple(record for record in self.every_record if self._counts(record))
        plain = tuple(record for record in found if not record.case.variant)
        return plain or found

    def _counts(self, record: RunRecord) -> bool:
        trusted = record.status in MEASURED and record.case.file_name not in self.distrusted
        return trusted and self.suite in ("", record.case.suite)

    @cached_property
    def groups(self) -> list[tuple[Group, str]]:
        """Comparable records with the anchors that report.html gives their groups."""
        named = {(g.suite, g.model, g.dataset): anchor for g, anchor in anchors(groups(self.every_record))}
        return [(group, named[group.suite, group.model, group.dataset]) for group in groups(self.records)]

    @property
    def every_record(self) -> tuple[RunRecord, ...]:
        return self.run.records if self.run else ()

    @cached_property
    def trained(self) -> tuple[RunRecord, ...]:
        """Records of tuned models, in plan order."""
        return tuple(r for r in self.records if r.case.method != BASE and r.cost.train is not None)

    def outputs(self, record: RunRecord) -> tuple[Output, ...]:
        """What the model said in its own prompt form; () where that cannot be read."""
        return tuple(output for output in self.said(record) if output.form == record.form)

    def said(self, record: RunRecord) -> tuple[Output, ...]:
        """The same in both prompt forms."""
        known = self.facts.setdefault("outputs", {})
        if record.case.file_name not in known:
            known[record.case.file_name] = self._read(record)
        found: tuple[Output, ...] = known[record.case.file_name]
        return found

    def _read(self, record: RunRecord) -> tuple[Output, ...]:
        try:
            return tuple(o for o in self.run.outputs(record) if o.form in PROMPTED) if self.run else ()
        except UserError:
            return ()

    def find(self, *names: str) -> Path | None:
        """The first of these files in the folder or a little below it, nearest first; never one outside."""
        for name in names:
            for path in self.files:
                if path.name == name:
                    return path
        return None

    @cached_property
    def files(self) -> tuple[Path, ...]:
        return tuple(sorted(walk(self.folder), key=lambda path: (len(path.parts), path.as_posix())))

    def place(self, path: Path) -> str:
        """The path from the submission's folder, to be read."""
        return path.relative_to(self.folder).as_posix()

    def link(self, path: Path) -> str:
        """The same as a link; no name of a folder can make it an address."""
        return quote(self.place(path))

    @property
    def run_folder(self) -> Path:
        """Where the run's reports lie; the folder itself without a run."""
        return self.run.folder if self.run else self.folder

    def in_report(self, anchor: str) -> str:
        """A link into the run's report.html."""
        return f"{self.link(self.run_folder / 'report.html')}#{anchor}"

    @cached_property
    def author(self) -> str:
        """The name that the submission itself gives; nobody checked it."""
        path = self.run_folder / WHO
        try:
            return str(json.loads(path.read_text(encoding="utf-8"))["author"])[:200]
        except UNREADABLE:
            return ""


def walk(folder: Path, depth: int = DEPTH) -> Iterator[Path]:
    """Regular files, links left out: a submission must not show a file that lies elsewhere."""
    for number, path in enumerate(sorted(folder.iterdir())):
        if number >= MOST_FILES:
            return
        if path.is_symlink():
            continue
        if path.is_file() and path.stat().st_size <= LARGEST_FILE:
            yield path
        elif path.is_dir() and depth > 1:
            yield from walk(path, depth - 1)


def open_submission(folder: Path, name: str = "") -> Submission:
    """The submission in a folder. Raises UserError when there is no such folder, or it holds several runs."""
    folder = Path(folder)
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; expected a run folder such as reports/latest")
    place = folder_of_run(folder)
    run = read_run(place) if place else None
    seals = seal_complaints(place) if place else {}
    warnings = [*(run.damaged if run else ()), *(f"cases/{stem}.json: {why}" for stem, why in seals.items())]
    return Submission(folder, name or folder.resolve().name, run, tuple(warnings), frozenset(seals))


def folder_of_run(folder: Path) -> Path | None:
    """Where the run lies: the folder itself, or the one folder below it that is a run."""
    if is_run(folder):
        return folder
    found = sorted({path.parent for path in walk(folder) if path.name == "plan.json" and is_run(path.parent)})
    if len(found) > 1:
        named = ", ".join(str(path.relative_to(folder)) for path in found[:4])
        raise UserError(f"{folder}: holds {len(found)} runs ({named}); hand in one of them")
    return found[0] if found else None


def is_run(folder: Path) -> bool:
    return (folder / "plan.json").is_file() or any((folder / "cases").glob("*.json"))


def seal_complaints(folder: Path) -> dict[str, str]:
    """Record file -> why its seal does not fit; records that cannot be read at all are told of by the run."""
    found = {}
    for path in sorted((folder / "cases").glob("*.json")):
        with contextlib.suppress(*UNREADABLE):
            if why := seal.complaint(json.loads(path.read_text(encoding="utf-8")), folder):
                found[path.stem] = why
    return found
