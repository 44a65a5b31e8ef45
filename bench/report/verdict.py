"""The first thing a reader sees: what the run showed, in one sentence that the records bear out.

What one training run shows is said of that run alone; "better" is said of methods that were trained with several seeds,
and methods that paired tests do not tell apart are named together, never ranked.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from bench.record import Claim, RunRecord
from bench.report.cells import apart, shown
from bench.report.columns import Column
from bench.report.compare_methods import ONE_RUN, Sources, Standing, standing
from bench.report.comparison import status_words
from bench.report.costliest import costliest
from bench.report.differences import differences
from bench.report.groups import BASE, Group

MIMICS = 0.5
"""Self-prompting from which a model is said to mimic (mission S4: base >= 0.5)."""
ANSWERS = 0.05
"""Self-prompting up to which a model is said to answer (mission S4: tuned <= 0.05)."""
LISTED = 6
"""Methods named in the sentence; the table has them all."""
PHRASES = {
    "ok": "ran without a score",
    "failed_claim": "failed a claim without a score",
    "error": "ended in an error",
    "out_of_memory": "ran out of memory",
    "killed": "killed",
    "timeout": "timed out",
    "nan_loss": "ended with a loss that is not a number",
    "planned": "never ran",
}
MEASURED = ("ok", "failed_claim")


Judge = Callable[[Group], Standing | None]
"""compare_methods.standing, or what gives the one that was made with the sources of the test examples."""


def verdict(groups: Sequence[Group], judge: Judge = standing) -> str:
    """The sentence about the most telling group: with base row and instruction following, if there is one."""
    if not groups:
        return "Nothing was planned, so there is nothing to report."
    return group_verdict(max(groups, key=weight), judge)


def weight(group: Group) -> tuple[bool, bool, bool]:
    main = group.main
    if main is None:
        return False, False, False
    return True, any(values(group, main, base=True)), main.name == "instruction_following"


def group_verdict(group: Group, judge: Judge = standing, sources: Sources | None = None) -> str:
    """`sources` is for a table of differences, whose tests are by source as those of `judge` are."""
    main = group.main
    if main is None and all(r.status in MEASURED and not r.case.metrics for r in group.records):
        return "Costs only: this suite asks for no quality."
    if main is None:
        return f"Nothing was measured: {status_sentence(group.records)}."
    if compared := differences(group, sources):
        return f"{costliest(compared)}{gaps(group)}."
    base, tuned = values(group, main, base=True), values(group, main, base=False)
    return f"{sentence(group, main, base, tuned, judge(group))}{gaps(group)}."


def sentence(group: Group, main: Column, base: list[RunRecord], tuned: list[RunRecord], found: Standing | None) -> str:
    if not tuned:
        return f"Only the untuned model was measured: {listed(group, main, base)} on {main.in_text}"
    if not base:
        alone = "without an untuned base row nothing can be said about what tuning changed"
        return f"{listed(group, main, tuned)} on {main.in_text}; {alone}"
    text = change(group, main, base[0], tuned, found)
    tested = found is not None and bool(found.pairs)
    if (found.seeds if found and tested else len(group.seeds)) == 1:
        text = f"{ONE_RUN[:1].upper()}{ONE_RUN[1:]}, {text[:1].lower()}{text[1:]}"
    return f"{text}; {found.finding if found and tested else scope(group, main, base[0])}"


def values(group: Group, main: Column, base: bool) -> list[RunRecord]:
    """The untuned or the tuned records that have the main number."""
    records = [record for record in group.records if (record.case.method == BASE) == base]
    return [record for record in records if record[main.name] is not None]


def change(group: Group, main: Column, base: RunRecord, tuned: list[RunRecord], found: Standing | None) -> str:
    sides = [(direction(record, group, main, found), record) for record in tuned]
    better, unclear, worse = ([record for side, record in sides if side == wanted] for wanted in (1, 0, -1))
    all_better = len(better) == len(tuned)
    if all_better and became_an_answerer(base, tuned):
        turned = f"Fine-tuning turned a model that mimics ({mimicry(main, base)}) into one that answers"
        return f"{turned}: {listed(group, main, tuned)}"
    if all_better:
        raised = f"Fine-tuning raised {main.in_text} from base {number(base, main)}"
        return f"{raised} to {listed(group, main, tuned)}"
    if len(unclear) == len(tuned):
        numbers = f"base {number(base, main)}, {listed(group, main, tuned)}"
        return f"Fine-tuning showed no clear effect on {main.in_text}: {numbers}"
    words = (("higher", better), ("lower", worse), ("not clearly different", unclear))
    parts = [f"{word} with {listed(group, main, records)}" for word, records in words if records]
    return f"Against base {number(base, main)} on {main.in_text}: {joined(parts)}"


def direction(record: RunRecord, group: Group, main: Column, found: Standing | None) -> int:
    """1 above the row's own base, -1 below, 0 where that is not shown: by the paired test, else by apart intervals."""
    base = group.base_of(record)
    before = base.scores.get(main.name) if base else None
    if base is None or before is None:
        return 0
    pair = found.between(group.seedless_name(record), group.seedless_name(base)) if found else None
    if pair is None:
        return apart(record.scores[main.name], before)
    ours, theirs = record[main.name] or 0.0, before.value or 0.0
    return (ours > theirs) - (ours < theirs) if pair.is_shown else 0


