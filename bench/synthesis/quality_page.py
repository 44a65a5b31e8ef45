"""The quality of a dataset as one page, quality.html, and as a dataset card, README.md: both need nothing else.

The card has the front matter of the Hub (huggingface_hub's DatasetCardData), so the folder can be uploaded as it is.
"""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from bench.record import Score, write_atomic
from bench.report.escaping import markdown_text
from bench.report.templating import templates
from bench.synthesis.quality import Quality
from bench.synthesis.review import ENOUGH
from bench.synthesis.rows import DATASET

ASSETS = Path(__file__).parent / "assets"
CSS = Path(__file__).parent.parent / "report" / "assets" / "report.css"
OWN_CSS = ".figures tbody th { min-width: 9.5rem; } .figures thead th:last-child { text-align: left; }"
SHOWN = 12
"""Rows on the page."""
LEVELS = ("easy", "basic", "medium", "intermediate", "hard", "advanced")
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"))
"""The Hub's size categories."""


class Figure(NamedTuple):
    """One line of the table of figures."""

    what: str
    value: str
    interval: str
    over: str
    about: str


def write_quality(folder: Path, quality: Quality, licence: str = "") -> list[Path]:
    """Writes quality.html and README.md; returns their paths."""
    page, card = folder / "quality.html", folder / "README.md"
    write_atomic(page, quality_page(quality))
    write_atomic(card, dataset_card(quality, licence))
    return [page, card]


def quality_page(quality: Quality) -> str:
    """Everything that comes from data is escaped; no script, and styles allowed by their hash alone."""
    css = CSS.read_text(encoding="utf-8") + OWN_CSS
    return (
        templates(ASSETS)
        .get_template("quality.html.j2")
        .render(
            quality=quality,
            css=Markup(css),  # noqa: S704
            css_hash=f"sha256-{b64encode(sha256(css.encode()).digest()).decode()}",
            headline=headline(quality),
            tallies=tallies(quality),
            warnings=list(warnings(quality)),
            figures=list(figures(quality)),
            levels=levels(quality),
            rows=len(quality.built.pairs),
            sample=sample(quality),
        )
    )


def headline(quality: Quality) -> str:
    rows, people = len(quality.built.pairs), reviewed_rows(quality)
    by = "none of them reviewed by a person" if not people else f"{people:,} of them reviewed by a person"
    return f"{quality.name}: {rows:,} instruction{'s' if rows != 1 else ''} with answers, {by}"


def reviewed_rows(quality: Quality) -> int:
    return sum(n for status, n in quality.statuses.items() if status != "unreviewed")


def tallies(quality: Quality) -> list[tuple[str, int]]:
    parts = [(part, n) for part, n in quality.built.counts.items()]
    return [("pairs made", quality.made), ("of them left out", len(quality.built.dropped)), *parts]


def warnings(quality: Quality) -> Iterator[str]:
    """What must not be overlooked."""
    people, rows = reviewed_rows(quality), len(quality.built.pairs)
    if people < rows:
        yield (
            f"{rows - people:,} of {rows:,} rows passed automatic checks and were read by nobody; "
            "call none of them curated."
        )
    if quality.scaled.get("plan", {}).get("without_review"):
        yield f"It was scaled up with --without-review, before {ENOUGH} pairs had been reviewed."
    if stopped := quality.scaled.get("ended", {}).get("stopped"):
        yield f"Scaling ended early: {stopped}"


def figures(quality: Quality) -> Iterator[Figure]:
    yield scored("Supported by evidence", quality.grounding, "names, numbers, words and denials stand in the evidence")
    for of, columns in quality.diversity.items():
        yield scored(f"Distinct word pairs, {of}", columns["distinct_2"], "of 1,000 word pairs; more is more varied")
        yield scored(f"Self-BLEU, {of}", columns["self_bleu"], "likeness to each other, 0 to 1; less is more varied")
    for field, value in quality.entropy.items():
        about = "1: all equally frequent" if value is not None else "fewer than two classes"
        yield Figure(f"Entropy of {field}", shown(value), "", f"{len(quality.balance[field])} classes", about)
    rows = len(quality.built.pairs)
    yield Figure("Near-copies left", f"{quality.copies}", "", f"{rows:,} rows", "ROUGE-L of question and answer >= 0.7")
    yield Figure("Questions asked twice", f"{quality.several}", "", f"{rows:,} rows", "with another answer")
    yield from length_figures(quality)
    yield scored("Kappa, checks and reviewer", quality.agreement, "1: the checks pass just what a person accepts")
    yield from check_figures(quality)


