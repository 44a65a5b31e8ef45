"""Reviewing in the terminal: one pair after the other, one key each; keys may come from a pipe as well.

a accept, e edit, r reject, s skip, u undo, q quit. Whatever was decided is on the disk before the next pair is shown.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import typer
from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from bench.errors import UserError
from bench.report.escaping import show_hidden
from bench.synthesis.curate import failures
from bench.synthesis.review import Review, Texts, decide, progress, undo
from bench.synthesis.rows import Pair

KEYS = "a accept   e edit   r reject   s skip   u undo   q quit"
DONE = {"a": "accepted", "r": "rejected"}
MARK = "===== above: the instruction, below: the answer ====="
LONGEST = 4000
"""Characters of a context that are shown."""


@dataclass(frozen=True)
class Desk:
    """Where the keys come from and what is shown where."""

    keys: Iterator[str]
    edit: Callable[[Pair], Texts | None]
    """The new texts, or None when the editor was left without saving."""
    out: Console
    who: str


@dataclass(frozen=True)
class Place:
    """How far a session is."""

    review: Review
    skipped: frozenset[str] = frozenset()

    @property
    def pair(self) -> Pair | None:
        return next((pair for pair in self.review.left if pair.id not in self.skipped), None)


def review_in_terminal(review: Review, desk: Desk, limit: int | None = None) -> Review:
    """Goes on until nothing is left, `q`, the end of the keys, or `limit` decisions; the review as it is then."""
    place, start = Place(review), len(review.standing)
    while (pair := place.pair) is not None and (limit is None or len(place.review.standing) - start < limit):
        show(desk.out, pair, place.review)
        key = next(desk.keys, "q")
        if key == "q":
            break
        place = pressed(place, pair, key, desk)
    desk.out.print(progress(place.review))
    return place.review


def pressed(place: Place, pair: Pair, key: str, desk: Desk) -> Place:
    """What the key does; an unknown key only shows the keys."""
    if key in DONE:
        return replace(place, review=decide(place.review, pair, DONE[key], desk.who))
    if key == "e":
        return replace(place, review=edited(place.review, pair, desk))
    if key == "s":
        return replace(place, skipped=place.skipped | {pair.id})
    if key == "u":
        return undone(place, desk)
    desk.out.print(f"{key!r} is no key: {KEYS}", style="yellow")
    return place


def edited(review: Review, pair: Pair, desk: Desk) -> Review:
    try:
        after = desk.edit(pair)
        return review if after is None else decide(review, pair, "edited", desk.who, after=after)
    except UserError as error:
        desk.out.print(str(error), style="red")
        return review


def undone(place: Place, desk: Desk) -> Place:
    review, pair = undo(place.review, desk.who)
    desk.out.print("nothing to undo" if pair is None else f"undone: {show_hidden(pair.id)}", style="yellow")
    return Place(review, place.skipped - ({pair.id} if pair else set()))


def show(out: Console, pair: Pair, review: Review) -> None:
    """The pair with its evidence marked in the context, and what the checks say."""
    out.print(Rule(f"{progress(review)}", style="dim"))
    facts = " · ".join(filter(None, (pair.type, pair.category, pair.difficulty, pair.passage_id, pair.teacher)))
    out.print(Text(show_hidden(facts), style="dim"))
    out.print(Text(show_hidden(pair.instruction), style="bold"))
    out.print(Text(show_hidden(pair.response), style="green"))
    out.print(marked(pair))
    for failure in failures(pair):
        out.print(Text(show_hidden(f"! {failure}"), style="red"))
    out.print(Text(KEYS, style="dim"))


def marked(pair: Pair) -> Text:
    context, evidence = show_hidden(pair.context[:LONGEST]), show_hidden(pair.evidence)
    text = Text(context, style="dim")
    place = context.find(evidence) if evidence else -1
    if place < 0:
        return Text.assemble(text, "\n", (f"evidence: {evidence}", "cyan"))
    text.stylize("not dim cyan", place, place + len(evidence))
    return text


def desk_at(stdin: IO[str], out: Console, who: str) -> Desk:
    """Single key presses and $EDITOR on a terminal; from a pipe, keys and, after `e`, the new answer as a line."""
    if stdin.isatty():
        return Desk(keys_of_terminal(), edit_in_editor if editor() else edit_in_line, out, who)
    return Desk(keys_of_pipe(stdin), lambda pair: edit_from_pipe(pair, stdin), out, who)


def keys_of_terminal() -> Iterator[str]:
    while True:
        try:
            yield typer.getchar().lower()
        except (KeyboardInterrupt, EOFError):
            return


def keys_of_pipe(stdin: IO[str]) -> Iterator[str]:
    """Every character that is no white space."""
    while key := stdin.read(1):
        if not key.isspace():
            yield key.lower()


def edit_from_pipe(pair: Pair, stdin: IO[str]) -> Texts | None:
    """The rest of the line is the new answer; an empty one changes nothing."""
    said = stdin.readline().strip()
    return Texts(instruction=pair.instruction, response=said) if said else None


def edit_in_line(pair: Pair) -> Texts | None:
    return edit_from_pipe(pair, sys.stdin)


def editor() -> str:
    return os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""


def edit_in_editor(pair: Pair) -> Texts | None:
    """Both texts in the user's editor, with a line between them. Raises UserError when that line is gone."""
    before = f"{pair.instruction}\n{MARK}\n{pair.response}\n"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pair.txt"
        path.write_text(before, encoding="utf-8")
        try:
            done = subprocess.run([*shlex.split(editor()), str(path)])  # noqa: S603
        except (OSError, ValueError) as error:
            raise UserError(f"the editor {editor()!r} did not start ({error}); set EDITOR") from None
        said = path.read_text(encoding="utf-8")
    return None if done.returncode or said == before else parted(said)


def parted(said: str) -> Texts:
    instruction, mark, response = said.partition(f"\n{MARK}\n")
    if not mark:
        raise UserError("the line between instruction and answer is gone; nothing was changed, press e to try again")
    return Texts(instruction=instruction.strip(), response=response.strip())
