"""The stages in their order; each reads what the one before wrote, and does only what is not done yet."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from bench.errors import UserError, nearest
from bench.synthesis.config import FREE, Settings, claim
from bench.synthesis.curate_dataset import REJECTED, Built, build_dataset
from bench.synthesis.entities import find_entities
from bench.synthesis.gather import gather
from bench.synthesis.ground import Grounder
from bench.synthesis.instruct import by_teacher, by_templates
from bench.synthesis.rows import (
    DROPPED,
    INSTRUCTIONS,
    PAIRS,
    PASSAGES,
    AnyRow,
    Dropped,
    Instruction,
    Pair,
    Passage,
    appending,
    read_rows,
    write_rows,
)
from bench.synthesis.scale import Limits, Plan, Standing, described, gated, scale
from bench.synthesis.scale_instructions import going_on
from bench.synthesis.teachers import Teacher, open_teacher
from bench.synthesis.teachers._asking import Unanswered
from bench.synthesis.template_check import defects, usable

STAGES = ("gather", "instruct", "ground", "curate", "scale")
ASKING = ("instruct", "ground")
TOPICS = (
    "Character Analysis",
    "Plot Explanation",
    "Spell Information",
    "Location Description",
    "Magical Object Details",
    "Timeline Questions",
    "Relationship Analysis",
)
"""Lecture 9's instruction types, by which a teacher is asked in turn."""

Tell = Callable[[str, int, int], None]
"""Told (stage, items done, items in all) now and then."""


class Done(NamedTuple):
    """What one stage did."""

    stage: str
    made: int
    """Rows that its file holds now."""
    dropped: int
    """Of this run."""
    note: str = ""


