"""`tunebench data mix`: one training file out of several datasets, in stated shares, and a record of what was drawn."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

from rich.table import Table

from bench.cli.console import Part, bar, indented
from bench.cli.drafts import draft
from bench.cli.opening import found
from bench.data.dataset import open_dataset
from bench.data.example import Example
from bench.data.mixtures import mix, planned, shares_of
from bench.data.reading import read_file
from bench.data.writing import write_jsonl
from bench.errors import UserError
from bench.record import dump_json, write_atomic
from bench.report.escaping import one_line


class Rows(NamedTuple):
    """What a part brings."""

    examples: Sequence[Example]
    source: str
    """Its file, and which rows of it."""
    sha256: str
    """Of a plain file's bytes, or of the rows of a training split."""


@dataclass(frozen=True)
class Drawn:
    """One part of a mixture."""

    source: str
    sha256: str
    weight: float | None
    """As given, in any scale; None where a temperature decided."""
    drawn: int
    available: int
    share: float
    """Of the mixture's rows."""


@dataclass(frozen=True)
class Mix:
    """What was mixed and how; FILE.mix.json holds it."""

    rows: int
    seed: int
    temperature: float | None
    repeat: bool
    parts: Mapping[str, Drawn]


def parse_parts(arguments: Sequence[str], temperature: float | None) -> dict[str, float | None]:
    """Name -> weight, from NAME=WEIGHT; with a temperature from NAME alone. Raises UserError for anything else."""
    parts: dict[str, float | None] = {}
    for argument in arguments:
        name, weight = (argument, None) if temperature is not None else weighted(argument)
        if name in parts:
            raise UserError(f"{name!r} is named twice; give each part one weight")
        parts[name] = weight
    return parts


def weighted(argument: str) -> tuple[str, float]:
    name, equals, number = argument.rpartition("=")
    try:
        if name:
            return name, float(number)
    except ValueError:
        pass
    what = f"{number!r} is no number" if equals else "no weight is given"
    raise UserError(f"{argument!r}: {what}; expected NAME=WEIGHT, for example everyday=0.4, or --temperature for all")


def rows_of(name: str) -> Rows:
    """The training split of a fixture or recipe, or all rows of a plain file."""
    path = found(name)
    if path.suffix != ".toml" and str(path) == str(Path(name).expanduser()):
        loaded = read_file(path)
        return Rows(loaded.examples, f"{path}, all rows", loaded.sha256)
    data = open_dataset(path)
    return Rows(data.train, f"{path}, training split", data.split_sha256("train"))


def parts_by_stem(names: Sequence[str]) -> dict[str, str]:
    """What each part is called in ids -> its name. Raises UserError when two would be called alike."""
    stems: dict[str, str] = {}
    for name in names:
        stem = Path(name).stem
        if stem in stems:
            raise UserError(f"two parts are called {stem!r} ({stems[stem]} and {name}); rename one of the files")
        stems[stem] = name
    return stems


def mix_into(
    out: Path,
    parts: Mapping[str, float | None],
    *,
    size: int | None,
    temperature: float | None,
    seed: int,
    repeat: bool,
) -> Mix:
    """Writes the mixture and its record. Raises UserError for weights that are none, or a part that runs out.

    Splits are dropped: the file is to be trained on, or split anew.
    """
    stems = parts_by_stem(list(parts))
    rows = {stem: rows_of(name) for stem, name in stems.items()}
    given = {stem: weight for stem, name in stems.items() if (weight := parts[name]) is not None}
    weights = None if temperature is not None else given
    mixed = mix(
        {stem: part.examples for stem, part in rows.items()},
        weights,
        size=size,
        seed=seed,
        temperature=temperature,
        repeat=repeat,
    )
    available = {stem: len(part.examples) for stem, part in rows.items()}
    counts = planned(available, shares_of(available, weights, temperature), size, repeat)
    done = Mix(
        rows=len(mixed),
        seed=seed,
        temperature=temperature,
        repeat=repeat,
        parts={stem: drawn(rows[stem], given.get(stem), counts[stem], len(mixed)) for stem in rows},
    )
    with draft(out.parent) as written:
        write_jsonl(written / out.name, (replace(example, split="") for example in mixed))
        write_atomic(written / record_path(out).name, dump_json(asdict(done)) + "\n")
    return done


def drawn(part: Rows, weight: float | None, count: int, total: int) -> Drawn:
    return Drawn(part.source, part.sha256, weight, count, len(part.examples), share=round(count / max(total, 1), 4))


def record_path(out: Path) -> Path:
    return out.with_suffix(".mix.json")


def refuse_name(out: Path) -> None:
    if out.suffix != ".jsonl":
        raise UserError(f"--out {out}: expected a name that ends in .jsonl")


def mix_view(done: Mix, out: Path) -> Iterator[Part]:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    for _ in range(4):
        table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_row("", "weight", "drawn", "of", "share", style="dim")
    for name, part in done.parts.items():
        weight = "" if part.weight is None else f"{part.weight:g}"
        numbers = (weight, f"{part.drawn:,}", f"{part.available:,}", f"{100 * part.share:.1f} %")
        table.add_row(one_line(name, 40), *numbers, bar(part.share, 24))
    yield table
    yield indented(0, f"{done.rows:,} rows written to {out}, the record to {record_path(out).name}")