def became_an_answerer(base: RunRecord, tuned: list[RunRecord]) -> bool:
    before, after = base["self_prompting"], [record["self_prompting"] for record in tuned]
    return before is not None and before >= MIMICS and all(x is not None and x <= ANSWERS for x in after)


def mimicry(main: Column, base: RunRecord) -> str:
    self_prompting = f"{percent(base['self_prompting'])} self-prompting"
    if main.name == "instruction_following":
        return f"{self_prompting}, {percent(base[main.name])} of instructions followed"
    return f"{self_prompting}, {main.in_text} {number(base, main)}"


def listed(group: Group, main: Column, records: list[RunRecord]) -> str:
    """Each method with its number; over several seeds the range, for no seed speaks for the others."""
    by_name: dict[str, list[RunRecord]] = {}
    for record in records:
        by_name.setdefault(method_name(group, record), []).append(record)
    parts = [f"{name} {spread(members, main)}" for name, members in by_name.items()]
    more = [f"{len(parts) - LISTED} more"] if len(parts) > LISTED else []
    return joined(parts[:LISTED] + more)


def method_name(group: Group, record: RunRecord) -> str:
    template = f" ({record.case.template})" if len(group.templates) > 1 else ""
    shots = f" with {record.case.shots} shots" if len(group.shots) > 1 else ""
    return record.case.method + template + shots


def spread(records: list[RunRecord], main: Column) -> str:
    if len(records) == 1:
        return number(records[0], main)
    found = sorted(value for record in records if (value := record[main.name]) is not None)
    low, high = (plain(value, main) for value in (found[0], found[-1]))
    apart = "seeds" if len({record.case.seed for record in records}) == len(records) else "runs"
    return f"{low} to {high} over {len(found)} {apart}" if low != high else f"{low} in each of {len(found)} {apart}"


def number(record: RunRecord, main: Column) -> str:
    """The value with its 95 % interval in brackets."""
    score = record.scores[main.name]
    text = plain(score.value, main)
    if score.low is None or score.high is None:
        return text
    if main.unit == "rate":
        return f"{text} [{100 * score.low:.0f}–{100 * score.high:.0f}]"
    return f"{text} [{score.low:.2f}–{score.high:.2f}]"


def plain(value: float | None, main: Column) -> str:
    """Rates without decimals: the sentence is read, the table is looked up."""
    return percent(value) if value is None or main.unit == "rate" else shown(value, main.unit)


def percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def scope(group: Group, main: Column, base: RunRecord) -> str:
    """How far the sentence reaches where nothing was tested: test examples behind the main number, training seeds."""
    n = base.scores[main.name].n
    tested = "1 test example" if n == 1 else f"{n} test examples"
    if len(group.seeds) == 1:
        return f"{tested} and one seed, so methods are not ranked"
    return f"{tested} and {len(group.seeds)} seeds, shown apart; methods are not ranked"


def gaps(group: Group) -> str:
    """What is missing from the sentence, so that it never looks complete when it is not."""
    missing = [record for record in group.records if record.status not in MEASURED]
    return f"; {status_sentence(missing)}" if missing else ""


def status_sentence(records: Iterable[RunRecord]) -> str:
    """ "1 case skipped, 2 cases never ran"."""
    counts = Counter(record.status for record in records)
    return joined([f"{cases(n)} {status_phrase(status)}" for status, n in counts.items()])


def status_phrase(status: str) -> str:
    return PHRASES.get(status, status_words(status))


def claims_sentence(claims: Sequence[Claim]) -> str:
    """ "All 9 claims passed" or "2 of 9 claims failed"; "" without claims."""
    failed = sum(claim.outcome == "failed" for claim in claims)
    if not claims:
        return "No claims were made."
    if failed:
        return f"{failed} of {len(claims)} claims failed."
    skipped = sum(claim.outcome == "skipped" for claim in claims)
    return (
        f"{len(claims) - skipped} of {len(claims)} claims passed." if skipped else f"All {len(claims)} claims passed."
    )


def cases(n: int) -> str:
    return "1 case" if n == 1 else f"{n} cases"


def joined(parts: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
