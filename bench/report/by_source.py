"""Intervals by source: test examples of one passage, dialogue or subject are no independent evidence of each other.

A metric sees outputs, not where their questions come from, so the interval in its record takes every example for
independent. A report knows the sources and shows the interval by source instead, wherever a number is the mean of its
examples and some source has several of them; of F1 and the like the metric's own interval stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from bench.record import RunRecord, Score
from bench.report.columns import Column, column
from bench.report.compare_methods import Sources, sources
from bench.report.differences import is_item_mean
from bench.report.groups import Group, groups
from bench.report.run_folder import Plan, Run
from bench.stats.clusters import mean_interval
from bench.stats.families import ALPHA
from bench.stats.paired import paired

Key = tuple[str, str, str]
"""Suite, model and dataset: what a group has in common."""


def key(holder: Group) -> Key:
    return holder.suite, holder.model, holder.dataset


def sources_by_group(run: Run) -> dict[Key, Sources]:
    """Reads one file of outputs for each group."""
    return {key(group): sources(run, group) for group in groups(run.records)}


def records_by_source(records: Iterable[RunRecord], known: Mapping[Key, Sources]) -> tuple[RunRecord, ...]:
    """The same records with the intervals that a report shows."""
    return tuple(record_by_source(record, known[record.case.suite, record.case.model, record.case.dataset])
                 for record in records)  # fmt: skip


def record_in(folder: Path, record: RunRecord) -> RunRecord:
    """One record of a run that may still be going on; the sources are those of its own outputs."""
    run = Run(folder, Plan(), (record,))
    return records_by_source(run.records, sources_by_group(run))[0]


def record_by_source(record: RunRecord, known: Sources) -> RunRecord:
    if not has_several(known):
        return record
    scores = {name: score_by_source(score, known, column(name, record.case.metrics))
              for name, score in record.scores.items()}  # fmt: skip
    return replace(record, scores=scores)


def score_by_source(score: Score, known: Sources, shown: Column) -> Score:
    if score.low is None or not shares(score, known) or not is_item_mean(score):
        return score
    low, high = mean_interval([score.per_example], known, shown.ends)
    return replace(score, low=low, high=high)


def shares(score: Score, known: Sources) -> bool:
    """Whether some source has several of the score's examples."""
    return has_several({name: known[name] for name in score.per_example if name in known})


def has_several(known: Sources) -> bool:
    return len(set(known.values())) < len(known)


def may_differ(score: Score, other: Score, known: Sources) -> bool:
    """False where a paired test by source does not tell two scores apart, though their intervals may.

    A number without values by example cannot be tested by source; where sources are shared it is left in doubt.
    """
    if not score.per_example or not other.per_example:
        return not has_several(known)
    if not shares(score, known):
        return True
    found = paired([(score.per_example, other.per_example)], known)
    return found is not None and found.p <= ALPHA
