"""What an assignment file may say: deliverables, the evidence each needs, tables to fill, room for the author's words.

The kinds of evidence and of tables are the files of bench/assignments/evidence and bench/assignments/tables.
"""

from typing import Annotated

from pydantic import Field

from bench.assignments.evidence import (
    behaviour,
    comparison,
    dataset,
    formatting,
    notes,
    questions,
    requests,
    review,
    rows,
    trained,
)
from bench.assignments.evidence.need import Strict
from bench.assignments.tables import approaches, coverage, expected, prompts, recipe
from bench.assignments.tables import questions as question_table

AnyNeed = Annotated[
    behaviour.Need
    | comparison.Need
    | dataset.Need
    | formatting.Need
    | notes.Need
    | questions.Need
    | requests.Need
    | review.Need
    | rows.Need
    | trained.Need,
    Field(discriminator="kind"),
]
AnyTable = Annotated[
    approaches.Wanted | coverage.Wanted | expected.Wanted | prompts.Wanted | question_table.Wanted | recipe.Wanted,
    Field(discriminator="kind"),
]


class Deliverable(Strict):
    """One thing to hand in; it is ticked when all its needs are met."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Short name: a column of the grade sheet."""
    title: str = Field(min_length=1)
    points: float = Field(default=1, ge=0)
    bonus: bool = False
    """Its points come on top of the assignment's maximum."""
    how: str = ""
    """The command that makes what is missing, or what to do."""
    needs: tuple[AnyNeed, ...] = Field(min_length=1)


class Room(Strict):
    """A heading for the author's own words."""

    heading: str = Field(min_length=1)
    hint: str = ""
    """What belongs there."""


class Assignment(Strict):
    """A whole assignment file."""

    title: str = Field(min_length=1)
    about: str = ""
    """One or two sentences for the head of the page."""
    suites: tuple[str, ...] = ()
    """Of a run of several suites, the first of these that trained something is looked at first and fills the tables."""
    metric: str = ""
    """Column whose numbers the instructor's page and the leaderboard show; "" is each run's main one."""
    deliverable: tuple[Deliverable, ...] = Field(min_length=1)
    table: tuple[AnyTable, ...] = ()
    words: tuple[Room, ...] = ()

    @property
    def points(self) -> float:
        """The maximum without bonus."""
        return sum(each.points for each in self.deliverable if not each.bonus)
