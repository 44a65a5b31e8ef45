"""Stage 5, scale: from the first reviewed pairs to thousands, in threads, within limits and a budget, kill-proof.

Scaling before anyone has read ten pairs multiplies whatever is wrong with them, so it is refused unless it is asked
for by name, and that is recorded. What is finished stands in pairs.jsonl or dropped.jsonl; what was paid for stands in
requests.jsonl (bench/synthesis/scale_journal.py): a run that was killed goes on without either.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from bench.errors import UserError
from bench.record import dump_json, write_atomic
from bench.synthesis.review import ENOUGH, KEPT, Review, read_decisions
from bench.synthesis.rows import DROPPED, PAIRS, Dropped, Instruction, Pair, appending, read_rows
from bench.synthesis.scale_gate import Gate, Limits
from bench.synthesis.scale_journal import REQUESTS, Journal, totals
from bench.synthesis.teachers import Teacher
from bench.synthesis.teachers._asking import Unanswered

RECORD = "scale.json"
AHEAD = 2
"""Items handed to the threads for each of them: a stop loses no more."""

Work = Callable[[Instruction], Pair | Dropped]
"""One instruction to its pair; may be called from several threads."""


@dataclass(frozen=True)
class Plan:
    """How far and how fast."""

    target: int = 1000
    """Pairs in the end, those that are there counted in."""
    concurrency: int = 4
    limits: Limits = field(default_factory=Limits)
    without_review: bool = False

    def __post_init__(self) -> None:
        for name in ("target", "concurrency"):
            if getattr(self, name) < 1:
                raise UserError(f"{name} is {getattr(self, name)}; it must be at least 1")


@dataclass(frozen=True)
class Standing:
    """Where a run is."""

    pairs: int
    """Made so far, earlier runs counted in."""
    target: int
    dropped: int = 0
    """In this run."""
    unanswered: int = 0
    """Requests of this run that failed; their items are asked again by the next run."""
    paid: float = 0.0
    """In all runs, in the prices' currency; 0 without prices."""
    to_go: float | None = None
    """What the rest is likely to cost, at the price of a pair so far; None while that is unknown."""
    seconds_left: float | None = None
    stopped: str = ""
    """Why it ended before its target, or ""."""


Tell = Callable[[Standing], None]


def scale(
    folder: Path,
    teacher: Teacher,
    instructions: Iterable[Instruction],
    work: Work,
    plan: Plan,
    tell: Tell | None = None,
) -> Standing:
    """Makes pairs until there are `plan.target`; instructions that are done already are passed over.

    Raises UserError when too few pairs were reviewed. A dead endpoint or a spent budget ends it, with `stopped`.
    """
    reviewed = refuse_unreviewed(folder, plan)
    with ExitStack() as stack:
        gate = stack.enter_context(gated(folder, teacher, plan.limits))
        run = Run(folder, plan, gate, tell)
        ended = run.through(instructions, work)
    totalled = totals(gate.journal) if gate else {}
    record(folder, teacher, plan, reviewed, ended, totalled)
    return ended


def refuse_unreviewed(folder: Path, plan: Plan) -> dict[str, int]:
    """Status -> reviewed pairs. Raises UserError for fewer than ten, or when most of them were rejected."""
    review = Review(folder, tuple(read_rows(folder / PAIRS, Pair)), tuple(read_decisions(folder)))
    counts, kept = review.statuses, sum(review.statuses[name] for name in KEPT)
    if plan.without_review:
        return dict(counts)
    way_out = "or pass --without-review, which the dataset card will say"
    if counts.total() < ENOUGH:
        raise UserError(
            f"{folder}: {counts.total()} of the first {ENOUGH} pairs are reviewed; run `tunebench review {folder}`, "
            f"{way_out}"
        )
    if 2 * kept < counts.total():
        raise UserError(
            f"{folder}: reviewers rejected {counts['rejected']} of {counts.total()} pairs; mend templates or teacher "
            f"first, {way_out}"
        )
    return dict(counts)


@contextmanager
def gated(folder: Path, teacher: Any, limits: Limits) -> Iterator[Gate | None]:
    """Puts journal, budget and limits before a teacher that is paid; None for one that costs nothing."""
    if not hasattr(teacher, "gate"):
        yield None
        return
    with Journal(folder / REQUESTS) as journal:
        teacher.gate = Gate(journal, limits)
        try:
            yield teacher.gate
        finally:
            teacher.gate = None


