"""How a chat's answers are sampled, and `/set`, which changes that; checked before any model is loaded."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from bench.errors import UserError, nearest


@dataclass(frozen=True)
class Sampling:
    """How answers are sampled; greedy unless set otherwise, as the benchmark asks."""

    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    max_new_tokens: int | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        limits: dict[str, tuple[float, float]] = {
            "temperature": (0, 2),
            "top_p": (0.01, 1),
            "top_k": (0, 1_000_000),
            "max_new_tokens": (1, 1_000_000),
            "seed": (0, 2**63 - 1),
        }
        for name, (least, most) in limits.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise UserError(f"{name} is {value}; it must be between {least} and {most}")


def changed(sampling: Sampling, words: Sequence[str]) -> Sampling:
    """The settings after `/set NAME VALUE`; without a value the default is back."""
    if not words:
        return sampling
    known = {each.name: each for each in fields(Sampling)}
    name, *values = words
    if name not in known:
        raise UserError(f"no setting {name!r}.{nearest(name, known)}")
    value: Any = number(name, " ".join(values)) if values else known[name].default
    return replace(sampling, **{name: value})


def number(name: str, text: str) -> float | int:
    whole = name not in ("temperature", "top_p")
    try:
        return int(text) if whole else float(text)
    except ValueError:
        wanted = "a whole number" if whole else "a number"
        raise UserError(f"{name} is {text!r}; expected {wanted}, as in /set {name} {1 if whole else 0.7}") from None


def shown(sampling: Sampling) -> str:
    told = {name: "default" if value is None else value for name, value in asdict(sampling).items()}
    if sampling.seed is None:
        told["seed"] = "drawn"
    return "  ".join(f"{name} {value}" for name, value in told.items())
