"""`tunebench data split`: three files and a record of how they came to be, all of them or none."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from bench.cli.console import Part, indented
from bench.cli.drafts import draft, refuse_overwriting
from bench.data.example import Example, Loaded
from bench.data.leakage import assert_no_leakage
from bench.data.splits import SPLITS, split_examples
from bench.data.writing import write_jsonl
from bench.errors import UserError
from bench.record import dump_json, write_atomic
from bench.report.escaping import one_line

RECORD = "split.json"
LABELS = 5
"""Classes that get a column."""


@dataclass(frozen=True)
class Split:
    """What was split and how; split.json holds it."""

    source: str
    """The input, as the user named it."""
    sha256: str
    """Of the input's bytes."""
    format: str
    rule: str
    seed: int
    counts: Mapping[str, int]
    """Part -> examples."""
    labels: Mapping[str, Mapping[str, float]]
    """Part -> label -> share of the part's labelled examples, most frequent first."""
    leak: str
    """Which training example gives away a test example, where that was allowed; or ""."""


def refuse_folder(folder: Path, force: bool) -> None:
    """Raises UserError when the parts cannot be written there."""
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file; --out names a folder")
    refuse_overwriting([folder / name for name in (*files(), RECORD)], force)


def files() -> list[str]:
    return [f"{part}.jsonl" for part in SPLITS]


def split_into(folder: Path, loaded: Loaded, *, rule: str, seed: int, allow_leakage: bool = False) -> Split:
    """Writes train, validation and test and says what they hold.

    Raises UserError when train or test is empty, or when training gives away what is tested.
    """
    parts = split_examples(loaded.examples, rule, seed=seed)
    for part in ("train", "test"):
        if not parts[part]:
            raise UserError(f"{loaded.path}: {len(loaded.examples)} examples are too few: the {part} split is empty")
    leak = leakage(parts, loaded.path)
    if leak and not allow_leakage:
        raise UserError(f"{leak} (--allow-leakage writes the files all the same)")
    done = described(loaded, parts, rule, seed, leak)
    with draft(folder) as written:
        for part in SPLITS:
            write_jsonl(written / f"{part}.jsonl", parts[part])
        write_atomic(written / RECORD, dump_json(asdict(done)) + "\n")
    return done


def leakage(parts: Mapping[str, Sequence[Example]], where: str) -> str:
    """How many leaks there are and the first one, in words, or ""."""
    try:
        assert_no_leakage(*(parts[part] for part in SPLITS), where=where)
    except UserError as error:
        return str(error)
    return ""


def described(loaded: Loaded, parts: Mapping[str, Sequence[Example]], rule: str, seed: int, leak: str) -> Split:
    return Split(
        source=loaded.path,
        sha256=loaded.sha256,
        format=loaded.format,
        rule=rule,
        seed=seed,
        counts={part: len(parts[part]) for part in SPLITS},
        labels={part: label_shares(parts[part]) for part in SPLITS},
        leak=leak,
    )


def label_shares(examples: Sequence[Example]) -> dict[str, float]:
    counts = Counter(example.label for example in examples if example.label is not None)
    return {label: round(count / counts.total(), 4) for label, count in counts.most_common()}


def split_view(done: Split, folder: Path) -> Iterator[Part]:
    labels = sorted({label for shares in done.labels.values() for label in shares})
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column()
    for _ in range(2 + len(labels[:LABELS])):
        table.add_column(justify="right")
    table.add_row("", "examples", "share", *(one_line(label, 14) for label in labels[:LABELS]), style="dim")
    total = sum(done.counts.values())
    for part, count in done.counts.items():
        shares = [f"{100 * done.labels[part].get(label, 0.0):.1f} %" for label in labels[:LABELS]]
        table.add_row(f"{part}.jsonl", f"{count:,}", f"{100 * count / total:.1f} %", *shares)
    yield table
    if len(labels) > LABELS:
        yield indented(0, (f"{len(labels) - LABELS} more labels in {RECORD}", "dim"))
    yield indented(0, f"written to {folder}")