def length_figures(quality: Quality) -> Iterator[Figure]:
    rows = f"{len(quality.built.pairs):,} rows"
    for field, found in quality.lengths.items():
        about = f"shortest {found.least}, 80 % between {found.tenth:g} and {found.ninetieth:g}, longest {found.most}"
        yield Figure(f"Words of {field}, median", f"{found.middle:g}", "", rows, about)


def check_figures(quality: Quality) -> Iterator[Figure]:
    for check, n in quality.checks.items():
        passed = f"{100 * (quality.made - n) / quality.made:.1f} %"
        yield Figure(f"Check: {check}", passed, "", f"{quality.made:,} pairs made", f"{n:,} did not pass")


def scored(what: str, score: Score, about: str) -> Figure:
    """A score with its interval and denominator; why there is none, where there is none."""
    interval = f"{score.low:.3f} to {score.high:.3f}" if score.low is not None and score.high is not None else ""
    over = f"{score.n:,} rows" + (f", {score.unscored:,} left out" if score.unscored else "")
    return Figure(what, shown(score.value), interval, over, about if score.value is not None else score.why)


def shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def levels(quality: Quality) -> list[str]:
    """Difficulties, the usual ones first and in their order."""
    found = set(quality.balance["difficulty"])
    return [*(level for level in LEVELS if level in found), *sorted(found - set(LEVELS))]


def sample(quality: Quality) -> list[object]:
    """Rows in the order of a hash of their ids: no one chose them."""
    pairs = sorted(quality.built.pairs, key=lambda p: sha256(f"row {p.id}".encode("utf-8", "surrogatepass")).digest())
    return list(pairs[:SHOWN])


def dataset_card(quality: Quality, licence: str = "") -> str:
    """Markdown with the Hub's front matter; texts from data are escaped."""
    parts = [f"---\n{front_matter(quality, licence)}\n---\n", f"# {markdown_text(quality.name)}\n"]
    parts += [f"{markdown_text(headline(quality))}.\n"]
    parts += [f"> {markdown_text(warning)}\n" for warning in warnings(quality)]
    parts += [
        "## Rows\n",
        row_table(quality),
        "## Quality\n",
        figure_table(quality),
        "## How it was made\n",
        made(quality),
    ]
    return "\n".join(parts)


def front_matter(quality: Quality, licence: str) -> str:
    from huggingface_hub import DatasetCardData

    rows = len(quality.built.pairs)
    return DatasetCardData(
        language="en",
        license=licence or None,
        task_categories=["question-answering", "text-generation"],
        size_categories=next((name for most, name in SIZES if rows < most), "100K<n<1M"),
        annotations_creators=["machine-generated", "expert-generated"]
        if reviewed_rows(quality)
        else "machine-generated",
        pretty_name=quality.name,
        tags=["instruction-tuning", "synthetic"],
        configs=[{"config_name": "default", "data_files": DATASET}],
    ).to_yaml()


def row_table(quality: Quality) -> str:
    fields = "`instruction`, `response`, `type`, `category`, `difficulty`, `evidence`, `passage_id`, `status`, `split`"
    counts = ", ".join(f"{n:,} {part}" for part, n in quality.built.counts.items())
    people = ", ".join(f"{n:,} {status}" for status, n in quality.statuses.items())
    return f"{DATASET} has {fields}. Splits: {counts}; no passage stands in two of them. By review: {people}.\n"


def figure_table(quality: Quality) -> str:
    lines = ["| figure | value | 95 % interval | over |", "|---|---|---|---|"]
    for figure in figures(quality):
        cells = (figure.what, figure.value, figure.interval or "–", figure.over)
        lines.append("| " + " | ".join(markdown_text(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def made(quality: Quality) -> str:
    """Teachers, and what became of what they said."""
    teachers = ", ".join(sorted({f"`{markdown_text(pair.teacher)}`" for pair in quality.built.pairs}))
    reasons = [f"{n:,} {reason} ({stage})" for stage, found in quality.dropped.items() for reason, n in found.items()]
    left_out = "; ".join(markdown_text(reason) for reason in reasons[:12]) or "nothing"
    return (
        f"Passages of a text, instructions about them, answers made from the passages alone by {teachers}, five "
        f"automatic checks, review by people, near-copies removed. Left out: {left_out}.\n"
    )
