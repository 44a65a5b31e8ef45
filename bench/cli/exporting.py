"""`tunebench export`: a run's trained model as a folder for others."""

from pathlib import Path
from typing import Annotated

import typer


def export(
    run: Annotated[str, typer.Argument(metavar="RUN", help="a run folder, e.g. reports/latest")],
    case: Annotated[
        str, typer.Argument(metavar="CASE", help="suite[label], or the label alone; not needed where there is one")
    ] = "",
    out: Annotated[Path, typer.Option("--out", help="folder to write")] = Path("exported-model"),
    merge: Annotated[bool, typer.Option("--merge", help="add an adapter to its base: the folder stands alone")] = False,
    force: Annotated[bool, typer.Option("--force", help="replace an earlier export in that folder")] = False,
    store: Annotated[Path | None, typer.Option(help="the run's store (default: .bench-store)")] = None,
    hub: Annotated[bool, typer.Option("--hub", help="allow the network: fetch a base model from the Hub")] = False,
) -> None:
    """Write a trained model with its tokenizer, model_info.json and a model card, for plain transformers or peft."""
    from bench.serve import quiet
    from bench.serve.assistant import STORE
    from bench.serve.export import export_case

    quiet(hub)

    folder = export_case(run, case, out, merge=merge, force=force, store=store or STORE)
    typer.echo(folder)
    typer.echo(f"try it: tunebench chat {folder}", err=True)
