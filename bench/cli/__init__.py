"""The command line. Heavy libraries are imported inside the commands, so that `-h` answers at once."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.chatting import chat
from bench.cli.comparing import compare
from bench.cli.data import data
from bench.cli.estimating import estimate
from bench.cli.exporting import export
from bench.cli.listing import list_names
from bench.cli.merging import merge
from bench.cli.recipes import recipes
from bench.cli.reviewing import quality, review
from bench.cli.serving import serve
from bench.cli.synthesizing import synthesize
from bench.errors import UserError

app = typer.Typer(
    name="tunebench",
    help="Benchmark and evaluate instruction fine-tuning. The main job is `pytest -m bench`.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(data, name="data")
app.command("compare")(compare)
app.command("estimate")(estimate)
app.command("chat")(chat)
app.command("export")(export)
app.command("list")(list_names)
app.command("merge")(merge)
app.command("recipes")(recipes)
app.command("review")(review)
app.command("quality")(quality)
app.command("serve")(serve)
app.command("synthesize")(synthesize)


@app.command()
def report(
    run: Annotated[Path, typer.Argument(help="a run folder, e.g. reports/latest")],
    assignment: Annotated[str, typer.Option(help="fill this assignment, too: a name, or a .toml file")] = "",
    author: Annotated[str, typer.Option(help="the name on the assignment's page")] = "",
    notes: Annotated[Path | None, typer.Option(help="Markdown for it (default: notes.md of the folder)")] = None,
) -> None:
    """Rebuild comparison.csv, comparison.tex, report.md, report.html and cards/ from a run's records."""
    from bench.report.render import write_reports

    if assignment:
        from bench.cli.assigning import report_assignment

        report_assignment(run, assignment, author, notes)
        return
    if author or notes:
        raise UserError("--author and --notes belong to an assignment; name one with --assignment")

    if not (run / "plan.json").is_file():
        raise UserError(f"{run} is not a run folder: it has no plan.json")
    for path in write_reports(run):
        typer.echo(path)


@app.command()
def score(
    metric: Annotated[str, typer.Argument(help="see `tunebench list metrics`; rouge:L is one of its columns")],
    file: Annotated[Path, typer.Argument(help="rows with 'response' and what the metric needs: .jsonl, .json, .csv")],
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout and nothing else")] = False,
    floors: Annotated[bool, typer.Option("--floors", help="what null models reach on the same items, too")] = False,
    prompts: Annotated[
        Path | None, typer.Option(help="take what a row lacks from the row with its prompt here")
    ] = None,
) -> None:
    """Score a file of responses with one metric; no model is needed."""
    from bench.cli.scoring import score_file

    score_file(metric, file, prompts=prompts, floors=floors, as_json=as_json)


@app.command()
def pretrain(
    recipe: Annotated[Path, typer.Argument(help="e.g. fixtures/models/tiny-gpt2.toml")],
    out: Annotated[Path | None, typer.Option(help="folder to write (default: beside the recipe)")] = None,
) -> None:
    """Pretrain a base model of our own on generated text, on one CPU core."""
    from bench.pretraining import pretrain as run

    typer.echo(run(recipe, out))


def main() -> None:
    """Run a command; a user's mistake is one line on stderr and exit code 2."""
    try:
        app()
    except UserError as error:
        message = str(error)
    except OSError as error:
        if error.filename is None:
            raise
        message = f"{error.filename}: {error.strerror or error}"
    else:
        return
    typer.echo(f"tunebench: {message}", err=True)
    sys.exit(2)
