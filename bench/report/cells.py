"""One cell of a comparison: the number as readers see it, its interval and change, or why it is empty."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bench.floors import lift
from bench.record import RunRecord, Score
from bench.report.columns import Column
from bench.report.tables import examples, peak_memory

EMPTY = "–"
MIB = 2**20


@dataclass(frozen=True)
class Cell:
    """Everything a table may show of one number; each kind of table takes what it has room for."""

    text: str
    """The number, or EMPTY."""
    interval: str = ""
    """The 95 % interval, "90–98"."""
    change: str = ""
    """Signed difference to the base row."""
    tone: str = ""
    """"good", "bad" or "" when neither direction is better, the intervals overlap, or the test by source disagrees."""
    lift: str = ""
    """How far above the best null model, of what there was to gain: "lift 48 %"."""
    n: str = ""
    """The denominator, where it is not the row's."""
    why: str = ""
    """Why the cell is empty or counts fewer examples."""
    title: str = ""
    """What hovering shows: signature, floor, denominator."""
    number: float | None = None
    """For sorting."""

    @property
    def sort_key(self) -> str:
        """Six digits order any table; "" for an empty cell."""
        return "" if self.number is None else f"{self.number:.6g}"


def score_cell(record: RunRecord, base: RunRecord | None, column: Column) -> Cell:
    score = record.scores.get(column.name)
    if score is None or score.value is None:
        return empty_cell(record, score)
    before = base.scores.get(column.name) if base else None
    change = score.value - before.value if before and before.value is not None else None
    return Cell(
        text=shown(score.value, column.unit),
        interval=interval(score, column.unit),
        change="" if change is None else difference(change, column.unit),
        tone=tone(score, before, column.higher_is_better),
        lift=lifted(score, column),
        n="" if score.n == examples(record) else f"n {score.n}",
        why=score.why,
        title=explained(score),
        number=score.value,
    )


def empty_cell(record: RunRecord, score: Score | None) -> Cell:
    why = score.why if score else record.reason
    return Cell(EMPTY, why=why or f"not measured ({record.status})", title=why)


def tone(score: Score, before: Score | None, higher_is_better: bool | None) -> str:
    """Colour only what the two 95 % intervals keep apart: a change inside them may be chance."""
    ends = (score.low, score.high, before and before.low, before and before.high)
    if higher_is_better is None or before is None or any(end is None for end in ends):
        return ""
    above = apart(score, before)
    return "" if not above else "good" if (above > 0) == higher_is_better else "bad"


def apart(score: Score, other: Score) -> int:
    """1 when the whole interval lies above the other's, -1 when below, 0 when they overlap or are unknown."""
    if None in (score.low, score.high, other.low, other.high):
        return 0
    return int(score.low > other.high) - int(score.high < other.low)  # type: ignore[operator]


def lifted(score: Score, column: Column) -> str:
    share = lift(score, column.unit, column.higher_is_better)
    return "" if share is None else "under the floor" if share < 0 else f"lift {tenths(100 * share)} %"


def explained(score: Score) -> str:
    """What a row says beyond the head of its column and the foot of its table."""
    parts = [f"{score.unscored} not scored: {score.why}"] if score.unscored else []
    parts += [f"corrected {tenths(100 * score.corrected)} %"] if score.corrected is not None else []
    parts += [f"{name} {value:.3g}" for name, value in score.parts.items() if isinstance(value, int | float)]
    return "; ".join(part for part in parts if part)


def floor_text(score: Score, unit: str) -> str:
    """ "10.0 % by retrieval": the best null model."""
    best = next((name for name, value in score.floors.items() if value == score.floor), "")
    return f"floor {shown(score.floor, unit)}{f' by {best}' if best else ''}" if score.floor is not None else ""


def shown(value: float, unit: str) -> str:
    """In its unit: rates in percent, scores with three digits, an unknown unit as a plain number."""
    match unit:
        case "rate":
            return f"{tenths(100 * value)} %"
        case "score":
            return f"{value:.3f}"
        case "index":
            return f"{value:+.2f}".replace("-", "−")
        case "ratio":
            return f"{value:.2f}"
        case "perplexity":
            return f"{value:.3g}"
        case "nats" | "logit":
            return f"{value:+.2f}".replace("-", "−")
    return f"{value:.4g}".replace("-", "−")


def tenths(percent: float, sign: str = "") -> str:
    """One decimal, none at 0 and 100, where it would only claim exactness."""
    digits = 0 if round(percent, 1) in (-100, 0, 100) else 1
    return format(percent, f"{sign}.{digits}f").replace("-", "−")


def interval(score: Score, unit: str) -> str:
    """Both ends in the unit of the value; rates without decimals, for an interval is not that exact."""
    if score.low is None or score.high is None:
        return ""
    if unit == "rate":
        return f"{100 * score.low:.0f}–{100 * score.high:.0f}"
    return f"{bare(score.low)}{' to ' if score.low < 0 else '–'}{bare(score.high)}"


def bare(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def difference(change: float, unit: str) -> str:
    """Signed; rates in percentage points."""
    text = tenths(100 * change, "+") if unit == "rate" else f"{change:+.2f}" if unit else f"{change:+.3g}"
    return text.replace("-", "−") if re.search("[1-9]", text) else "±0"


def cost_cells(record: RunRecord) -> list[Cell]:
    """Trainable parameters, training time, tokens per second in training and generation, peak memory."""
    cost, train, generate = record.cost, record.cost.train, record.cost.generate
    trained, asked = stored(record, "train"), stored(record, "generate")
    useful = "useful tokens, padding not counted"
    return [
        parameters_cell(record),
        number_cell(train.seconds if train else None, seconds, trained),
        number_cell(train.tokens_per_second if train else None, whole, useful, trained),
        number_cell(generate.tokens_per_second if generate else None, whole, "new tokens, padding not counted", asked),
        number_cell(peak_memory(record), memory, cost.memory_kind, trained if train else asked),
    ]


def stored(record: RunRecord, step: str) -> str:
    """A word for costs that this case did not cause: they were measured when the stored step was made."""
    return "from the store, measured when that was made" if step in record.reused else ""


COST_LABELS = (
    ("Trainable", "parameters that training may change, and their share"),
    ("Training", "wall time of the training phase"),
    ("Train tok/s", "useful tokens per second in training"),
    ("Gen. tok/s", "new tokens per second in generation"),
    ("Peak memory", "peak of training; of generation where nothing was trained; MiB = 2^20 bytes"),
)


def parameters_cell(record: RunRecord) -> Cell:
    trainable, total = record.cost.trainable_params, record.cost.total_params
    if trainable is None:
        return Cell(EMPTY, title=record.reason)
    share = f"{100 * trainable / total:.3g} %" if total else ""
    return Cell(
        count(trainable),
        interval=share,
        title=f"{trainable:,} of {total:,}" if total else "",
        number=trainable,
    )


def number_cell(value: float | None, show: Callable[[float], str], *about: str) -> Cell:
    title = "; ".join(part for part in about if part)
    return Cell(EMPTY) if value is None else Cell(show(value), title=title, number=value)


def seconds(value: float) -> str:
    if value < 120:
        return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"
    return f"{value / 60:.1f} min" if value < 7200 else f"{value / 3600:.1f} h"


def whole(value: float) -> str:
    return f"{value:,.0f}"


def memory(value: float) -> str:
    return f"{value / MIB:,.0f} MiB" if value < 1024 * MIB else f"{value / MIB / 1024:.2f} GiB"


def count(value: float) -> str:
    for size, suffix in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g} {suffix}"
    return f"{value:.0f}"
