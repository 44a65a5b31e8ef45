"""`tunebench report RUN --assignment NAME` and `tunebench merge --assignment NAME SUBMISSION...`."""

from pathlib import Path

import typer


def report_assignment(folder: Path, name: str, author: str, notes: Path | None) -> None:
    """Write the page, and say which deliverables are shown and how to get the others."""
    from bench.assignments.writing import write_assignment

    filled, paths = write_assignment(folder, name, author, notes)
    for tick in filled.ticks:
        mark = "shown" if tick.met else "bonus" if tick.deliverable.bonus else "open"
        typer.echo(f"  {mark:<6} {tick.deliverable.title}")
        if not tick.met and tick.deliverable.how:
            typer.echo(f"         to get it: {tick.deliverable.how}")
    for warning in filled.submission.warnings:
        typer.echo(f"  no evidence: {warning}", err=True)
    typer.echo(filled.summary)
    for path in paths:
        typer.echo(path)


def merge_assignment(name: str, folders: list[Path], out: Path) -> None:
    """Write the instructor's page, the grade sheet and Gradescope's files, and say where they are."""
    from bench.assignments.submissions import merge_submissions

    page, grades, *others = merge_submissions(name, folders, out)
    typer.echo(page)
    typer.echo(grades)
    typer.echo(f"and {len(others)} files below {out / 'pages'} and {out / 'gradescope'}")
