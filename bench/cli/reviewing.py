"""`tunebench review` and `tunebench quality`: people decide about pairs, and what they kept is measured."""

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.errors import UserError

if TYPE_CHECKING:
    from bench.synthesis.review import Review

Who = Annotated[str, typer.Option(help="name stored with every decision; the user of this machine without it")]
Limit = Annotated[int | None, typer.Option(min=1, help="stop after so many decisions")]
Web = Annotated[bool, typer.Option("--web", help="a page on 127.0.0.1 in place of the terminal")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="for --web; 0 takes a free one")]
Export = Annotated[Path | None, typer.Option("--export-label-studio", help="write the pairs as tasks and stop")]
Import = Annotated[Path | None, typer.Option("--import-label-studio", help="take decisions from an export and stop")]


def review(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="a folder with pairs.jsonl")],
    who: Who = "",
    limit: Limit = None,
    web: Web = False,
    port: Port = 0,
    export_to: Export = None,
    import_from: Import = None,
) -> None:
    """Accept, edit or reject pairs, one key each; every decision is stored with who and when."""
    from bench.synthesis.review import open_review, write_reviewed

    opened, who = open_review(folder), who or user()
    if export_to:
        from bench.synthesis.label_studio import export_tasks

        typer.echo(f"{export_tasks(opened, export_to)} tasks written to {export_to}")
        return
    if import_from:
        done = imported(opened, import_from, who)
    elif web:
        from bench.synthesis.review_web import serve

        done = serve(opened, who, port, tell=lambda line: typer.echo(line, err=True))
    else:
        done = in_terminal(opened, who, limit)
    typer.echo(f"written: {write_reviewed(done)}")


def in_terminal(opened: "Review", who: str, limit: int | None) -> "Review":
    from bench.cli.console import console
    from bench.synthesis.review_terminal import desk_at, review_in_terminal

    return review_in_terminal(opened, desk_at(sys.stdin, console(), who), limit)


def imported(opened: "Review", path: Path, who: str) -> "Review":
    from bench.synthesis.label_studio import import_tasks
    from bench.synthesis.review import progress

    done, problems = import_tasks(opened, path, who)
    for problem in problems:
        typer.echo(problem, err=True)
    typer.echo(progress(done))
    return done


def user() -> str:
    """The login name; a container may have none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "reviewer"


def quality(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="a folder with pairs.jsonl")],
    reviewed_only: Annotated[
        bool, typer.Option("--reviewed-only", help="leave out what no person has accepted or edited")
    ] = False,
    licence: Annotated[str, typer.Option(help="of the text, for the dataset card, e.g. cc0-1.0")] = "",
) -> None:
    """Build dataset.jsonl from what was kept, measure it, and write quality.html and a dataset card."""
    from bench.cli.console import progress as working
    from bench.synthesis.curate_dataset import build_dataset
    from bench.synthesis.quality import quality_of
    from bench.synthesis.quality_page import figures, headline, warnings, write_quality

    has_pairs(folder)
    with working("measuring"):
        found = quality_of(folder, build_dataset(folder, reviewed_only=reviewed_only))
    typer.echo(headline(found))
    for figure in figures(found):
        typer.echo(f"  {figure.what:<34} {figure.value:>8}  {figure.over}")
    for warning in warnings(found):
        typer.echo(f"! {warning}", err=True)
    for path in [folder / "dataset.jsonl", *write_quality(folder, found, licence)]:
        typer.echo(f"written: {path}")


def has_pairs(folder: Path) -> None:
    if not (folder / "pairs.jsonl").is_file():
        raise UserError(
            f"{folder} has no pairs.jsonl; make some with `tunebench synthesize --text FILE --out {folder}`"
        )
