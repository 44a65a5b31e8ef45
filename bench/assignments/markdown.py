"""assignment.md: the ticks, tables and notes of the page as Markdown, nothing in it live but what the author wrote."""

import re
from collections.abc import Iterable

from bench.assignments.filling import Filled, Tick, points
from bench.assignments.tables.table import Cell, Table
from bench.report.escaping import markdown_text, show_hidden

CELL = 300
"""Characters of one table cell."""


def assignment_markdown(filled: Filled) -> str:
    parts = [
        f"# {markdown_text(filled.assignment.title)}",
        markdown_text(filled.author),
        f"{filled.summary}: {points(filled.points)} of {points(filled.assignment.points)} points.",
        bullets(f"No evidence: {warning}" for warning in filled.submission.warnings),
        "## Deliverables",
        "\n".join(map(tick_lines, filled.ticks)),
        "## The lecture's tables, filled" if filled.tables else "",
        markdown_text(filled.verdict),
        *(part for table in filled.tables for part in table_parts(table)),
        "## In my own words",
        fenced(filled.notes),
        *(f"### {markdown_text(room.heading)}\n\n*{markdown_text(room.hint)}*" for room in filled.rooms),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def tick_lines(tick: Tick) -> str:
    given = f"{points(tick.points)} of {points(tick.deliverable.points)}"
    bonus = "(bonus) " if tick.deliverable.bonus else ""
    first = f"- [{'x' if tick.met else ' '}] {bonus}{markdown_text(tick.deliverable.title)} ({given})"
    lines = [f"  - {'✓' if found.met else '○'} {markdown_text(found.said)}" for found in tick.found]
    how = [] if tick.met or not tick.deliverable.how else [f"  - to get it: {markdown_text(tick.deliverable.how)}"]
    return "\n".join([first, *lines, *how])


def table_parts(table: Table) -> list[str]:
    heading = f"### {markdown_text(table.title)}"
    if not table.rows:
        return [heading, f"Not filled: {markdown_text(table.why)}."]
    rows = [line(map(markdown_text, table.heads)), line("---" for _ in table.heads)]
    rows += [line(map(cell, row)) for row in table.rows]
    return [heading, "\n".join(rows), markdown_text(table.note)]


def line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def cell(each: Cell) -> str:
    text = f"{each.text} ({each.detail})" if each.detail and each.text else each.text + each.detail
    shown = markdown_text(text.replace("\n", " ↵ "))
    return shown if len(shown) <= CELL else shown[: CELL - 1].rstrip("\\&") + "…"


def bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {markdown_text(each)}" for each in lines)


def fenced(notes: str) -> str:
    """The author's Markdown as he wrote it, in a fence longer than any of its own: shown, never run."""
    if not notes:
        return ""
    fence = "`" * max(3, 1 + max((len(run) for run in runs(notes)), default=0))
    return f"{fence}markdown\n{show_hidden(notes).rstrip()}\n{fence}"


def runs(text: str) -> list[str]:
    """Its unbroken rows of backticks."""
    return re.findall("`+", text)
