"""What memory a run is predicted to take: plain data without torch, for records, the command line and the report."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from bench.errors import UserError

PHASES = ("load", "train", "generate")

WEIGHTS = "weights"
CONSTANTS = "quantisation constants"
ADAPTER = "adapter"
GRADIENTS = "gradients"
OPTIMIZER = "optimizer states"
ACTIVATIONS = "activations"
CACHE = "keys and values"
TEMPORARY = "temporaries"
KINDS = (WEIGHTS, CONSTANTS, ADAPTER, GRADIENTS, OPTIMIZER, ACTIVATIONS, CACHE, TEMPORARY)
"""Kinds of bytes, in the order in which tables show them. Temporaries are what no other kind names: gradients of
activations, copies, a layer that is unpacked for its product."""

WORTH = 0.1
"""Share of the peak below which a saving is called none: the prediction itself is not much better than that."""

SIZES = (1, 2, 3, 4, 6, 8, 10, 12, 16, 24, 32, 40, 48, 64, 80, 96, 141, 192, 256, 384, 512, 1024)
"""GiB of memory that machines and GPUs are sold with."""

GIB, MIB = 2**30, 2**20


@dataclass(frozen=True)
class Batch:
    """The shape of the largest batch that is trained on."""

    examples: int
    length: int
    """Tokens of its longest example; of its longest prompt for an encoder-decoder."""
    labelled: int
    """Tokens of the whole batch that bear loss."""
    answer: int = 0
    """Tokens of its longest response, which an encoder-decoder reads apart."""

    def __post_init__(self) -> None:
        for name, least in (("examples", 1), ("length", 1), ("labelled", 1), ("answer", 0)):
            if getattr(self, name) < least:
                raise UserError(f"batch.{name} is {getattr(self, name)}; it must be at least {least}")


@dataclass(frozen=True)
class Questions:
    """The shape of the largest batch that is answered."""

    prompts: int
    length: int
    """Tokens of the longest prompt."""
    new_tokens: int
    """Tokens that are generated at most."""


@dataclass(frozen=True)
class Estimate:
    """Bytes by kind at the peak of each phase; None for a phase that there is not."""

    model: str
    method: str
    device: str
    dtype: str
    """Of the frozen weights."""
    precision: str
    """Of matrix products while training."""
    trainable_params: int
    total_params: int
    load: Mapping[str, int] = field(default_factory=dict)
    train: Mapping[str, int] | None = None
    generate: Mapping[str, int] | None = None
    batch: Batch | None = None
    questions: Questions | None = None

    def peak(self, phase: str) -> int | None:
        """Bytes of all parts of "load", "train" or "generate"."""
        parts = getattr(self, phase)
        return None if parts is None else sum(parts.values())

    @property
    def highest(self) -> int:
        """The peak of the phase that takes most."""
        return max(self.peak(phase) or 0 for phase in PHASES)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values, each phase's peak beside its parts."""
        return asdict(self) | {f"{phase}_bytes": self.peak(phase) for phase in PHASES}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Estimate":
        """Back from as_dict."""
        values = {each.name: data[each.name] for each in fields(cls)}
        for name, kind in (("batch", Batch), ("questions", Questions)):
            values[name] = kind(**values[name]) if values[name] else None
        return cls(**values)


def fits_in(size: int) -> int:
    """GiB of the smallest usual memory that holds so many bytes."""
    return next((gib for gib in SIZES if gib * GIB >= size), -(-size // GIB))


def in_words(size: int) -> str:
    """ "474.7 MiB", "2.66 GiB"."""
    return f"{size / MIB:.1f} MiB" if size < GIB else f"{size / GIB:.2f} GiB"


def kinds_of(estimates: Iterable[Mapping[str, int] | None]) -> list[str]:
    """The kinds that any of these has, in the order of KINDS."""
    found = {kind for parts in estimates for kind in parts or ()}
    return [kind for kind in KINDS if kind in found]


def qlora_verdict(lora: Estimate, qlora: Estimate, libraries: int = 0) -> str:
    """Whether four bits save memory worth speaking of, and why not: one sentence.

    `libraries` are the bytes that the process takes without a model.
    """
    before = (lora.peak("train") or 0) + libraries
    saved = before - libraries - (qlora.peak("train") or 0)
    share = saved / before if before else 0.0
    packed = parts(lora, WEIGHTS) - parts(qlora, WEIGHTS, CONSTANTS)
    what = f"it saves {in_words(max(saved, 0))} of the {in_words(before)} that training with lora takes ({share:.0%})"
    why = f"the weights shrink by {in_words(max(packed, 0))}"
    if share >= WORTH:
        return f"QLoRA helps here: {what}; {why}."
    return f"QLoRA will not help here: {what}; {why}, {reason(qlora, libraries)}."


def reason(qlora: Estimate, libraries: int) -> str:
    """What takes the room that the packed weights leave."""
    rest = {kind: size for kind, size in (qlora.train or {}).items() if kind not in (WEIGHTS, CONSTANTS)}
    rest |= {"libraries": libraries} if libraries else {}
    kind = max(rest, key=lambda kind: rest[kind], default="")
    if not kind or rest[kind] < parts(qlora, WEIGHTS):
        return f"and {in_words(parts(qlora, WEIGHTS))} stay: embeddings and head are not packed"
    return f"but {kind} take {in_words(rest[kind])} with or without it"


def parts(estimate: Estimate, *kinds: str) -> int:
    return sum((estimate.train or {}).get(kind, 0) for kind in kinds)
