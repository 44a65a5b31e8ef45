"""Everything report.html and report.md say, gathered from a run; the templates only lay it out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bench.record import Claim, RunRecord
from bench.report.comparison import Comparison, compare, status_words
from bench.report.differences import Differences, differences
from bench.report.equal import Equal, equal
from bench.report.examples import Examples, anchors, examples
from bench.report.expected import Expected, Forms, expected, forms
from bench.report.groups import Group, groups
from bench.report.memory import MemoryTable, memory
from bench.report.run_folder import Run
from bench.report.tradeoff import Tradeoff, tradeoff
from bench.report.trust import Classifier, Corrected, classifiers, corrected
from bench.report.verdict import claims_sentence, group_verdict, verdict

MEMORY_KEYS = "_bytes"


@dataclass(frozen=True)
class Page:
    """A run, ready to be laid out."""

    run: Run

    @cached_property
    def groups(self) -> list[tuple[Group, str]]:
        return anchors(groups(self.run.records))

    @cached_property
    def verdict(self) -> str:
        return verdict([group for group, _ in self.groups])

    @cached_property
    def verdicts(self) -> list[tuple[str, str, str]]:
        """(group title, anchor, sentence) of every group."""
        return [(group.title, anchor, group_verdict(group)) for group, anchor in self.groups]

    def verdict_of(self, anchor: str) -> str:
        """The sentence of one group; "" where it is the page's own."""
        sentence = next(said for _, place, said in self.verdicts if place == anchor)
        return "" if sentence == self.verdict else sentence

    @cached_property
    def tallies(self) -> list[tuple[str, int, str]]:
        """(status, how many, words), "planned" meaning all that were planned."""
        counts = Counter(record.status for record in self.run.records)
        seen = [(status, n, status_words(status)) for status, n in sorted(counts.items(), key=tally_order)]
        return [("", len(self.run.records), "planned"), *seen]

    @cached_property
    def claims(self) -> list[Claim]:
        """Each claim once: a base record that several tests ask for carries all their claims."""
        return list(dict.fromkeys(claim for record in self.run.records for claim in record.claims))

    @property
    def claims_sentence(self) -> str:
        return claims_sentence(self.claims)

    @cached_property
    def comparisons(self) -> list[tuple[str, Comparison]]:
        return [(anchor, compare(group)) for group, anchor in self.groups]

    @cached_property
    def differences(self) -> list[tuple[str, Differences]]:
        return [(anchor, table) for group, anchor in self.groups if (table := differences(group))]

    @cached_property
    def tradeoffs(self) -> list[tuple[str, Tradeoff]]:
        return [(anchor, table) for group, anchor in self.groups if (table := tradeoff(group))]

    @cached_property
    def equal(self) -> Mapping[str, Equal | None]:
        return {anchor: equal(group) for group, anchor in self.groups}

    @cached_property
    def memory(self) -> list[MemoryTable]:
        return [table for group, _ in self.groups if (table := memory(group))]

    @cached_property
    def expected(self) -> list[Expected]:
        return [table for group, _ in self.groups if (table := expected(group))]

    @cached_property
    def forms(self) -> list[Forms]:
        return [table for group, _ in self.groups if (table := forms(group))]

    @cached_property
    def classifiers(self) -> list[Classifier]:
        return classifiers(tuple(self.run.records))

    @cached_property
    def corrected(self) -> list[Corrected]:
        return [table for group, _ in self.groups if (table := corrected(group))]

    @cached_property
    def examples(self) -> list[Examples]:
        found = (examples(self.run, group, anchor) for group, anchor in self.groups)
        return [table for table in found if table]

    @cached_property
    def unmeasured(self) -> list[RunRecord]:
        """Cases that are not in the comparison with a number, the reason being the point."""
        return [record for record in self.run.records if record.status not in ("ok", "failed_claim")]

    @cached_property
    def environment(self) -> Mapping[str, Any]:
        """The plan's, completed by what the cases themselves saw."""
        seen = next((record.environment for record in self.run.records if record.environment), {})
        return {**seen, **self.run.plan.environment}

    @cached_property
    def facts(self) -> list[tuple[str, str]]:
        """What else than the command decides the numbers."""
        hardware = joined(hardware_of(record) for record in self.run.records) or hardware_of(self)
        facts = [("seeds", joined(record.case.seed for record in self.run.records)), ("hardware", hardware)]
        rest = {key: value for key, value in self.environment.items() if key not in ("hardware", "versions")}
        facts += [(fact_name(key), fact(key, value)) for key, value in rest.items()]
        return [(key, value) for key, value in facts if value]

    @cached_property
    def versions(self) -> list[tuple[str, str]]:
        versions = self.environment.get("versions")
        return [(str(k), str(v)) for k, v in versions.items()] if isinstance(versions, Mapping) else []


def hardware_of(holder: RunRecord | Page) -> str:
    return str(holder.environment.get("hardware") or "")


def joined(values: Any) -> str:
    """Distinct values in order of appearance."""
    return ", ".join(dict.fromkeys(str(value) for value in values if value != ""))


def fact_name(key: str) -> str:
    return key.removesuffix(MEMORY_KEYS).replace("_", " ")


def fact(key: str, value: Any) -> str:
    if key.endswith(MEMORY_KEYS) and isinstance(value, int):
        return f"{value / 2**30:.1f} GiB"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {content}" for name, content in value.items())
    return "" if value is None else str(value)


def tally_order(item: tuple[str, int]) -> tuple[int, str]:
    status = item[0]
    return {"ok": 0, "failed_claim": 1, "skipped": 8, "planned": 9}.get(status, 5), status
