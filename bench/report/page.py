"""Everything report.html and report.md say, gathered from a run; the templates only lay it out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import accumulate
from typing import Any

from bench.record import Claim, RunRecord
from bench.report.by_source import Key, key, records_by_source, sources_by_group
from bench.report.compare_methods import Place, Sources, Standing, standing
from bench.report.comparison import Comparison, compare, status_words
from bench.report.differences import Differences, differences
from bench.report.equal import Equal, equal
from bench.report.examples import ANSWERS, Examples, anchors, examples
from bench.report.expected import Expected, Forms, expected, forms
from bench.report.glance import Glance, glance
from bench.report.groups import Group, groups
from bench.report.memory import MemoryTable, memory
from bench.report.run_folder import Run
from bench.report.tradeoff import Tradeoff, tradeoff
from bench.report.trust import Classifier, Corrected, classifiers, corrected
from bench.report.verdict import claims_sentence, group_verdict, verdict, weight

MEMORY_KEYS = "_bytes"
ROWS = 1500
"""Cases in the tables of a page; a browser and a reader can do with no more, and comparison.csv has them all."""


@dataclass(frozen=True)
class Page:
    """A run, ready to be laid out."""

    run: Run

    @cached_property
    def sources_by_group(self) -> Mapping[Key, Sources]:
        return sources_by_group(self.run)

    @cached_property
    def records(self) -> tuple[RunRecord, ...]:
        """The run's, their intervals by source."""
        return records_by_source(self.run.records, self.sources_by_group)

    @cached_property
    def all_groups(self) -> list[tuple[Group, str]]:
        return anchors(groups(self.records))

    @cached_property
    def groups(self) -> list[tuple[Group, str]]:
        """The tables on the page: all of them, or the first ones of a run with more than ROWS rows."""
        sizes = accumulate(len(group.records) for group, _ in self.all_groups)
        return self.all_groups[: max(1, sum(size <= ROWS for size in sizes))]

    @property
    def left_out(self) -> str:
        """Which tables are not on the page, and where they are; "" where all are."""
        more = [group for group, _ in self.all_groups[len(self.groups) :]]
        if not more:
            return ""
        rows, measured = sum(len(group.records) for group in more), len(self.groups)
        return f"{measured} of {len(self.all_groups)} tables; the other {rows} cases are in comparison.csv alone."

    @cached_property
    def verdict(self) -> str:
        """The sentence about the most telling group."""
        if not self.groups:
            return verdict([])
        telling = max(range(len(self.groups)), key=lambda place: weight(self.groups[place][0]))
        return self.verdicts[telling][2]

    @cached_property
    def sources(self) -> Mapping[str, Sources]:
        """Group anchor -> where its test examples come from, for examples of one passage are not independent."""
        return {anchor: self.sources_by_group[key(group)] for group, anchor in self.groups}

    @cached_property
    def verdicts(self) -> list[tuple[str, str, str]]:
        """(group title, anchor, sentence) of every group."""
        return [
            (group.title, anchor, group_verdict(group, partial(self.standing_of, anchor), self.sources[anchor]))
            for group, anchor in self.groups
        ]

    def standing_of(self, anchor: str, _: Group) -> Standing | None:
        return self.standings[anchor]

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
        return [(anchor, compare(group, self.sources[anchor])) for group, anchor in self.groups]

    @cached_property
    def standings(self) -> Mapping[str, Standing | None]:
        return {anchor: standing(group, self.sources[anchor]) for group, anchor in self.groups}

    @cached_property
    def glances(self) -> list[Glance]:
        """One line per table, that of the page's own sentence first."""
        said = {anchor: sentence for _, anchor, sentence in self.verdicts}
        found = [glance(group, anchor, self.standings[anchor], said[anchor]) for group, anchor in self.groups]
        first = next((place for place, sentence in said.items() if sentence == self.verdict), "")
        return sorted(found, key=lambda each: each.anchor != first)

    def place_of(self, anchor: str, record: RunRecord) -> Place | None:
        """Where a row's method stands in its table; None where nothing was compared."""
        found = self.standings[anchor]
        name = self.named[anchor].seedless_name(record)
        return next((row for row in found.rows if row.name == name), None) if found else None

    @cached_property
    def named(self) -> Mapping[str, Group]:
        return {anchor: group for group, anchor in self.groups}

    def notes_of(self, anchor: str) -> list[str]:
        """What must be known before a table's stars and letters are believed."""
        found = self.standings[anchor]
        return found.notes if found else []

    @cached_property
    def sections(self) -> list[tuple[str, str, bool]]:
        """(anchor, words, whether this page has it), in the order of the page."""
        return [
            ("reproduce", "Reproduce", True),
            ("expected", "Expected", bool(self.expected)),
            ("differences", "Differences", bool(self.differences)),
            ("comparison", "Comparison", True),
            ("methods", "Costs", bool(self.tradeoffs)),
            ("forms", "Prompt forms", bool(self.forms)),
            ("memory", "Memory", bool(self.memory)),
            ("trust", "Trust", bool(self.classifiers)),
            ("claims", "Claims", True),
            ("unmeasured", "Not measured", bool(self.unmeasured)),
            ("examples", "Examples", bool(self.examples)),
        ]

    @cached_property
    def differences(self) -> list[tuple[str, Differences]]:
        return [(anchor, table) for group, anchor in self.groups if (table := differences(group, self.sources[anchor]))]

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
        room = ANSWERS // max(1, len(self.groups))
        found = (examples(self.run, group, anchor, room) for group, anchor in self.groups)
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
