"""`tunebench data lint` as text: findings by rule, each with its place, and one line that sums them up."""

from collections.abc import Iterator, Sequence
from typing import Any

from bench.cli.console import Part, indented, line
from bench.data.lint import RULES, Finding
from bench.report.escaping import one_line

FEW = 5
"""Findings shown of each rule unless all are asked for."""
SHOWN = 200
"""Characters of a row's text that are quoted."""
REASONS = {rule.name: rule.reason for rule in RULES}
COLOURS = {"error": "bold red", "warning": "yellow"}


def findings_view(findings: Sequence[Finding], examples: int, *, every: bool = False) -> Iterator[Part]:
    """Errors first, then the rules with most findings."""
    groups = by_rule(findings)
    for group in sorted(groups.values(), key=lambda group: (group[0].severity != "error", -len(group))):
        yield from rule_part(group, len(group) if every else FEW)
    yield line((summary_line(findings, examples), "bold"))


def by_rule(findings: Sequence[Finding]) -> dict[tuple[str, str], list[Finding]]:
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.severity, finding.rule), []).append(finding)
    return groups


def rule_part(group: Sequence[Finding], most: int) -> Iterator[Part]:
    first = group[0]
    severity = (f"{first.severity}  ", COLOURS.get(first.severity, ""))
    yield line(severity, (first.rule, "bold"), f"  {len(group):,}", (f"  {REASONS.get(first.rule, '')}", "dim"))
    for finding in group[:most]:
        yield indented(2, (f"{one_line(finding.where)}: ", "cyan"), one_line(finding.message))
        if finding.shown:
            yield indented(6, (one_line(finding.shown, SHOWN), "dim"))
    if len(group) > most:
        yield indented(2, (f"{len(group) - most:,} more; --all shows them", "dim"))
    yield line()


def counts(findings: Sequence[Finding]) -> tuple[int, int]:
    """(errors, warnings)."""
    errors = sum(finding.severity == "error" for finding in findings)
    return errors, len(findings) - errors


def summary_line(findings: Sequence[Finding], examples: int) -> str:
    """ "2,000 examples: 1 error, 14 warnings"."""
    errors, warnings = counts(findings)
    return f"{number(examples, 'example')}: {number(errors, 'error')}, {number(warnings, 'warning')}"


def number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def findings_json(findings: Sequence[Finding], examples: int) -> dict[str, Any]:
    errors, warnings = counts(findings)
    rows = [
        {"rule": f.rule, "severity": f.severity, "where": f.where, "message": f.message, "shown": f.shown}
        for f in findings
    ]
    return {"examples": examples, "errors": errors, "warnings": warnings, "findings": rows}
