"""comparison.tex: the tables as booktabs, to `\\input` into a paper or an assignment.

Whatever a name holds is shown as it is: every character that TeX would act on is escaped, and one that pdflatex has no
glyph for becomes its number, so that no name can stop the compilation.
"""

import re
from collections.abc import Callable, Sequence

from bench.report.cells import EMPTY, Cell
from bench.report.comparison import Comparison, Row
from bench.report.escaping import one_line
from bench.report.examples import unique_slugs
from bench.report.page import Page
from bench.report.terminal import telling

COLUMNS = 5
"""Score columns of a table, the main one first; comparison.csv has them all."""
COSTS = (1, 4)
"""Of the cost cells: training time and peak memory."""
LONGEST = 60
"""Characters of a name."""
CAPTION = 180
HEAD = r"""% Made by tunebench from the records of a run. In the preamble:
%   \usepackage[T1]{fontenc}
%   \usepackage{booktabs}
"""
SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "[": "{[}",
    "]": "{]}",
    "-": "{-}",
    "–": "--",
    "−": "$-$",
    "±": r"$\pm$",
    "·": r"\textperiodcentered{}",
    "…": r"\ldots{}",
    "→": r"$\to$",
    "\u00a0": "~",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
}
KNOWN = re.compile(r"[ -~\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]")
"""ASCII and the Latin letters that the T1 encoding has."""


def comparison_latex(page: Page) -> str:
    """One table for each group; a comment where nothing was measured."""
    labels = unique_slugs(f"tab-{anchor}" for anchor, _ in page.comparisons)
    tables = [
        table(comparison, label, best_of(page, anchor))
        for (anchor, comparison), label in zip(page.comparisons, labels, strict=True)
        if any(row.is_measured for row in comparison.rows)
    ]
    return HEAD + "\n" + ("\n".join(tables) or "% Nothing was measured.\n")


def best_of(page: Page, anchor: str) -> Callable[[Row], bool]:
    return lambda row: (place := page.place_of(anchor, row.record)) is not None and place.is_best


def table(comparison: Comparison, label: str, is_best: Callable[[Row], bool]) -> str:
    places = telling(comparison.columns)[:COLUMNS]
    heads = ["method", "$n$", *(latex_text(comparison.columns[place].short) for place in places)]
    heads += [latex_text(comparison.cost_labels[place][0]) for place in COSTS]
    lines = [line(cells(row, places, is_best(row))) for row in comparison.rows]
    kinds = "lr" + "r" * (len(heads) - 2)
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering\footnotesize",
            rf"\caption{{{latex_text(comparison.title, CAPTION)}. In brackets the 95\,\% interval; bold: best group.}}",
            rf"\label{{{label}}}",
            rf"\begin{{tabular}}{{{kinds}}}",
            r"\toprule",
            line(heads),
            r"\midrule",
            *lines,
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def line(found: Sequence[str]) -> str:
    return " & ".join(found) + r" \\"


def cells(row: Row, places: Sequence[int], is_best: bool) -> list[str]:
    name = latex_text(row.name, LONGEST)
    if not row.is_measured:
        return [f"{name} ({latex_text(row.status)})", *("" for _ in range(1 + len(places) + len(COSTS)))]
    scores = [cell(row.scores[place], is_best and not position) for position, place in enumerate(places)]
    return [name, latex_text(row.n), *scores, *(latex_text(row.costs[place].text) for place in COSTS)]


def cell(found: Cell, is_best: bool) -> str:
    """A number with its interval; the dash of an empty cell."""
    text = latex_text(found.text)
    text = rf"\textbf{{{text}}}" if is_best and found.text != EMPTY else text
    return f"{text} {{[}}{latex_text(found.interval)}{{]}}" if found.interval else text


def latex_text(text: str, limit: int | None = None) -> str:
    """One line of LaTeX that shows `text` as it is."""
    return "".join(map(shown, one_line(text, limit)))


def shown(character: str) -> str:
    if character in SPECIAL:
        return SPECIAL[character]
    return character if KNOWN.fullmatch(character) else rf"\textless{{}}U+{ord(character):04X}\textgreater{{}}"
