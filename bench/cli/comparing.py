"""`tunebench compare A B`: what changed between two runs, with paired tests, and an exit code for build servers."""

from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = 5


def compare(
    before: Annotated[Path, typer.Argument(help="the earlier run folder, e.g. reports/2026-01-31T10-00-00")],
    after: Annotated[Path, typer.Argument(help="the later one, e.g. reports/latest")],
    fail_under: Annotated[
        list[str] | None,
        typer.Option(metavar="METRIC:DROP", help="exit 1 when the column got worse by more, in its unit (repeat)"),
    ] = None,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Markdown on stdout, e.g. for a pull request")
    ] = False,
    examples: Annotated[int, typer.Option(min=0, help="changed answers to show")] = EXAMPLES,
) -> None:
    """Changed cells with paired tests and changed answers; exit code 1 on a drop beyond --fail-under."""
    from bench.cli.console import console
    from bench.report.compare_gate import baseline, compare_gated, read_limits
    from bench.report.compare_text import markdown, view

    limits = read_limits(fail_under or [])
    found, drops = compare_gated(baseline(before), baseline(after), limits)
    if as_markdown:
        typer.echo(markdown(found, drops, examples), nl=False)
    else:
        screen = console()
        for part in view(found, drops, examples):
            screen.print(part)
    if drops:
        raise typer.Exit(1)
