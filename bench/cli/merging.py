"""`tunebench merge OUT RUN...`: runs from several machines or tox environments in one run folder and one report."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from bench.errors import UserError


def merge(
    out: Annotated[Path, typer.Argument(help="folder to write: new, or an earlier merge")],
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="run folders, e.g. reports/bench-cpu")] = [],  # noqa: B006
    existing: Annotated[
        bool, typer.Option("--existing", help="pass over RUN folders that are not there, as tox's `report` does")
    ] = False,
    assignment: Annotated[
        str, typer.Option(help="all folders are submissions of this assignment: a page and a grade sheet of them")
    ] = "",
    sheet: Annotated[Path, typer.Option("--out", help="with --assignment: folder to write")] = Path("merged"),
) -> None:
    """One report of several runs, with the hardware in a column; time and memory of unlike machines stay apart."""
    if assignment:
        from bench.cli.assigning import merge_assignment

        merge_assignment(assignment, [out, *runs], sheet)
        return
    if not runs:
        raise UserError(f"no run to merge into {out}; name run folders after it: tunebench merge OUT RUN...")
    from bench.cli.console import console
    from bench.record import write_atomic
    from bench.report.merge_runs import gather, write_merged
    from bench.report.merge_table import NOTE, grid, machine_tables, markdown, noise_notes
    from bench.report.render import write_reports

    merged = gather(wanted(runs, existing))
    tables = machine_tables(merged)
    command = shlex.join(["tunebench", "merge", str(out), *map(str, runs)])
    write_merged(out, merged, command, [NOTE, *noise_notes(tables)])
    write_atomic(out / "machines.md", markdown(tables, merged.left_out))
    screen = console()
    for table in tables:
        screen.print(table.title, style="bold", markup=False)
        screen.print(grid(table))
    screen.print(NOTE)
    for path in [out / "machines.md", *write_reports(out)]:
        typer.echo(path)
    for each in merged.left_out:
        typer.secho(f"tunebench: left out: {each}", err=True, fg="red")


def wanted(runs: list[Path], existing: bool) -> list[Path]:
    """Raises UserError where none of the folders is there."""
    if not existing:
        return runs
    found = [run for run in runs if run.is_dir()]
    if not found:
        raise UserError(f"none of {', '.join(map(str, runs))} is there; run the suites first, e.g. `tox run -e bench`")
    return found
