"""Text that is none: gibberish, loops and silence (definitions 5.3; rep-4 after arXiv 1908.04319).

Told by the rules of bench/gibberish.py and bench/behaviour.py, over all that was generated, a new task after the
answer included. What is cut off at the limit is a part, but no fault of the text.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bench.behaviour import answer_of, loops
from bench.gibberish import is_gibberish
from bench.record import Output, Score
from bench.stats.scores import rate, share

HIGHER_IS_BETTER = False
UNIT = "rate"
FAULTS = ("empty", "repetition", "gibberish")


def score(outputs: Sequence[Output], argument: str = "") -> Score:
    """Share of outputs with one of FAULTS, the first that applies, with its Wilson interval; empty ones count."""
    labels = [(output.example_id, label(answer_of(output))) for output in outputs]
    counts = Counter(said for _, said in labels)
    parts = {name: share(counts[name], len(outputs)) for name in FAULTS} | {"truncated": truncated(outputs)}
    values = [(example_id, float(said in FAULTS)) for example_id, said in labels]
    found = rate(values, "degenerate empty|rep-4>0.5|stutter|gibberish rules", parts=parts)
    return replace(found, details={example_id: {"label": said} for example_id, said in labels})


def label(text: str) -> str:
    """One of FAULTS, or "sound"."""
    if not text:
        return "empty"
    if loops(text):
        return "repetition"
    return "gibberish" if is_gibberish(text) else "sound"


def truncated(outputs: Sequence[Output]) -> float | None:
    """Share that reached the limit, of those whose tokens were counted; None where none were."""
    counted = [output for output in outputs if output.new_tokens or output.finished]
    return share(sum(not output.finished for output in counted), len(counted))
