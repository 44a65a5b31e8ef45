"""report.md: the same verdict, tables and claims as the page, to paste into an assignment."""

import re
from collections.abc import Iterable, Sequence

from tabulate import tabulate

from bench.report.cells import Cell
from bench.report.comparison import Comparison, status_words
from bench.report.differences import Difference, Differences, Effect
from bench.report.equal import Equal
from bench.report.escaping import markdown_text, one_line
from bench.report.expected import FORMS, Expected, Forms, Measured
from bench.report.memory import MemoryTable
from bench.report.page import Page
from bench.report.tradeoff import Tradeoff
from bench.report.trust import Corrected

PADDING = re.compile(r" {2,}|-{4,}")
"""What lines columns up; wide tables break anyway, and it would be most of the file."""


def report_markdown(page: Page) -> str:
    run = page.run
    parts = [
        f"# {markdown_text(page.verdict)}",
        markdown_text(page.claims_sentence + " " + tally(page)),
        markdown_text(page.left_out),
        *bullets(f"Left out: {line}" for line in run.damaged),
        *section("## Which method is best, and is it shown", glance_parts(page)),
        *section("## What each difference costs", differences_parts(page)),
        "## Comparison",
        *(
            part
            for each in page.comparisons
            for part in (*comparison_parts(each[1]), *equal_parts(page.equal[each[0]]))
        ),
        *section("## What quality costs", [part for _, each in page.tradeoffs for part in tradeoff_parts(each)]),
        *section("## Memory, predicted and measured", [part for each in page.memory for part in memory_parts(each)]),
        *section("## Expected and measured", [expected_table(table) for table in page.expected]),
        *section("## Two ways of asking", [forms_table(table) for table in page.forms]),
        *section("## How far to trust the classifiers", trust_parts(page)),
        *section("## Claims", bullets(claim_line(page))),
        *section("## Not measured, and why", bullets(unmeasured_lines(page))),
        "## How to reproduce",
        *reproduce(page),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def tally(page: Page) -> str:
    return ", ".join(f"{n} {words}" for _, n, words in page.tallies) + "."


def section(heading: str, parts: list[str]) -> list[str]:
    return [heading, *parts] if parts else []


def bullets(lines: Iterable[str]) -> list[str]:
    """One Markdown list, or nothing."""
    listed = [f"- {markdown_text(line)}" for line in lines]
    return ["\n".join(listed)] if listed else []


def glance_parts(page: Page) -> list[str]:
    heads = ["suite", "judged by", "base", "best, or tied at the top", "change against base", "shown?"]
    rows = [
        [f"{each.suite} {each.title}", each.column, each.base, f"{each.best} {each.value}".strip(),
         f"{each.change} {each.interval}".strip(), each.answer]
        for each in page.glances
        if not each.why
    ]  # fmt: skip
    said = [f"{each.suite} {each.title}: {each.why}" for each in page.glances if each.why]
    return [*([table(heads, rows)] if rows else []), *bullets(said)]


def comparison_parts(comparison: Comparison) -> list[str]:
    heads = ["method", "status", "n", *(column.label for column in comparison.columns)]
    heads += [label for label, _ in comparison.cost_labels]
    rows = [
        [row.name, row.status, row.n, *map(noted, row.scores, row.notes), *(cell.text for cell in row.costs)]
        for row in comparison.rows
    ]
    if comparison.has_floors:
        floors = [" by ".join(part for part in (cell.text, cell.interval) if part) for cell in comparison.floors]
        rows.append(["best null model", "", "", *floors, *("" for _ in comparison.cost_labels)])
    notes = [f"({place}) {text}" for place, text in enumerate(comparison.footnotes, start=1)]
    return [
        f"### {markdown_text(comparison.title)}",
        table(heads, rows),
        *bullets(notes),
        *details_parts(comparison),
    ]


def details_parts(comparison: Comparison) -> list[str]:
    if not comparison.details:
        return []
    heads = ["method", *(column.label for column in comparison.details)]
    return [table(heads, [[row.name, *(noted(cell, 0) for cell in row.details)] for row in comparison.rows])]


def differences_parts(page: Page) -> list[str]:
    parts = []
    for anchor, each in page.differences:
        parts += [f"### {markdown_text(each.title)}", markdown_text(page.verdict_of(anchor)), differences_table(each)]
        parts += bullets(each.notes)
    return parts


def differences_table(differences: Differences) -> str:
    heads = ["difference", "what differs", "seeds", *(f"{column.label}, change" for column in differences.columns)]
    return table(heads, [difference_cells(row) for row in differences.rows])


def difference_cells(row: Difference) -> list[str]:
    what = f"{', '.join(row.knobs)} (against {row.against})" if row.knobs else f"against {row.against}"
    return [row.name, what, str(row.seeds), *(effect_cell(effect, row.why) for effect in row.effects)]


def effect_cell(effect: Effect | None, why: str) -> str:
    if effect is None:
        return why or "–"
    interval = f" [{effect.interval}]" if effect.interval else ""
    return f"{effect.points}{interval}, {effect.words or effect.means}"


def equal_parts(equal: Equal | None) -> list[str]:
    """What the rows had in common, the rates that were tried, and what the recipe linter said."""
    if equal is None:
        return []
    sweeps = [
        f"{name}: learning rates tried, chosen on validation, tested once: "
        + ", ".join(f"{each.rate} (validation loss {each.loss}{', chosen' if each.chosen else ''})" for each in tries)
        for name, tries in equal.sweeps
    ]
    notes = [f"Recipe note: {finding}" for finding in equal.lint]
    return [markdown_text(equal.line), *bullets(sweeps + notes)]


def tradeoff_parts(tradeoff: Tradeoff) -> list[str]:
    heads = ["method", tradeoff.column.label, "trainable", "adapter", "training", "peak memory", "on the front of"]
    rows = [
        [point.name, *map(small_print, point.cells(tradeoff.column)), tradeoff.fronts_of(point)]
        for point in tradeoff.points
    ]
    title, sentence = markdown_text(tradeoff.title), markdown_text(tradeoff.sentence)
    return [f"### {title}", sentence, table(heads, rows), *bullets(tradeoff.notes)]


def small_print(cell: tuple[str, str, float | None]) -> str:
    text, small, _ = cell
    return f"{text} ({small})" if small else text


def trust_parts(page: Page) -> list[str]:
    """The classifiers' error on labelled outputs, then each group's measured and corrected rates."""
    if not page.classifiers:
        return []
    heads = ["column", "labelled outputs", "of the class", "precision", "recall", "specificity"]
    rows = [[c.label, str(c.n), str(c.positives), c.precision, c.recall, c.specificity] for c in page.classifiers]
    return [table(heads, rows), *(corrected_table(each) for each in page.corrected)]


def corrected_table(corrected: Corrected) -> str:
    heads = [f"{corrected.title}: measured → corrected", *corrected.labels]
    rows = [[name, *(f"{was} → {mended}" for was, mended in cells)] for name, cells in corrected.rows]
    return table(heads, rows)


def noted(cell: Cell, note: int) -> str:
    interval, change = cell.interval and f"[{cell.interval}]", cell.change and f"({cell.change})"
    parts = [part for part in (cell.text, interval, change, cell.lift, cell.n) if part]
    return " ".join([*parts, f"({note})"] if note else parts)


def memory_parts(memory: MemoryTable) -> list[str]:
    heads = [f"{memory.title} (MiB)", "phase", *memory.kinds, "predicted", "measured", "residual"]
    rows = [[row.name, row.phase, *row.parts, row.predicted, row.measured, row.residual] for row in memory.rows]
    return [table(heads, rows), *bullets(memory.remarks)]


def expected_table(expected: Expected) -> str:
    heads = [f"measured: {name}" for name in expected.heads]
    rows = [[row.label, row.base, row.tuned, *map(measured, row.cells)] for row in expected.rows]
    return table([expected.title, "lecture: base", "lecture: tuned", *heads], rows)


def measured(cell: Measured) -> str:
    return f"{cell.text} ({cell.detail})" if cell.detail else cell.text


def forms_table(forms: Forms) -> str:
    heads = [f"{label}, {form} prompt" for label in forms.labels for form in FORMS]
    rows = [[row.name, *(number for number, _, _ in row.cells)] for row in forms.rows]
    return table([forms.title, *heads], rows)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = [[markdown_text(cell) for cell in row] for row in rows]
    text = tabulate(cells, [markdown_text(head) for head in heads], tablefmt="github", disable_numparse=True)
    return PADDING.sub(lambda found: found.group()[:3].rstrip(" ") or " ", text)


def claim_line(page: Page) -> list[str]:
    return [f"{claim.outcome}: {claim.nodeid} {claim.message}".strip() for claim in page.claims]


def unmeasured_lines(page: Page) -> list[str]:
    return [f"{record.case.id}: {status_words(record.status)}. {record.reason}" for record in page.unmeasured]


def reproduce(page: Page) -> list[str]:
    """The command as an indented block, which nothing inside can close."""
    facts = [f"{key}: {value}" for key, value in page.facts]
    versions = ", ".join(f"{name} {version}" for name, version in page.versions)
    lines = [*facts, *([f"versions: {versions}"] if versions else []), *page.run.plan.notes]
    return [f"    {one_line(page.run.plan.command)}", *bullets(lines)]
