"""Submissions that share what cannot be shared by chance: one case, one second of its start, the same outputs.

Two honest runs of one recipe may well give the same outputs; they do not start in the same second. A training that
took the same time to the last digit is one training: from a store that both used, or copied with its record.
"""

from collections.abc import Iterator, Mapping, Sequence

from bench.assignments.submission import Submission
from bench.record import RunRecord
from bench.seal import outputs_sha256

Signs = Mapping[tuple[str, ...], str]
"""Sign -> the case it was found in."""
NAMED = 4
"""Names told in one warning."""


def copy_warnings(submissions: Sequence[Submission]) -> dict[str, list[str]]:
    """Submission's name -> warnings; nothing for one that shares nothing."""
    copied = shared({each.name: run_signs(each) for each in submissions})
    trained = shared({each.name: training_signs(each) for each in submissions})
    found: dict[str, list[str]] = {}
    for name, others in copied.items():
        found.setdefault(name, []).append(f"copied: same outputs and start as {listed(others)}")
    for name, others in trained.items():
        rest = {other: count for other, count in others.items() if other not in copied.get(name, {})}
        if rest:
            text = f"same training as {listed(rest)}: a store that both used, or copied"
            found.setdefault(name, []).append(text)
    return found


def run_signs(submission: Submission) -> Signs:
    return {
        (digest, str(record.started_at)): record.case.id
        for record, digest in outputs(submission)
        if digest and record.started_at
    }


def training_signs(submission: Submission) -> Signs:
    """Untrained cases and those of no time have none."""
    return {
        (record.case.method, repr(record.cost.train.seconds)): record.case.id
        for record in submission.every_record
        if record.cost.train is not None and record.cost.train.seconds
    }


def outputs(submission: Submission) -> Iterator[tuple[RunRecord, str]]:
    """Edited records, too: a copy with another name on it is still a copy."""
    for record in submission.every_record:
        if submission.run is not None:
            yield record, outputs_sha256({"outputs_file": record.outputs_file}, submission.run.folder)


def shared(signs: Mapping[str, Signs]) -> dict[str, dict[str, int]]:
    """Name -> the others that share a sign with it, and how many."""
    holders: dict[tuple[str, ...], list[str]] = {}
    for name, found in signs.items():
        for sign in found:
            holders.setdefault(sign, []).append(name)
    together: dict[str, dict[str, int]] = {}
    for names in holders.values():
        for name in names if len(names) > 1 else ():
            counts = together.setdefault(name, {})
            for other in names:
                if other != name:
                    counts[other] = counts.get(other, 0) + 1
    return together


def listed(others: Mapping[str, int]) -> str:
    """ "anna (4 cases), ben (1 case)"."""
    parts = [f"{name} ({count} case{'s' if count > 1 else ''})" for name, count in others.items()]
    more = [f"{len(parts) - NAMED} more"] if len(parts) > NAMED else []
    return ", ".join(parts[:NAMED] + more)
