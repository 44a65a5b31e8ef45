"""`tunebench score`: a file of responses through one metric, as a view or as one JSON object."""

import json
import re
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.columns import Columns
from rich.table import Table
from rich.text import Text

from bench import catalog
from bench.cli.console import Part, console, heading, indented, print_all, progress
from bench.record import Output, Score, dump_json, finite
from bench.report.cells import EMPTY, interval, shown
from bench.report.columns import column
from bench.report.escaping import one_line

LOWEST = 3
"""Examples that are shown."""
SHOWN, ID_WIDTH, VALUE_WIDTH = 80, 24, 12
"""Columns that the start of a response, an id and a value with its margins may take."""
SEPARATOR = ", "
LONE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Scored:
    """A file of responses and its columns by one metric."""

    metric: str
    path: Path
    outputs: Sequence[Output]
    columns: Mapping[str, Score]

    @property
    def main(self) -> str:
        """The column that is named like the metric, else the first."""
        named = self.metric.replace(":", "")
        return named if named in self.columns else next(iter(self.columns))


def score_file(metric: str, path: Path, *, prompts: Path | None, floors: bool, as_json: bool) -> None:
    """Prints the view, or the JSON object. Raises UserError for an unknown metric, then for the file."""
    catalog.check("metric", metric)
    done = scored(metric, path, prompts, floors)
    if as_json:
        print(printable(as_dict(done), sys.stdout.encoding))
        return
    out = console()
    print_all(out, score_view(done, out.width, floors=floors))


def scored(metric: str, path: Path, prompts: Path | None, floors: bool) -> Scored:
    from bench.responses import read_responses
    from bench.run.scoring import floors_of, judged, no_floors

    with progress(f"reading {path}"), warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UserWarning)
        outputs = read_responses(path, prompts)
    for warning in told:
        print(f"warning: {warning.message}", file=sys.stderr)
    with progress(f"scoring {len(outputs):,} outputs with {metric}"):
        columns = judged(metric, outputs, floors_of(outputs) if floors else no_floors)
    return Scored(metric, path, outputs, columns)


def as_dict(done: Scored) -> dict[str, Any]:
    """The main column's fields, and those of every column under "columns"."""
    fields = {name: asdict(score) for name, score in done.columns.items()}
    return {"metric": done.metric, "column": done.main, **fields[done.main], "columns": fields}


def printable(data: Mapping[str, Any], encoding: str | None) -> str:
    """Strict JSON that a stream of this encoding can take: half surrogate pairs are escaped, else only what must be."""
    text = LONE.sub(lambda match: f"\\u{ord(match.group()):04x}", dump_json(data))
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(finite(data), allow_nan=False, indent=1)
    return text


def score_view(done: Scored, width: int, *, floors: bool = False) -> Iterator[Part]:
    """The parts from top to bottom, for a terminal of `width` columns."""
    columns = done.columns
    units = {name: column(name, (done.metric,)).unit for name in columns}
    yield facts(done)
    yield Text("")
    yield values_table(columns, units, floors)
    yield from reasons(columns)
    if floors:
        yield from floors_part(columns, units)
    yield from errors_part(columns, units)
    yield from parts_part(columns)
    yield heading("Computed as")
    for signature, _ in grouped((name, score.signature) for name, score in columns.items()):
        yield indented(2, one_line(signature))
    yield from lowest(done, width)


def grid(*justify: str) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for each in justify:
        table.add_column(justify="right" if each == "right" else "left", overflow="fold", no_wrap=each == "right")
    return table


def facts(done: Scored) -> Table:
    table = grid("left", "left")
    table.add_row("file", Text(one_line(str(done.path)), style="bold"))
    table.add_row("outputs", f"{len(done.outputs):,}")
    table.add_row("metric", done.metric)
    return table