@dataclass(frozen=True)
class Pipeline:
    """One run over one folder."""

    settings: Settings
    tell: Tell = lambda stage, done, total: None
    plan: Plan | None = None
    """How far stage 5 goes; it runs only where this is given."""
    teacher: Teacher | None = None
    """In place of the one that the settings name."""

    def run(self, stage: str = "") -> Iterator[Done]:
        """All stages, or one. Raises UserError for an unknown stage, or one whose input is not there yet."""
        if stage and stage not in STAGES:
            raise UserError(f"unknown stage {stage!r}.{nearest(stage, STAGES)}")
        claim(self.settings)
        last = len(STAGES) if self.plan else len(STAGES) - 1
        for name in [stage] if stage else STAGES[:last]:
            yield self.paid(name) if name in ASKING else getattr(self, name)()
            if name == "scale":
                yield self.curate()

    def paid(self, stage: str) -> Done:
        """A stage whose teacher may cost money: under the same journal, limits and budget as stage 5."""
        with gated(self.settings.out, self.opened(), self.plan.limits if self.plan else Limits()):
            done: Done = getattr(self, stage)()
        return done

    def gather(self) -> Done:
        known = self.rows(PASSAGES, Passage)
        if known:
            return Done("gather", len(known), 0, "done before")
        found = gather(self.settings.text, self.settings.words)
        self.drop(found.dropped)
        write_rows(self.settings.out / PASSAGES, found.passages)
        return Done("gather", len(found.passages), len(found.dropped))

    def instruct(self) -> Done:
        known = self.rows(INSTRUCTIONS, Instruction)
        if known:
            return Done("instruct", len(known), 0, "done before")
        passages = self.needed(PASSAGES, Passage, "gather")
        made, dropped = self.from_templates(passages)
        for one in self.from_teacher(passages, made):
            if isinstance(one, Dropped):
                dropped.append(one)
            else:
                made.append(one)
            self.tell("instruct", len(made), 0)
        if not made:
            raise UserError(f"{self.settings.text}: nothing was found in it to ask about; give lists under [slots]")
        self.drop(dropped)
        write_rows(self.settings.out / INSTRUCTIONS, made)
        return Done("instruct", len(made), len(dropped))

    def from_templates(self, passages: list[Passage]) -> tuple[list[Instruction], list[Dropped]]:
        read = self.settings.question_templates()
        if read is None:
            return [], []
        broken = [one for one in defects(read) if not one.usable]
        dropped = [
            Dropped(id=f"{read.path}:{one.line}", stage="instruct", reason=one.problem) for one in broken if one.text
        ]
        lists = {**read.slots, **self.settings.slots}
        templates = usable(read)
        wanted = {f"{name}s" for template in templates for name in template.placeholders}
        return by_templates(templates, find_entities(passages, lists, wanted), passages), dropped

    def from_teacher(self, passages: list[Passage], known: list[Instruction]) -> Iterable[Instruction | Dropped]:
        if not self.settings.rounds:
            return ()
        return by_teacher(self.opened(), TOPICS, passages, self.settings.rounds, self.settings.seed, list(known))

    def ground(self) -> Done:
        """Pairs up to the limit; each is written when it is made."""
        waiting, made = self.waiting(), self.rows(PAIRS, Pair)
        wanted, pairs, dropped, unanswered = self.settings.first_pairs, len(made), 0, 0
        work = self.grounder(made)
        with appending(self.settings.out / PAIRS) as keep, appending(self.settings.out / DROPPED) as drop:
            for number, instruction in enumerate(waiting, start=1):
                if wanted is not None and pairs >= wanted:
                    break
                try:
                    one = work(instruction)
                except Unanswered:  # it waits for the next run
                    unanswered += 1
                    continue
                if isinstance(one, Pair):
                    keep(one)
                    pairs += 1
                else:
                    drop(one)
                    dropped += 1
                self.tell("ground", number, len(waiting))
        return Done("ground", pairs, dropped, f"{unanswered} not answered, run again" if unanswered else "")

    def waiting(self) -> list[Instruction]:
        """Instructions without a pair and without a reason for having none."""
        every = self.needed(INSTRUCTIONS, Instruction, "instruct")
        finished = {row.id for row in [*self.rows(PAIRS, Pair), *self.rows(DROPPED, Dropped)]}
        return [one for one in every if one.id not in finished]

    def curate(self) -> Done:
        """Checks the pairs and writes the dataset of those that pass."""
        self.needed(PAIRS, Pair, "ground")
        built = build_dataset(self.settings.out, tell=lambda done, total: self.tell("curate", done, total))
        return Done("curate", len(built.pairs), len(built.dropped), counts(built))

    def scale(self) -> Done:
        """Goes on from the first pairs to many; see bench/synthesis/scale.py."""
        plan = self.plan or Plan()
        known, passages = self.needed(INSTRUCTIONS, Instruction, "instruct"), self.rows(PASSAGES, Passage)
        work = self.grounder(self.rows(PAIRS, Pair))

        def told(now: Standing) -> None:
            self.tell(f"scale: {described(now)}", now.pairs, now.target)

        asked = going_on(self.settings.out, self.opened(), known, passages)
        ended = scale(self.settings.out, self.opened(), asked, work, plan, told)
        return Done("scale", ended.pairs, ended.dropped, ended.stopped)

    def grounder(self, made: list[Pair]) -> Grounder:
        passages = self.needed(PASSAGES, Passage, "gather")
        own = self.settings.teacher == FREE
        return Grounder(self.opened(), passages, self.settings.passages_for_an_answer, made, own)

    def opened(self) -> Teacher:
        return self.teacher or open_teacher(self.settings.teacher)

    def rows(self, name: str, kind: type[AnyRow]) -> list[AnyRow]:
        return read_rows(self.settings.out / name, kind)

    def needed(self, name: str, kind: type[AnyRow], stage: str) -> list[AnyRow]:
        """The rows of an earlier stage; raises UserError where it has not run."""
        rows = self.rows(name, kind)
        if not rows:
            raise UserError(f"{self.settings.out / name} holds nothing; run --stage {stage} first")
        return rows

    def drop(self, dropped: Iterable[Dropped]) -> None:
        with appending(self.settings.out / DROPPED) as append:
            for one in dropped:
                append(one)


def counts(built: Built) -> str:
    """ "3 stopped by a check, 1 rejected, 2 near-copies"."""
    rejected = sum(one.reason == REJECTED for one in built.dropped)
    copied = sum(one.stage == "dedup" for one in built.dropped)
    failed = len(built.dropped) - rejected - copied
    parts = ((failed, "stopped by a check"), (rejected, "rejected"), (copied, "near-copies"))
    return ", ".join(f"{number} {what}" for number, what in parts if number)


def demonstration(settings: Settings, most: int = 5) -> list[Pair]:
    """A few pairs of different types, made in memory; nothing is written."""
    passages = gather(settings.text, settings.words).passages
    pipeline = Pipeline(settings)
    instructions, _ = pipeline.from_templates(passages)
    teacher = pipeline.opened()
    work = Grounder(teacher, passages, settings.passages_for_an_answer, (), settings.teacher == FREE)
    answered = (made for made in map(work, instructions) if isinstance(made, Pair))
    return list(islice(answered, most))
