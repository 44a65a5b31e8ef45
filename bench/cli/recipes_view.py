"""`tunebench recipes` as text: the list, the forms of one recipe side by side, and what is wrong with each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from bench.cli.console import Part, heading, indented, line
from bench.cli.findings_view import COLOURS, number
from bench.recipes.comparison import Row, compared
from bench.recipes.lint import Finding, counts
from bench.recipes.reading import RecipeFile
from bench.report.escaping import one_line

TITLES = {"as_in_the_lecture": "as in the lecture", "translated": "translated", "corrected": "corrected"}
GROUPS = {
    "what": "What is tuned",
    "training": "Training",
    "generation": "Generation",
    "around": "Around it, in the lecture's code",
}
WIDE, WIDEST = 100, 130
"""Columns from which the list has a column for the lines, and those that a table takes at most."""
CHANGED = "→ "
"""Before a corrected value that differs from the translated one."""

Found = Mapping[str, Sequence[Finding]]
"""Form -> its findings."""


def list_view(rows: Sequence[tuple[RecipeFile, Found]], width: int) -> Iterator[Part]:
    """Name, title, lines and, by form, errors + warnings; a narrow terminal has the lines under the title."""
    wide = width >= WIDE
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), width=min(width, WIDEST))
    table.add_column("recipe", no_wrap=True, style="bold")
    table.add_column("what it tunes" if wide else "what it tunes, lecture lines", ratio=3)
    if wide:
        table.add_column("lecture lines", ratio=2, style="cyan")
    for title in ("lecture", "translated", "corrected"):
        table.add_column(title, justify="right", no_wrap=True)
    for file, found in rows:
        title, lines = one_line(file.recipe.title), Text(", ".join(file.recipe.lecture), style="cyan")
        about = [Text(title), lines] if wide else [Text.assemble(title, "\n", lines)]
        table.add_row(file.name, *about, *(tally(found.get(form)) for form in TITLES))
    yield table
    yield line()
    yield line(("errors + warnings of each form; `tunebench recipes NAME` shows them", "dim"))


def tally(findings: Sequence[Finding] | None) -> Text:
    if findings is None:
        return Text("-")
    errors, warnings = counts(list(findings))
    return Text(f"{errors} + {warnings}", style="red" if errors else "yellow" if warnings else "green")


def recipe_view(file: RecipeFile, found: Found, width: int, profile: str = "cpu") -> Iterator[Part]:
    """The forms side by side, then the findings of those in `found`."""
    recipe = file.recipe
    yield line((one_line(recipe.title), "bold"))
    yield indented(0, ("lecture lines ", "dim"), (", ".join(recipe.lecture), "cyan"))
    yield indented(0, ("models ", "dim"), "  ".join(f"{key}: {one_line(name)}" for key, name in recipe.models.items()))
    yield from tables(file, compared(recipe, profile), min(width, WIDEST))
    if len(recipe.forms) == len(TITLES):
        yield line((f"{CHANGED}differs from the translated form    (...) not said, the default", "dim"))
    yield from findings_part(found)
    yield from fixed_part(file)


def tables(file: RecipeFile, rows: Sequence[Row], width: int) -> Iterator[Part]:
    """One table for each group, all with the same columns."""
    forms = file.recipe.forms
    names = max(len(row.name) for row in rows) + 2
    room = (width - names) // len(forms) - 2
    for group, title in GROUPS.items():
        chosen = [row for row in rows if row.group == group]
        if not chosen:
            continue
        yield heading(title)
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=names - 2, style="cyan")
        for _ in forms:
            table.add_column(width=room)
        table.add_row("", *(Text(TITLES[form], style="dim") for form in forms))
        for row in chosen:
            table.add_row(row.name, *cells(row, room))
        yield table


def cells(row: Row, room: int) -> list[Text]:
    """A value that was corrected stands out; what is not said is dim."""
    texts = [Text(broken(cell, room), style="dim" if cell.startswith("(") else "") for cell in row.cells]
    if row.differs:
        texts[-1] = Text(broken(CHANGED + (row.cells[-1] or "-"), room), style="bold green")
    return texts


def broken(cell: str, room: int) -> str:
    """Lines of at most `room` columns, broken between words or behind the joints of a name: "_", "/", "-", ":", "+"."""
    lines: list[str] = []
    for text in cell.split("\n"):
        lines.append("")
        for piece in re.findall(r"[^\s_/:+-]*[\s_/:+-]?", one_line(text)):
            if lines[-1] and len(lines[-1] + piece.rstrip()) > room:
                lines.append("")
            lines[-1] += piece
    return "\n".join(each.rstrip() for each in lines)


def findings_part(found: Found) -> Iterator[Part]:
    for form, findings in found.items():
        yield heading(f"{TITLES[form]}: {summary(findings)}")
        for finding in findings:
            severity = (f"{finding.severity:<8}", COLOURS[finding.severity])
            yield indented(2, severity, (f"{one_line(finding.where)}: ", "cyan"), one_line(finding.message))


def fixed_part(file: RecipeFile) -> Iterator[Part]:
    if not file.recipe.fixed:
        return
    yield heading("What was corrected")
    for each in file.recipe.fixed:
        yield indented(2, (f"{each.line}  ", "cyan"), one_line(each.wrong), (" → ", "dim"), one_line(each.now))


def summary(findings: Sequence[Finding]) -> str:
    errors, warnings = counts(list(findings))
    return f"{number(errors, 'error')}, {number(warnings, 'warning')}"


def list_json(rows: Sequence[tuple[RecipeFile, Found]]) -> dict[str, Any]:
    return {
        "recipes": [
            {
                "name": file.name,
                "title": file.recipe.title,
                "lecture": list(file.recipe.lecture),
                "findings": {form: tallied(findings) for form, findings in found.items()},
            }
            for file, found in rows
        ]
    }


def tallied(findings: Sequence[Finding]) -> dict[str, int]:
    errors, warnings = counts(list(findings))
    return {"errors": errors, "warnings": warnings}


def recipe_json(file: RecipeFile, found: Found) -> dict[str, Any]:
    """The forms as written, and the findings of those asked for."""
    forms = {
        form: getattr(file.recipe, form).model_dump(exclude_unset=True)
        | tallied(findings)
        | {"findings": [vars(finding) for finding in findings]}
        for form, findings in found.items()
    }
    return {"name": file.name, "title": file.recipe.title, "lecture": list(file.recipe.lecture), "forms": forms}
