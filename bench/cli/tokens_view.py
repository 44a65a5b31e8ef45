"""`tunebench data inspect` as text: every token visible with its borders, trained ones apart from the prompt."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from rich import box
from rich.table import Table
from rich.text import Text

from bench.cli.console import Part, indented, line
from bench.inspection import Inspected, Token
from bench.report.escaping import one_line, show_hidden


@dataclass(frozen=True)
class Shades:
    """Styles of tokens, two in turn for each kind, so that borders are seen."""

    trained: tuple[str, str]
    prompt: tuple[str, str]
    beyond: tuple[str, str]


RICH = Shades(
    trained=("#ffffff on #1d5c2e", "#ffffff on #2c7d41"),
    prompt=("#b4b4b4 on #303030", "#b4b4b4 on #444444"),
    beyond=("#ffb4a8 on #4a1f1a", "#ffb4a8 on #5e2a23"),
)
"""Letters have a colour of their own, too: readable on dark and light terminals."""
FEW = Shades(
    trained=("black on green", "black on bright_green"),
    prompt=("dim", "dim underline"),
    beyond=("black on red", "black on bright_red"),
)
"""For terminals of 16 colours."""
BRACKETS = "<>|[]｜ "
"""What tokenizers put around the names of their special tokens."""


def shades_for(color_system: str | None) -> Shades | None:
    """By rich's name of what a terminal can show; None where it shows no colours."""
    return None if color_system is None else FEW if color_system == "standard" else RICH


def tokens_view(view: Inspected, shades: Shades | None, *, ids: bool = False) -> Iterator[Part]:
    """Title, text, what is to be said about it, and with `ids` one row for each token."""
    yield Text(title(view), style="bold")
    yield coloured_text(view, shades) if shades else plain_text(view)
    for note in notes(view):
        yield indented(2, note)
    if ids:
        yield ids_table(view)
    yield line()


def title(view: Inspected) -> str:
    where = view.example.where
    place = f" (line {where})" if where.isdigit() else f" ({where})" if where else ""
    return one_line(f"{view.number}  {view.example.id}{place}")


def legend(shades: Shades) -> Text:
    """What the colours mean."""
    trained = (" trained ", f"{shades.trained[0]} bold")
    return line(trained, " bears loss   ", (" prompt ", shades.prompt[1]), " is read, bears no loss\n")


def notes(view: Inspected) -> list[str]:
    """What the colours alone do not say."""
    return [
        f"{len(view.tokens):,} tokens, {view.trained:,} of them bear loss",
        stop_note(view),
        length_note(view),
        escaped_note(view),
    ]


def stop_note(view: Inspected) -> str:
    if not view.stops:
        return f"no stop token (id {view.stop}) is trained: a model trained on this does not learn to end its answer"
    places = ", ".join(str(at) for at in view.stops[:8]) + (", ..." if len(view.stops) > 8 else "")
    return f"stop token {shown_special(view.stop_name)} (id {view.stop}) is trained, at position {places}"


def length_note(view: Inspected) -> str:
    if not view.beyond:
        return f"fits in {view.max_length:,} tokens"
    return (
        f"longer than {view.max_length:,} tokens: training leaves this example out ({view.beyond:,} tokens too many); "
        "raise max_length or shorten it"
    )


def escaped_note(view: Inspected) -> str:
    if not view.escaped:
        return "no text looks like a marker or a special token: nothing was escaped"
    places = "1 place that looks" if view.escaped == 1 else f"{view.escaped:,} places that look"
    return f"escaped: {places} like a marker of the template or a special token"


def coloured_text(view: Inspected, shades: Shades) -> Text:
    text = Text(overflow="fold")
    for at, token in enumerate(view.tokens):
        pair = shades.beyond if at >= view.max_length else shades.trained if token.trained else shades.prompt
        text.append(shown(token), style=pair[at % 2] + (" bold" if token.trained else ""))
    return text


def plain_text(view: Inspected) -> Text:
    """Runs of tokens of one kind, named, with a bar between tokens: for pipes, files and NO_COLOR."""
    text = Text(overflow="fold")
    kinds = ((kind(view, at, token), token) for at, token in enumerate(view.tokens))
    for name, run in groupby(kinds, key=lambda pair: pair[0]):
        pieces = [shown(token) for _, token in run]
        text.append(f"[{name}: {len(pieces):,} tokens]\n{'|'.join(pieces).rstrip(chr(10))}\n")
    text.rstrip()
    return text


def kind(view: Inspected, at: int, token: Token) -> str:
    beyond = ", beyond max_length" if at >= view.max_length else ""
    return ("trained" if token.trained else "prompt") + beyond


def shown(token: Token) -> str:
    """A token's text with its line breaks and hidden characters made visible; the break itself stays."""
    if token.special:
        return shown_special(token.text)
    return show_hidden(token.text).replace("\t", "⇥").replace("\n", "↵\n") or "⋯"


def shown_special(name: str) -> str:
    return f"⟨{one_line(name).strip(BRACKETS) or one_line(name)}⟩"


def ids_table(view: Inspected) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    for name in ("position", "id"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("text", overflow="fold")
    table.add_column("trained", no_wrap=True)
    for at, token in enumerate(view.tokens):
        style = "" if token.trained else "dim"
        table.add_row(str(at), str(token.id), Text(quoted(token)), "yes" if token.trained else "no", style=style)
    return table


def quoted(token: Token) -> str:
    """On one line, with its spaces to be seen."""
    if token.special:
        return show_hidden(token.text)
    return shown(token).replace("\n", "").replace(" ", "·")