class Run:
    """One run over the instructions; results are written by the one thread that made it."""

    def __init__(self, folder: Path, plan: Plan, gate: Gate | None, tell: Tell | None) -> None:
        self.folder, self.plan, self.gate, self.tell = folder, plan, gate, tell
        self.made = {pair.id for pair in read_rows(folder / PAIRS, Pair)}
        self.done = self.made | {row.id for row in read_rows(folder / DROPPED, Dropped)}
        self.began, self.before, self.paid_before = time.monotonic(), len(self.made), gate.paid if gate else 0.0
        self.standing = Standing(len(self.made), plan.target, paid=self.paid_before)

    def through(self, instructions: Iterable[Instruction], work: Work) -> Standing:
        waiting = self.begun(instructions)
        with (
            appending(self.folder / PAIRS, sync=True) as pair,
            appending(self.folder / DROPPED, sync=True) as drop,
            ThreadPoolExecutor(self.plan.concurrency) as pool,
        ):
            for finished in in_threads(pool, work, waiting, self.wanted):
                self.taken(finished, pair, drop)
        if self.standing.pairs < self.plan.target:
            self.stop(self.short())
        return self.standing

    def begun(self, instructions: Iterable[Instruction]) -> Iterator[Instruction]:
        """Those that are not done; where a teacher makes them, it may be dead or too dear."""
        try:
            yield from (one for one in instructions if one.id not in self.done)
        except UserError as error:
            self.stop(str(error))

    def short(self) -> str:
        if failed := self.standing.unanswered:
            return f"{failed:,} requests failed; run the same command again to ask for them once more"
        return "there are no more instructions; add templates, slots, rounds or text"

    def wanted(self, running: int) -> int:
        """How many more items to begin now."""
        left = self.plan.target - self.standing.pairs - running
        return 0 if self.standing.stopped else min(left, AHEAD * self.plan.concurrency - running)

    def taken(
        self, finished: "Future[Pair | Dropped]", pair: Callable[[Pair], None], drop: Callable[[Dropped], None]
    ) -> None:
        now = self.standing
        try:
            made = finished.result()
        except Unanswered:
            self.standing = replace(now, unanswered=now.unanswered + 1)
        except UserError as error:
            self.stop(str(error))
        else:
            if isinstance(made, Pair):
                pair(made)
                self.standing = replace(now, pairs=now.pairs + 1)
            else:
                drop(made)
                self.standing = replace(now, dropped=now.dropped + 1)
        self.told()

    def stop(self, why: str) -> None:
        self.standing = replace(self.standing, stopped=self.standing.stopped or why)

    def told(self) -> None:
        """What it costs and takes, from what this run has made so far."""
        new, left = self.standing.pairs - self.before, self.plan.target - self.standing.pairs
        paid = self.gate.paid if self.gate else 0.0
        prices = self.gate is not None and self.gate.limits.prices.known
        self.standing = replace(
            self.standing,
            paid=paid,
            to_go=(paid - self.paid_before) / new * left if new and prices else None,
            seconds_left=(time.monotonic() - self.began) / new * left if new else None,
        )
        if self.tell:
            self.tell(self.standing)


def in_threads(
    pool: ThreadPoolExecutor, work: Work, items: Iterator[Instruction], wanted: Callable[[int], int]
) -> Iterator["Future[Pair | Dropped]"]:
    """Finished items as they come; no more are begun than `wanted` says, and all that were begun are given."""
    running: set[Future[Pair | Dropped]] = set()
    while True:
        for item in islice(items, max(0, wanted(len(running)))):
            running.add(pool.submit(work, item))
        if not running:
            return
        finished, running = wait(running, return_when=FIRST_COMPLETED)
        yield from finished


def record(
    folder: Path, teacher: Teacher, plan: Plan, reviewed: dict[str, int], ended: Standing, totalled: dict[str, Any]
) -> None:
    """scale.json: how the dataset came to be as large as it is; the card reads it."""
    values = {
        "teacher": teacher.name,
        "reviewed_before": reviewed,
        "plan": asdict(plan),
        "ended": asdict(ended) | {"seconds_left": None},
        "requests": totalled,
    }
    write_atomic(folder / RECORD, dump_json(values) + "\n")


def described(now: Standing) -> str:
    """One line of progress: pairs, drops, money, time."""
    parts = [f"{now.pairs:,} of {now.target:,} pairs", f"{now.dropped:,} dropped"]
    if now.unanswered:
        parts.append(f"{now.unanswered:,} unanswered")
    if now.paid or now.to_go is not None:
        parts.append(f"{now.paid:.4f} paid" + (f", about {now.to_go:.4f} to go" if now.to_go is not None else ""))
    if now.seconds_left:
        parts.append(f"{now.seconds_left:,.0f} s left")
    return " · ".join(parts)


def rest(instructions: Sequence[Instruction], folder: Path) -> list[Instruction]:
    """Instructions that have neither a pair nor a reason for having none."""
    done = {pair.id for pair in read_rows(folder / PAIRS, Pair)}
    done |= {row.id for row in read_rows(folder / DROPPED, Dropped)}
    return [one for one in instructions if one.id not in done]