def values_table(columns: Mapping[str, Score], units: Mapping[str, str], floors: bool) -> Table:
    heads = ["", "value", "95 %", "n", "left out", *(["floor"] if floors else [])]
    table = grid("left", *["right"] * (len(heads) - 1))
    table.add_row(*heads, style="dim")
    for name, score in columns.items():
        ends = interval(score, units[name]) + (" %" if units[name] == "rate" and score.low is not None else "")
        cells = [name, number(score.value, units[name]), ends, f"{score.n:,}", f"{score.unscored:,}"]
        table.add_row(*cells, *([number(score.floor, units[name])] if floors else []))
    return table


def number(value: float | None, unit: str) -> str:
    return EMPTY if value is None else shown(value, unit)


def reasons(columns: Mapping[str, Score]) -> Iterator[Part]:
    found = grouped((name, score.why) for name, score in columns.items())
    if found:
        yield heading("Reasons")
    for why, names in found:
        yield indented(2, (f"{of_columns(names, columns)}: ", "bold"), one_line(why))


def floors_part(columns: Mapping[str, Score], units: Mapping[str, str]) -> Iterator[Part]:
    found = grouped((name, listed(score.floors, units[name])) for name, score in columns.items())
    if found:
        yield heading("What null models reach on the same items")
    for reached, names in found:
        yield indented(2, (f"{of_columns(names, columns)}: ", "bold"), reached)


def errors_part(columns: Mapping[str, Score], units: Mapping[str, str]) -> Iterator[Part]:
    known = [(name, score) for name, score in columns.items() if score.error]
    if known:
        yield heading("Error of the classifier on the outputs labelled by hand, and the corrected rate")
    for name, score in known:
        corrected = f"; corrected {number(score.corrected, units[name])}" if score.corrected is not None else ""
        yield indented(2, (f"{name}: ", "bold"), listed(score.error) + corrected)


def parts_part(columns: Mapping[str, Score]) -> Iterator[Part]:
    """Side by side as many as fit; what several columns share is shown once."""
    for text, names in grouped((name, listed(score.parts)) for name, score in columns.items()):
        yield heading(f"Parts of {of_columns(names, columns)}")
        yield Columns([Text(part) for part in text.split(SEPARATOR)], padding=(0, 3), column_first=True)


def lowest(done: Scored, width: int) -> Iterator[Part]:
    """Id, value and how the response begins, each on one line of a terminal of `width` columns."""
    values = sorted(done.columns[done.main].per_example.items(), key=lambda pair: pair[1])[:LOWEST]
    if not values:
        return
    yield heading(f"Lowest in {done.main}")
    texts = {output.example_id: output.text for output in done.outputs}
    ids = [one_line(example_id, ID_WIDTH) for example_id, _ in values]
    room = min(SHOWN, width - max(map(cell_len, ids)) - VALUE_WIDTH)
    table = grid("left", "right", "left")
    for shown_id, (example_id, value) in zip(ids, values, strict=True):
        table.add_row(Text(shown_id), share(value), beginning(texts.get(example_id), room))
    yield table


def beginning(text: str | None, room: int) -> Text:
    if text is None:
        return Text("no response", style="dim")
    said = Text(one_line(text[: 2 * SHOWN]))
    said.truncate(max(room, ID_WIDTH), overflow="ellipsis")
    return said


def share(value: float | None) -> str:
    return EMPTY if value is None else f"{value:.3g}".replace("-", "−")


def listed(values: Mapping[str, float | None], unit: str = "") -> str:
    """ "echo 25.0 %, refusal 0 %"; without a unit, numbers of three digits."""
    return SEPARATOR.join(f"{name} {number(value, unit) if unit else share(value)}" for name, value in values.items())


def grouped(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """(text, names) for each text that is not blank, so that what several columns share is said once."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, text in pairs:
        if text:
            found[text].append(name)
    return list(found.items())


def of_columns(names: Sequence[str], columns: Mapping[str, Score]) -> str:
    return "all columns" if len(names) == len(columns) > 1 else ", ".join(names)
