"""Writes comparison.csv, comparison.tex, report.md and report.html; the same run folder always gives the same bytes."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from markupsafe import Markup

from bench.record import write_atomic
from bench.report.behaviour_plots import behaviour_plot
from bench.report.comparison import status_words
from bench.report.confusion_plots import confusion_plots
from bench.report.curves import loss_plot
from bench.report.difference_plots import difference_plots
from bench.report.front_plots import front_plots
from bench.report.groups import Group
from bench.report.growth_plots import growth_plots
from bench.report.latex import comparison_latex
from bench.report.markdown import report_markdown
from bench.report.model_card import write_cards
from bench.report.page import Page
from bench.report.plots import quality_plot
from bench.report.run_folder import read_run
from bench.report.tables import comparison_csv
from bench.report.templating import templates

PLOTS = 24
"""Tables with plots; one plot takes 60 ms to draw, and nobody compares more by eye."""
FRONTS = 8
"""Tables with plots of what quality costs, two each."""
CARDS = 200
"""Model cards written; a larger run writes none, `tunebench export` makes one for the model that is kept."""
LONGEST = 20_000
"""Characters of one text on the page; the records have all of them."""
ASSETS = Path(__file__).parent / "assets"


def write_reports(folder: Path) -> list[Path]:
    """Rebuild all reports of a run folder from its records; returns the files, the page last."""
    run = read_run(folder)
    page = Page(run)
    texts = {
        "comparison.csv": comparison_csv(page.records),
        "comparison.tex": comparison_latex(page),
        "report.md": report_markdown(page),
        "report.html": report_html(page),
    }
    for name, text in texts.items():
        write_atomic(run.folder / name, text)
    if len(run.records) <= CARDS:
        write_cards(run.folder / "cards", [group for group, _ in page.groups], run.plan.command)
    return [run.folder / name for name in texts]


def report_html(page: Page) -> str:
    """One self-contained page: no request leaves it, and it works with scripts off."""
    drawn = page.groups[:PLOTS]
    css, script = asset("report.css"), asset("report.js")
    template = templates(ASSETS, LONGEST).get_template("report.html.j2")
    return template.render(
        page=page,
        figures={anchor: figures(group, f"p{place}") for place, (group, anchor) in enumerate(drawn)},
        difference_plots={
            anchor: difference_plots(table, f"d{place}")
            for place, (anchor, table) in enumerate(page.differences[:FRONTS])
        },
        front_plots={
            anchor: front_plots(table, f"f{place}") for place, (anchor, table) in enumerate(page.tradeoffs[:FRONTS])
        },
        loss_plots={anchor: loss_plot(group, f"l{place}") for place, (group, anchor) in enumerate(drawn)},
        growth=growth_plots(page.run.records, "growth"),
        css=css,
        css_hash=digest(css),
        script=script,
        script_hash=digest(script),
        status_words=status_words,
    )


def figures(group: Group, name: str) -> list[tuple[str, Markup]]:
    """(caption, SVG) of one table: quality, what the answers are, and which class was taken for which.

    None of a table of deliberate differences, whose own section has its plots.
    """
    if any(record.case.against for record in group.records):
        return []
    quality = quality_plot(group, f"{name}-quality")
    found = [(group.main.label if group.main else "", quality)]
    found.append(("What the answers are", behaviour_plot(group, f"{name}-behaviour")))
    matrices = [(f"Labels, {row}", plot) for row, plot in confusion_plots(group, f"{name}-confusion")]
    return [(caption, plot) for caption, plot in found if plot] + matrices


@cache
def asset(name: str) -> Markup:
    """A file of our own, which needs no escaping."""
    return Markup((ASSETS / name).read_text(encoding="utf-8"))  # noqa: S704


def digest(text: str) -> str:
    """What the content security policy allows: this script or style and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
