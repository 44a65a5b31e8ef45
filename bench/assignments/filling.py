"""An assignment filled from a submission: ticks with their evidence, points, tables and what the author wrote."""

from dataclasses import dataclass
from functools import cached_property

from pydantic import BaseModel

from bench.assignments.evidence.need import Found
from bench.assignments.form import Assignment, Deliverable, Room
from bench.assignments.notes import read_notes, sections
from bench.assignments.reading import module_of
from bench.assignments.submission import Submission
from bench.assignments.tables.table import Table
from bench.report.verdict import verdict


@dataclass(frozen=True)
class Tick:
    """One deliverable and what was found for each of its needs."""

    deliverable: Deliverable
    found: tuple[Found, ...]

    @property
    def met(self) -> bool:
        return all(each.met for each in self.found)

    @property
    def points(self) -> float:
        """All or nothing: an instructor who wants it finer declares more deliverables."""
        return self.deliverable.points if self.met else 0.0


@dataclass(frozen=True)
class Filled:
    """All that a page says of one submission."""

    assignment: Assignment
    name: str
    submission: Submission
    author: str = ""

    @cached_property
    def ticks(self) -> tuple[Tick, ...]:
        return tuple(Tick(each, self._looked(each)) for each in self.assignment.deliverable)

    def _looked(self, deliverable: Deliverable) -> tuple[Found, ...]:
        return tuple(map(self._look, deliverable.needs))

    def _look(self, need: BaseModel) -> Found:
        """In the suite that the assignment is about; in the whole run where it is not met there."""
        look = module_of(need, "evidence").look
        found: Found = look(need, self.focus)
        if found.met or self.focus is self.submission:
            return found
        anywhere: Found = look(need, self.submission)
        return anywhere if anywhere.met else found

    @cached_property
    def focus(self) -> Submission:
        return self.submission.about(self.assignment.suites)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        wanted = self.assignment.table
        return tuple(table for each in wanted for table in module_of(each, "tables").fill(each, self.focus))

    @property
    def met(self) -> int:
        return sum(tick.met for tick in self.ticks if not tick.deliverable.bonus)

    @property
    def required(self) -> int:
        return sum(not tick.deliverable.bonus for tick in self.ticks)

    @property
    def points(self) -> float:
        return sum(tick.points for tick in self.ticks)

    @property
    def summary(self) -> str:
        """ "5 of 5 deliverables and 1 of 1 bonus shown by evidence"."""
        bonus = [tick for tick in self.ticks if tick.deliverable.bonus]
        extra = f" and {sum(tick.met for tick in bonus)} of {len(bonus)} bonus" if bonus else ""
        return f"{self.met} of {self.required} deliverables{extra} shown by evidence"

    @cached_property
    def verdict(self) -> str:
        """The report's own sentence, made from the records that count; "" without a run."""
        groups = [group for group, _ in self.focus.groups]
        return verdict(groups) if groups else ""

    @cached_property
    def notes(self) -> str:
        return read_notes(self.submission)

    @property
    def rooms(self) -> tuple[Room, ...]:
        """Headings that the author has not written under yet."""
        written = {heading for heading, text in sections(self.notes).items() if text}
        return tuple(room for room in self.assignment.words if room.heading.casefold() not in written)


def points(value: float) -> str:
    return f"{value:g}"
