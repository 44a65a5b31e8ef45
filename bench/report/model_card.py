"""A model card for each trained model: what it is, what it scored, how it was made and how far to trust that.

The form is Hugging Face's (README.md with a YAML head, as huggingface_hub's ModelCard reads it); Mitchell et al.,
"Model Cards for Model Reporting", arXiv 1810.03993. Nothing is fetched or pushed.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.case import short_name
from bench.record import RunRecord, write_atomic
from bench.report.cells import COST_LABELS, EMPTY, cost_cells, floor_text, interval, shown
from bench.report.columns import Column, column, ordered
from bench.report.equal import facts, said
from bench.report.escaping import markdown_text, one_line
from bench.report.groups import Group

MEASURED = ("ok", "failed_claim")


def write_cards(folder: Path, groups: Sequence[Group], command: str) -> list[Path]:
    """CARDS/<case>.md for every model that was trained and measured; returns the files."""
    written = []
    for group in groups:
        for record in trained(group):
            path = folder / f"{record.case.file_name}.md"
            write_atomic(path, model_card(record, group.base_of(record), command=command))
            written.append(path)
    return written


def trained(group: Group) -> list[RunRecord]:
    return [record for record in group.tuned if record.status in MEASURED and record.cost.train]


def model_card(
    record: RunRecord, base: RunRecord | None = None, *, command: str = "", licence: str = "", usage: str = ""
) -> str:
    """The README.md of one trained model; `usage` is Markdown that stands under "Use", `base` the untuned row."""
    parts = [
        f"# {title(record)}",
        summary(record),
        *section("Use", usage),
        *section("Measured", measured(record, base)),
        *section("Training", bullets(training(record))),
        *section("What it took", bullets(costs(record))),
        *section("Limits", bullets(limits(record))),
        *section("How to reproduce", reproduce(record, command)),
    ]
    return f"---\n{head(record, licence)}\n---\n\n" + "\n\n".join(parts) + "\n"


def head(record: RunRecord, licence: str) -> str:
    """The YAML that the Hub and huggingface_hub read; a base model without a Hub id is named in the text alone."""
    from huggingface_hub import ModelCardData

    family, _, name = record.case.model.partition(":")
    data = ModelCardData(
        library_name="transformers",
        license=one_line(licence) or None,
        base_model=one_line(name) if family == "hub" else None,
        tags=["instruction-tuning", "tunebench", one_line(record.case.method.partition(":")[0])],
        model_name=one_line(record.case.label),
        eval_results=list(results(record)) or None,
    )
    return str(data.to_yaml())


def results(record: RunRecord) -> Iterator[Any]:
    from huggingface_hub import EvalResult

    dataset = one_line(short_name(record.case.dataset))
    for each in columns(record):
        yield EvalResult("text-generation", dataset, dataset, each.name, record[each.name], metric_name=each.label)


def columns(record: RunRecord) -> list[Column]:
    names = {name for name, score in record.scores.items() if score.value is not None and "@" not in name}
    return [column(name, record.case.metrics) for name in ordered(names)]


def title(record: RunRecord) -> str:
    case = record.case
    return markdown_text(f"{short_name(case.model)}, {case.method} on {short_name(case.trained_on)}")


def summary(record: RunRecord) -> str:
    case = record.case
    model, dataset = short_name(case.model), short_name(case.trained_on)
    words = f"The base model {model}, fine-tuned by {case.method} on {dataset} with seed {case.seed}"
    return markdown_text(f"{words} and asked in the template {case.template}; measured by tunebench.")


def section(heading: str, text: str) -> list[str]:
    return [f"## {heading}", text] if text else []


def bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {markdown_text(line)}" for line in lines)


def measured(record: RunRecord, base: RunRecord | None) -> str:
    from tabulate import tabulate

    heads = ["column", "value", "95 % interval", "n", "base", "best null model"]
    rows = [[markdown_text(cell) for cell in row(record, base, each)] for each in columns(record)]
    return tabulate(rows, heads, tablefmt="github", disable_numparse=True) if rows else ""


def row(record: RunRecord, base: RunRecord | None, each: Column) -> list[str]:
    score, before = record.scores[each.name], base[each.name] if base else None
    value = EMPTY if score.value is None else shown(score.value, each.unit)
    was = EMPTY if before is None else shown(before, each.unit)
    floor = floor_text(score, each.unit).removeprefix("floor ") or EMPTY
    return [each.label, value, interval(score, each.unit) or EMPTY, str(score.n), was, floor]


def training(record: RunRecord) -> list[str]:
    if not isinstance(record.resolved.get("train"), dict):
        return []
    told = [(name, value) for name, value in facts(record) if value is not None and name not in ("method", "seed")]
    return [f"{name}: {said(name, value)}" for name, value in told]


def costs(record: RunRecord) -> list[str]:
    cells = zip(COST_LABELS, cost_cells(record), strict=True)
    return [f"{label} ({about}): {cell.text}" for (label, about), cell in cells if cell.text != EMPTY]


def limits(record: RunRecord) -> list[str]:
    tested = max((score.n for score in record.scores.values()), default=0)
    told = [
        f"Measured on {tested} test examples of one dataset; nothing is known of other questions.",
        "One training seed: its intervals cover the test examples, not the luck of training.",
    ]
    if any(score.error for score in record.scores.values()):
        told.append("Rates come from rules with errors of their own; report.html tells how often the rules are right.")
    return told + [f"A claim failed: {claim.message}" for claim in record.claims if claim.outcome == "failed"]


def reproduce(record: RunRecord, command: str) -> str:
    prints = ", ".join(f"{name} {value[:12]}" for name, value in record.fingerprint.items())
    versions = record.environment.get("versions")
    known = versions.items() if isinstance(versions, dict) else ()
    used = ", ".join(f"{name} {version}" for name, version in known)
    lines = [f"{name}: {text}" for name, text in (("fingerprint", prints), ("versions", used)) if text]
    parts = [f"    {one_line(command)}"] if command else []
    return "\n\n".join([*parts, *([bullets([f"case: {record.case.id}", *lines])])])
