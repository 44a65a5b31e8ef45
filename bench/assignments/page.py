"""assignment.html and assignment.md: one self-contained page for the author, and the same to paste elsewhere."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from markupsafe import Markup

from bench.assignments.evidence.need import Found
from bench.assignments.filling import Filled, points
from bench.assignments.notes import FILE, as_html
from bench.report.templating import templates

ASSETS = Path(__file__).parent / "assets"
REPORT_ASSETS = Path(__file__).parent.parent / "report" / "assets"
TRUSTED = (
    "records count where their seal fits (a keyless hash over record and outputs, which finds what was edited by hand, "
    "not what was forged on purpose); request logs, reviews and notes carry no seal."
)


def assignment_html(filled: Filled, prefix: str = "", report: bool = True) -> str:
    """The page. `prefix` leads from it to the submission's folder; `report` allows links into its report.html."""
    template = templates(ASSETS).get_template("assignment.html.j2")
    has_report = report and filled.submission.run is not None
    return template.render(
        filled=filled,
        notes=as_html(filled.notes),
        notes_file=FILE,
        points=points,
        linked=lambda found: link(found, prefix, report),
        report=prefix + filled.submission.in_report("").removesuffix("#") if has_report else "",
        trusted=TRUSTED,
        css=style(),
        css_hash=digest(style()),
    )


def link(found: Found, prefix: str, report: bool) -> str:
    """Where the evidence is; "" where that page is not the reader's own, so that nobody opens a stranger's."""
    if found.link.startswith("#") or not found.link:
        return found.link
    return "" if "report.html#" in found.link and not report else prefix + found.link


@cache
def style() -> Markup:
    """The report's look and what assignments add; files of our own, which need no escaping."""
    files = (REPORT_ASSETS / "report.css", ASSETS / "assignment.css")
    return Markup("".join(path.read_text(encoding="utf-8") for path in files))  # noqa: S704


def digest(text: str) -> str:
    """What the content security policy allows: this style and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
