"""Writes comparison.csv, report.md and report.html; the same run folder always gives the same bytes."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from markupsafe import Markup

from bench.record import write_atomic
from bench.report.comparison import status_words
from bench.report.curves import loss_plot
from bench.report.difference_plots import difference_plots
from bench.report.front_plots import front_plots
from bench.report.markdown import report_markdown
from bench.report.page import Page
from bench.report.plots import quality_plot
from bench.report.run_folder import Run, read_run
from bench.report.tables import comparison_csv
from bench.report.templating import templates

PLOTS = 24
"""Panels on the page; one takes 60 ms to draw, and nobody compares more by eye."""
ASSETS = Path(__file__).parent / "assets"


def write_reports(folder: Path) -> list[Path]:
    """Rebuild all reports of a run folder from its records; returns the files, the page last."""
    run = read_run(folder)
    texts = {
        "comparison.csv": comparison_csv(run.records),
        "report.md": report_markdown(run),
        "report.html": report_html(run),
    }
    for name, text in texts.items():
        write_atomic(run.folder / name, text)
    return [run.folder / name for name in texts]


def report_html(run: Run) -> str:
    """One self-contained page: no request leaves it, and it works with scripts off."""
    page = Page(run)
    told = {anchor for anchor, _ in page.differences}
    measured = [(group, anchor) for group, anchor in page.groups if group.main is not None and anchor not in told]
    plots = [(group.title, quality_plot(group, f"plot-{anchor}")) for group, anchor in measured[:PLOTS]]
    css, script = asset("report.css"), asset("report.js")
    template = templates(ASSETS).get_template("report.html.j2")
    return template.render(
        page=page,
        plots=plots,
        difference_plots={anchor: difference_plots(table, f"differ-{anchor}") for anchor, table in page.differences},
        front_plots={anchor: front_plots(table, f"front-{anchor}") for anchor, table in page.tradeoffs},
        loss_plots={anchor: loss_plot(group, f"loss-{anchor}") for group, anchor in page.groups[:PLOTS]},
        css=css,
        script=script,
        script_hash=digest(script),
        status_words=status_words,
    )


@cache
def asset(name: str) -> Markup:
    """A file of our own, which needs no escaping."""
    return Markup((ASSETS / name).read_text(encoding="utf-8"))  # noqa: S704


def digest(script: str) -> str:
    """What the content security policy allows: this script and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
