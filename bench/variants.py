"""Deliberate differences inside a suite: the same case with other knobs, and which one it is compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bench.config import GenerateConfig, TrainConfig, configured
from bench.errors import UserError, nearest

VARIED = ("dataset", "method", "template", "train", "generate", "against")


@dataclass(frozen=True)
class Variant:
    """One deliberate difference inside a suite: "stop_masked" trains like "right" but for the stop token."""

    name: str
    against: str = ""
    """The variant it is compared with; "" for one that others are compared against."""
    dataset: str = ""
    """"" keeps the suite's datasets. Two variants are compared where they ask the same: see `train.dataset`."""
    method: str = ""
    """"" keeps the suite's methods."""
    template: str = ""
    """"" keeps the suite's templates."""
    train: Mapping[str, Any] = field(default_factory=dict)
    """Knobs that replace those of the suite."""
    generate: Mapping[str, Any] = field(default_factory=dict)


def variants_of(value: Any, where: str) -> tuple[Variant, ...]:
    """The marker's `variants`, a dict from name to knobs; all but the first are compared with it, or with `against`."""
    if not isinstance(value, Mapping) or not value:
        raise UserError(f"{where}: variants is {value!r}; expected a dict such as {{'right': {{}}, 'wrong': {{...}}}}")
    first, *_ = value
    found = []
    for name, knobs in value.items():
        for key in knobs:
            if key not in VARIED:
                raise UserError(f"{where}: variant {name!r} has no setting {key!r}.{nearest(key, VARIED)}")
        if (against := knobs.get("against", "" if name == first else first)) and against not in value:
            raise UserError(f"{where}: variant {name!r} is against {against!r}.{nearest(against, value)}")
        configured(TrainConfig, knobs.get("train"), f"{where}: variant {name!r}: train")
        configured(GenerateConfig, knobs.get("generate"), f"{where}: variant {name!r}: generate")
        found.append(Variant(name, **{**knobs, "against": against}))
    return tuple(found)


def chosen(own: str, user: Sequence[str], suite: Sequence[str]) -> Sequence[str]:
    """A variant's own name, unless the user chose others; else what the user chose, else what the suite names."""
    if own:
        return (own,) if not user or own in user else ()
    return user or suite


def replaced(config: Any, knobs: Mapping[str, Any]) -> Any:
    return replace(config, **knobs) if knobs else config
