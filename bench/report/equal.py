"""What the tuned rows of a group had in common and what not, so that nobody has to guess how fair a comparison is.

Everything is read from the settings as they were resolved when the cases ran; a sweep of learning rates is shown, for
a method that was given more tries than another was not treated equally.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.case import short_name
from bench.record import RunRecord
from bench.report.cells import seconds, whole
from bench.report.groups import Group

NAMED = 4
"""Values of one setting that are listed; more become a number of kinds."""
NOTHING = "nothing that was recorded"
PLAIN = {
    "precision": "precision",
    "max_length": "max length",
    "schedule": "schedule",
    "warmup_steps": "warm-up steps",
    "weight_decay": "weight decay",
    "max_grad_norm": "clipping",
    "dropout": "dropout",
    "label_smoothing": "label smoothing",
    "loss_on": "loss on",
    "stop_token": "stop token",
    "optimizer": "optimizer",
    "gradient_checkpointing": "gradient checkpointing",
    "left_out": "examples left out",
}
"""Settings of training shown as they are, and their names for readers."""
TOLD = (
    "examples",
    "epochs",
    "steps",
    "useful tokens",
    "batch",
    "template",
    "precision",
    "max length",
    "device",
    "seed",
)
"""Which equal settings stand in the line; the others are counted, and listed in the fold."""


@dataclass(frozen=True)
class Try:
    """One learning rate of a sweep."""

    rate: str
    loss: str
    """Validation loss, nats per token."""
    seconds: str
    chosen: bool


@dataclass(frozen=True)
class Equal:
    """The line of one group."""

    title: str
    rows: int
    """Tuned rows compared."""
    equal: tuple[tuple[str, str], ...]
    """(setting, value)."""
    different: tuple[tuple[str, str], ...]
    """(setting, range or list of values)."""
    sweeps: tuple[tuple[str, tuple[Try, ...]], ...]
    """(row name, its tries)."""
    lint: tuple[str, ...]
    """What the recipe linter said before the run, each finding once."""

    @property
    def tries(self) -> int:
        """Rates of the longest sweep."""
        return max((len(tried) for _, tried in self.sweeps), default=0)

    @property
    def line(self) -> str:
        """ "Equal: 400 examples, 6 epochs. Different: learning rate (0.0004 to 0.004), method (full, lora)."."""
        return f"Equal: {self.same}. Different: {self.unlike}." if self.rows > 1 else ""

    @property
    def same(self) -> str:
        told = [phrase(name, value) for name, value in self.equal if name in TOLD]
        more = len(self.equal) - len(told)
        return ", ".join(told + ([f"{more} more settings"] if more else [])) or NOTHING

    @property
    def unlike(self) -> str:
        return ", ".join(f"{name} ({value})" for name, value in self.different) or NOTHING


def equal(group: Group) -> Equal | None:
    """None where no tuned row has recorded how it was trained."""
    records = [record for record in group.tuned if isinstance(record.resolved.get("train"), Mapping)]
    if not records:
        return None
    known = [dict(facts(record)) for record in records]
    names = list(dict.fromkeys(name for each in known for name in each))
    values = {name: [each.get(name) for each in known] for name in names}
    alike = {name for name in names if len(set(map(str, values[name]))) == 1}
    return Equal(
        group.title,
        len(records),
        tuple((name, said(name, values[name][0])) for name in names if name in alike and values[name][0] is not None),
        tuple((name, spread(name, values[name])) for name in names if name not in alike),
        tuple((group.row_name(record), tries) for record in records if (tries := sweep(record))),
        findings(group),
    )


def facts(record: RunRecord) -> Iterator[tuple[str, Any]]:
    """(setting, value) of one row; None for what was not recorded."""
    train, cost, case = record.resolved["train"], record.cost.train, record.case
    yield "method", case.method
    yield "trained on", short_name(case.trained_on)
    yield "learning rate", train.get("learning_rate")
    yield from ((name, train.get(name)) for name in ("examples", "epochs", "steps"))
    yield "useful tokens", cost and cost.useful_tokens
    yield "batch", batch(train)
    yield "template", case.template
    yield "seed", case.seed
    yield from ((name, train.get(key)) for key, name in PLAIN.items() if key != "precision")
    yield "precision", precision(record)
    yield "device", record.resolved.get("device")
    yield "threads", record.resolved.get("threads")
    yield "hardware", record.environment.get("hardware")
    yield "training time", cost and cost.seconds
    yield "rates tried", len(sweep(record)) or None
    yield from asked(record)


def asked(record: RunRecord) -> Iterator[tuple[str, Any]]:
    """How the answers were asked for."""
    generate = record.resolved.get("generate")
    config = generate if isinstance(generate, Mapping) else {}
    yield "asked in template", config.get("template") or record.case.template
    yield "shots", record.case.shots
    yield from ((name.replace("_", " "), config.get(name)) for name in ("wraps", "max_new_tokens", "temperature"))


def batch(train: Mapping[str, Any]) -> int | None:
    """Examples per optimizer step."""
    size, accumulation = train.get("batch_size"), train.get("accumulation", 1)
    return size * accumulation if isinstance(size, int) and isinstance(accumulation, int) else None


def precision(record: RunRecord) -> str | None:
    """The autocast type where there was one, else that of the weights."""
    train = record.resolved["train"]
    autocast = train.get("autocast")
    return train.get("precision") or (autocast if autocast not in (None, "none") else record.resolved.get("dtype"))


def phrase(name: str, value: str) -> str:
    """ "400 examples", "batch 16"."""
    counted = {"examples", "epochs", "steps", "useful tokens"}
    if name not in counted:
        return f"{name} {value}"
    return f"{value} {name.removesuffix('s') if value == '1' else name}"


def said(name: str, value: Any) -> str:
    if value is None:
        return "not recorded"
    if name == "training time":
        return seconds(value)
    if name == "useful tokens":
        return whole(value)
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def spread(name: str, values: list[Any]) -> str:
    """A range of numbers, a list of words."""
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) == len(values):
        return f"{said(name, min(numbers))} to {said(name, max(numbers))}"
    words = list(dict.fromkeys(said(name, value) for value in values))
    return ", ".join(words) if len(words) <= NAMED else f"{len(words)} kinds"


def sweep(record: RunRecord) -> tuple[Try, ...]:
    """The rates that were tried on the validation split, lowest first; () where none were."""
    train = record.resolved.get("train")
    settings: Mapping[str, Any] = train if isinstance(train, Mapping) else {}
    listed = settings.get("sweep")
    tried = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list | tuple) else []
    known = sorted((each for each in tried if number(each.get("learning_rate"))), key=lambda e: e["learning_rate"])
    return tuple(
        Try(
            f"{each['learning_rate']:.3g}",
            f"{each['validation_loss']:.3f}" if number(each.get("validation_loss")) else "diverged",
            seconds(each["seconds"]) if number(each.get("seconds")) else "",
            each["learning_rate"] == settings.get("learning_rate"),
        )
        for each in known
    )


def number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def findings(group: Group) -> tuple[str, ...]:
    """ "T4 (warning): the learning rate never reaches 5e-5", with the row's name unless all rows have it."""
    rows: dict[str, list[str]] = {}
    for record in group.records:
        for finding in listed(record.resolved.get("lint")):
            rows.setdefault(finding, []).append(group.seedless_name(record))
    trained = {group.seedless_name(record) for record in group.tuned}
    return tuple(text if set(names) == trained else f"{where(names)}: {text}" for text, names in rows.items())


def listed(lint: Any) -> list[str]:
    found = [each for each in lint if isinstance(each, Mapping)] if isinstance(lint, list | tuple) else []
    return [f"{each.get('rule', '')} ({each.get('severity', 'note')}): {each.get('message', '')}" for each in found]


def where(rows: list[str]) -> str:
    names = list(dict.fromkeys(rows))
    return ", ".join(names) if len(names) <= NAMED else f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"
