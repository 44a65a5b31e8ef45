"""`tunebench data show` as text: what the file is, how long, how balanced, what was dropped, and five examples."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from rich.table import Table
from rich.text import Text

from bench.cli.console import Part, bar, heading, indented, line
from bench.data.example import Example, Loaded
from bench.data.overview import DroppedGroup, Lengths, Overview, bucket_name
from bench.report.escaping import one_line

NAME_WIDTH = 32
CONTRADICTIONS = 5
FEW, MANY = 3, 6
"""Lines that one text of an example takes at most, in narrow and in wide terminals."""


def show_view(
    view: Overview, width: int, *, licence: str = "", notes: Sequence[str] = (), tokenizer: str = ""
) -> Iterator[Part]:
    """The parts from top to bottom, for a terminal of `width` columns."""
    yield facts(view, licence)
    for note in notes:
        yield indented(0, one_line(note))
    yield from lengths_part(view, width, tokenizer)
    yield from balance("Categories", categories(view), len(view.loaded.examples), width)
    yield from balance("Labels", list(view.loaded.labels.items()), len(view.loaded.examples), width)
    yield from contradictions(view.loaded)
    yield from dropped(view)
    yield from first_examples(view, width)


def grid(*justify: str) -> Table:
    """A table without lines."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for each in justify:
        table.add_column(justify="right" if each == "right" else "left", overflow="fold", no_wrap=each == "right")
    return table


def facts(view: Overview, licence: str) -> Table:
    loaded = view.loaded
    table = grid("left", "left")
    table.add_row("file", Text(one_line(loaded.path), style="bold"))
    table.add_row("format", f"{loaded.format} ({loaded.container})")
    if licence:
        table.add_row("licence", Text(one_line(licence)))
    table.add_row("examples", f"{len(loaded.examples):,}")
    table.add_row("references", f"{loaded.references:,} (accepted answers)")
    table.add_row("words", f"{view.words:,}")
    table.add_row("dropped", f"{len(loaded.dropped):,}" + (", see below" if loaded.dropped else ""))
    table.add_row("sha256", loaded.sha256)
    return table


def lengths_part(view: Overview, width: int, tokenizer: str) -> Iterator[Part]:
    if view.prompts is None or view.answers is None:
        return
    yield heading(f"Length in tokens ({tokenizer}; prompt without a template, first answer)")
    table = grid("left", "right", "right", "right", "right")
    table.add_row("", "shortest", "median", "95 % up to", "longest", style="dim")
    for name, of in (("prompt", view.prompts), ("answer", view.answers)):
        table.add_row(name, *(f"{n:,}" for n in (of.shortest, of.median, of.p95, of.longest)))
    yield table
    yield Text("")
    yield histogram(view.prompts, view.answers, max(6, min(24, (width - 36) // 2)))


def histogram(prompts: Lengths, answers: Lengths, width: int) -> Table:
    """Prompts and answers side by side in the same classes, so that the two can be compared."""
    table = grid("right", "left", "right", "left", "right")
    table.add_row("tokens", "prompts", "", "answers", "", style="dim")
    rows = list(zip_longest(prompts.buckets, answers.buckets, fillvalue=0))
    first = next(place for place, row in enumerate(rows) if any(row))
    peaks = max(prompts.buckets), max(answers.buckets)
    for place, (asked_, answered) in enumerate(rows[first:], start=first):
        bars = [
            (bar(n / peak, width), f"{n:,}" if n else "") for n, peak in zip((asked_, answered), peaks, strict=True)
        ]
        table.add_row(bucket_name(place), *bars[0], *bars[1])
    return table


def categories(view: Overview) -> list[tuple[str, int]]:
    """The first ones, then the rest, then examples that have none."""
    kinds, of_others = view.other_categories
    found = list(view.categories)
    if kinds:
        found.append((f"{kinds:,} others", of_others))
    without = len(view.loaded.examples) - sum(count for _, count in found)
    return [*found, ("(none)", without)] if found and without else found


def balance(title: str, counts: list[tuple[str, int]], examples: int, width: int) -> Iterator[Part]:
    if not counts:
        return
    yield heading(title)
    longest = max(count for _, count in counts)
    table = grid("left", "right", "right", "left")
    for name, count in counts:
        table.add_row(
            Text(one_line(name, NAME_WIDTH)),
            f"{count:,}",
            f"{100 * count / examples:.1f} %",
            bar(count / longest, max(6, min(32, width - NAME_WIDTH - 24))),
        )
    yield table


def contradictions(loaded: Loaded) -> Iterator[Part]:
    found = loaded.contradictions
    if not found:
        return
    yield heading(f"Labels that contradict each other: {len(found):,}")
    for each in found[:CONTRADICTIONS]:
        yield indented(2, (one_line(f"line {each}"), "yellow"))
    if len(found) > CONTRADICTIONS:
        yield indented(2, (f"{len(found) - CONTRADICTIONS:,} more; --json has them all", "dim"))


def dropped(view: Overview) -> Iterator[Part]:
    if not view.dropped:
        return
    yield heading(f"Dropped: {len(view.loaded.dropped):,} records")
    for group in view.dropped:
        yield line((f"{group.rows:>7,}  ", "bold"), one_line(group.reason))
        yield indented(9, (places(group), "dim"))


def places(group: DroppedGroup) -> str:
    rest = group.rows - len(group.places)
    return one_line(", ".join(group.places)) + (f" and {rest:,} more" if rest else "")


def first_examples(view: Overview, width: int) -> Iterator[Part]:
    total = len(view.loaded.examples)
    yield heading(f"First {len(view.first)} of {total:,} examples" if total > len(view.first) else "Examples")
    for number, example in enumerate(view.first, start=1):
        yield example_title(number, example)
        yield example_table(example, width)


def example_title(number: int, example: Example) -> Text:
    named = [example.id, example.category, example.difficulty, example.split]
    known = [one_line(name, NAME_WIDTH) for name in named if name]
    return line((f"{number}  ", "bold"), (" · ".join(known), "cyan"))


def example_table(example: Example, width: int) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    room = max(20, width - 18)
    for name, text in parts_of(example):
        table.add_row(f"   {name}", Text(one_line(text, room * (FEW if width >= 80 else MANY))))
    return table


def parts_of(example: Example) -> Iterable[tuple[str, str]]:
    """(name, text) of what an example has, in the order in which a model would read it."""
    parts = [
        ("system", example.system),
        ("before", before(example)),
        ("instruction", example.instruction),
        ("input", example.input),
        ("answer", example.response),
        ("label", "" if example.label == example.response else example.label or ""),
    ]
    yield from ((name, text) for name, text in parts if text)
    if more := len(example.responses) - 1:
        yield "", f"and {more} more accepted {'answer' if more == 1 else 'answers'}"


def before(example: Example) -> str:
    count = len(example.history)
    said = " / ".join(text for turn in example.history for text in turn)
    return f"{count} earlier {'turn' if count == 1 else 'turns'}: {said}" if count else ""
