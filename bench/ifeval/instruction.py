"""What one instruction type of IFEval is: how it is checked, which arguments it takes, whether silence passes it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple


class Instruction(NamedTuple):
    """One of the 25 types."""

    function: Callable[..., bool]
    """Takes the response, exactly as generated and never blank, and the arguments."""
    arguments: Mapping[str, str] = {}
    """Argument name -> a key of bench.arguments.TYPES; all are needed."""
    forbids: bool = False
    """True when it only forbids, so that saying little passes it."""
    relation: str = ""
    """The argument whose value "less than" makes it an upper bound; "" where there is none."""


def compare(count: int, relation: str, threshold: float) -> bool:
    """`relation` is "less than" (count < threshold) or "at least" (count >= threshold)."""
    return count < threshold if relation == "less than" else count >= threshold
