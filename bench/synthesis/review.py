"""What people decide about pairs: accepted, edited or rejected, by whom and when; one line each, on the disk at once.

The file of decisions is the truth; statuses are read from it. A decision holds the text that was judged: when a pair
is made anew with another text, nobody has reviewed that one, and it is `unreviewed` again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bench.errors import UserError
from bench.synthesis.curate import CHECKED, checks_of, curate
from bench.synthesis.rows import PAIRS, REVIEWED, Pair, Row, appending, parsed, read_rows, whole_lines, write_rows

DECISIONS = "decisions.jsonl"
ENOUGH = 10
"""Reviewed pairs from which on a run may be scaled up (lecture 10: the first 10 to 20)."""
KEPT = ("accepted", "edited")


class Texts(BaseModel):
    """What a reviewer judges and may change."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instruction: str
    response: str


class Decision(Row):
    """One key press of a reviewer; the `id` is the pair's, and its last line counts."""

    who: str
    when: str
    """UTC, ISO 8601."""
    what: Literal["accepted", "edited", "rejected", "undone"]
    before: Texts
    after: Texts
    """Other than `before` only when it was edited."""
    note: str = ""


@dataclass(frozen=True)
class Review:
    """The pairs of a folder in the order of reviewing, with the decisions so far."""

    folder: Path
    pairs: tuple[Pair, ...]
    """As the checks left them, before any decision."""
    decisions: tuple[Decision, ...]
    """All lines, oldest first."""

    @cached_property
    def standing(self) -> Mapping[str, Decision]:
        """Pair id -> the decision that holds; undone ones, and those about another text, do not."""
        last = {one.id: one for one in self.decisions}
        known = {pair.id: texts(pair) for pair in self.pairs}
        return {key: one for key, one in last.items() if one.what != "undone" and known.get(key) == one.before}

    @property
    def statuses(self) -> Counter[str]:
        return Counter(one.what for one in self.standing.values())

    @property
    def reviewed(self) -> list[Pair]:
        """The decided pairs with their status, edited ones with their new text and what the checks say of that."""
        standing = self.standing
        return [decided(pair, standing[pair.id]) for pair in self.pairs if pair.id in standing]

    @cached_property
    def left(self) -> list[Pair]:
        standing = self.standing
        return [pair for pair in self.pairs if pair.id not in standing]


def open_review(folder: Path) -> Review:
    """Raises UserError when there is nothing to review."""
    if not (folder / PAIRS).is_file():
        raise UserError(f"{folder} has no {PAIRS}; make some with `tunebench synthesize --text FILE --out {folder}`")
    pairs = curate(folder)
    if not pairs:
        raise UserError(f"{folder / PAIRS} has no pairs; see dropped.jsonl for the reasons")
    return Review(folder, tuple(spread(pairs)), tuple(read_decisions(folder)))


def read_decisions(folder: Path) -> list[Decision]:
    """Every line, also several about one pair. Raises UserError with file:line."""
    path = folder / DECISIONS
    return [parsed(path, number, line, Decision) for number, line in enumerate(whole_lines(path), 1) if line.strip()]


def spread(pairs: Iterable[Pair]) -> list[Pair]:
    """One of each type in turn, drawn by a hash: the first twenty are a sample, not the beginning of the book."""
    ranks: Counter[str] = Counter()
    placed: list[tuple[int, str, int, Pair]] = []
    for pair in sorted(pairs, key=lambda pair: sha256(pair.id.encode("utf-8", "surrogatepass")).digest()):
        placed.append((ranks[pair.type], pair.type, len(placed), pair))
        ranks[pair.type] += 1
    return [pair for *_, pair in sorted(placed, key=lambda place: place[:3])]


def decide(review: Review, pair: Pair, what: str, who: str, *, after: Texts | None = None, note: str = "") -> Review:
    """Writes one decision and gives the review with it. Raises UserError for an edit that leaves nothing."""
    texts_after = after or texts(pair)
    if not texts_after.instruction.strip() or not texts_after.response.strip():
        raise UserError(f"{pair.id}: an instruction and an answer cannot be empty; reject the pair instead")
    if what == "edited" and texts_after == texts(pair):
        what = "accepted"
    made = Decision.model_validate(
        {"id": pair.id, "who": who, "when": now(), "what": what, "before": texts(pair), "after": texts_after}
        | ({"note": note} if note else {})
    )
    return added(review, [made])


def undo(review: Review, who: str) -> tuple[Review, Pair | None]:
    """Takes the last standing decision back; (the review, the pair it was about or None)."""
    standing = review.standing
    last = next((one for one in reversed(review.decisions) if standing.get(one.id) is one), None)
    if last is None:
        return review, None
    made = Decision(id=last.id, who=who, when=now(), what="undone", before=last.before, after=last.before)
    return added(review, [made]), next(pair for pair in review.pairs if pair.id == last.id)


def added(review: Review, made: Sequence[Decision]) -> Review:
    with appending(review.folder / DECISIONS, sync=True) as append:
        for one in made:
            append(one)
    return Review(review.folder, review.pairs, (*review.decisions, *made))


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def texts(pair: Pair) -> Texts:
    return Texts(instruction=pair.instruction, response=pair.response)


def decided(pair: Pair, decision: Decision) -> Pair:
    """The pair as the decision leaves it."""
    if decision.after == decision.before:
        return pair.model_copy(update={"status": decision.what})
    changed = {"instruction": decision.after.instruction, "response": decision.after.response}
    edited = pair.model_copy(update=changed | {"status": decision.what})
    return edited.model_copy(update={"checks": checks_of(edited)})


def write_reviewed(review: Review) -> Path:
    """reviewed.jsonl: the decided pairs, rejected ones too, rebuilt from the decisions."""
    path = review.folder / REVIEWED
    write_rows(path, review.reviewed)
    return path


def statuses_of(folder: Path) -> list[Pair]:
    """All checked pairs of a folder with the status that people gave them; edited ones as edited."""
    pairs = read_rows(folder / CHECKED, Pair)
    standing = Review(folder, tuple(pairs), tuple(read_decisions(folder))).standing
    return [decided(pair, standing[pair.id]) if pair.id in standing else pair for pair in pairs]


def progress(review: Review) -> str:
    """ "12 of 500 reviewed: 9 accepted, 1 edited, 2 rejected; 8 more ..."."""
    counts = review.statuses
    total = counts.total()
    said = ", ".join(f"{counts[name]} {name}" for name in ("accepted", "edited", "rejected"))
    more = f"; {ENOUGH - total} more before this can be scaled up" if total < ENOUGH else ""
    return f"{total} of {len(review.pairs)} reviewed: {said}{more}"
