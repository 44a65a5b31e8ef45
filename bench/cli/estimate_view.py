"""`tunebench estimate` as text: the parts of the training peak side by side for all methods, then the other phases."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from bench.cli.console import Part, line
from bench.measure.memory import KINDS, fits_in, in_words

if TYPE_CHECKING:
    from bench.cli.estimating import Asked, Told

NOTHING = "–"


def view(
    asked: "Asked", told: Sequence["Told"], remarks: Sequence[str], libraries: int, memory: float | None
) -> Iterator[Part]:
    """One column for each method."""
    yield line((asked.source.name, "bold"), f"  {setting(asked, told)}")
    yield line()
    yield table(asked, told, libraries, memory)
    yield line()
    beside = "the process's own libraries" if asked.device == "cpu" else "the libraries in main memory"
    yield line((f"{beside} take about {in_words(libraries)} more, measured here", "dim"))
    for remark in remarks:
        yield line(remark)


def setting(asked: "Asked", told: Sequence["Told"]) -> str:
    parameters = count(told[0].estimate.total_params - adapter(told[0]))
    batch, train = asked.batch, told[0].estimate
    tokens = batch.length + batch.answer
    checkpointing = ", gradient checkpointing" if asked.train.gradient_checkpointing else ""
    return (
        f"{parameters} parameters · batches of {batch.examples} x {tokens} tokens, {asked.answer} of them with loss · "
        f"{asked.dtype}, trained in {train.precision}, on {asked.device}{checkpointing}"
    )


def adapter(told: "Told") -> int:
    """Parameters that the method has added."""
    return told.estimate.trainable_params if "adapter" in (told.estimate.train or {}) else 0


def table(asked: "Asked", told: Sequence["Told"], libraries: int, memory: float | None) -> Table:
    found = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    found.add_column("", no_wrap=True)
    for each in told:
        found.add_column(each.name, justify="right", style="")
    peaks = [each.estimate.train or {} for each in told]
    for kind in KINDS:
        if any(kind in parts for parts in peaks):
            found.add_row(kind, *(in_words(parts[kind]) if kind in parts else NOTHING for parts in peaks))
    for phase, label in (("train", "training peak"), ("generate", "generation peak"), ("load", "loading peak")):
        cells = [Text(words(each.estimate.peak(phase)), "bold" if phase == "train" else "") for each in told]
        found.add_row(Text(label, "bold" if phase == "train" else ""), *cells)
    found.add_row("trainable parameters", *(trainable(each) for each in told))
    beside = libraries if asked.device == "cpu" else 0
    found.add_row("fits in", *(f"{fits_in(each.estimate.highest + beside)} GiB" for each in told))
    if memory is not None:
        found.add_row(f"batch in {memory:g} GiB", *(words_of_batch(each.largest_batch) for each in told))
    return found


def words(size: int | None) -> str:
    return NOTHING if size is None else in_words(size)


def words_of_batch(examples: int | None) -> str:
    return NOTHING if examples is None else str(examples) if examples else "not even 1"


def trainable(told: "Told") -> str:
    found = told.estimate
    return f"{count(found.trainable_params)} ({found.trainable_params / found.total_params:.1%})"


def count(number: int) -> str:
    """ "124.4M", "2.4M", "15.4k"."""
    for unit, size in (("B", 10**9), ("M", 10**6), ("k", 10**3)):
        if number >= size:
            return f"{number / size:.1f}{unit}"
    return str(number)
