"""`tunebench data`: see, check, split and mix datasets. Each command imports what it needs when it runs."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from bench.errors import UserError, nearest

data = typer.Typer(help="See, check, split and mix datasets.", no_args_is_help=True)


def allow_network(allowed: bool) -> bool:
    if allowed:
        os.environ["BENCH_HUB"] = "1"
    return allowed


PathOrName = Annotated[str, typer.Argument(metavar="PATH", help="a file, a recipe (.toml) or the name of a fixture")]
FormatName = Annotated[str, typer.Option("--format", help="how to read it, where that is not recognised")]
Tokenizer = Annotated[str, typer.Option(help="a model of ours, local:FOLDER, or the path of a tokenizer.json")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object on stdout and nothing else")]
MaxLength = Annotated[int, typer.Option(min=1, help="tokens that an example may have in training")]
Seed = Annotated[int, typer.Option(help="the same seed gives the same rows")]
Hub = Annotated[
    bool, typer.Option("--bench-hub", callback=allow_network, help="fetch from the Hub what is not on this machine")
]
Force = Annotated[bool, typer.Option("--force", help="replace files that are there already")]


@data.command("show")
def show(
    path: PathOrName,
    as_json: Json = False,
    format_name: FormatName = "",
    tokenizer: Tokenizer = "tiny-gpt2",
    hub: Hub = False,
) -> None:
    """Format, counts, lengths, balance, dropped rows and five examples."""
    from bench.cli.opening import open_data
    from bench.data.overview import overview, summary

    if as_json:
        typer.echo(json.dumps(summary(open_data(path, format_name).loaded), indent=2))
        return
    from bench.cli.console import console, print_all, progress
    from bench.cli.show_view import show_view
    from bench.data.tokens import token_counter

    count = token_counter(tokenizer)
    with progress(f"reading {path}"):
        opened = open_data(path, format_name)
        view = overview(opened.loaded, count_tokens=count)
    out = console()
    print_all(out, show_view(view, out.width, licence=opened.licence, notes=opened.notes, tokenizer=tokenizer))


@data.command("lint")
def lint_rows(
    path: PathOrName,
    as_json: Json = False,
    format_name: FormatName = "",
    max_length: MaxLength = 512,
    tokenizer: Tokenizer = "tiny-gpt2",
    near: Annotated[bool, typer.Option("--near/--no-near", help="look for near-duplicates, too")] = True,
    every: Annotated[bool, typer.Option("--all", help="every finding, and not the first five of each rule")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="exit with 1 when there are warnings, too")] = False,
    hub: Hub = False,
) -> None:
    """Rows that teach the wrong thing; exit code 1 on errors."""
    from bench.cli.console import console, print_all, progress
    from bench.cli.findings_view import counts, findings_json, findings_view
    from bench.cli.opening import open_data
    from bench.data.lint import lint
    from bench.data.tokens import token_counter

    count = token_counter(tokenizer)
    with progress(f"checking {path}") as told:
        loaded = open_data(path, format_name).loaded
        findings = lint(loaded, count_tokens=count, max_length=max_length, near=near, on_progress=told)
    if as_json:
        typer.echo(json.dumps(findings_json(findings, len(loaded.examples)), indent=2))
    else:
        print_all(console(), findings_view(findings, len(loaded.examples), every=every))
    errors, warnings = counts(findings)
    if errors or (strict and warnings):
        raise typer.Exit(1)


@data.command("inspect")
def inspect_rows(
    path: PathOrName,
    row: Annotated[int | None, typer.Option(min=1, help="this example alone, counted from 1")] = None,
    example_id: Annotated[str, typer.Option("--id", help="the example with this id alone")] = "",
    first: Annotated[int, typer.Option("-n", min=1, help="so many examples from the start")] = 3,
    model: Annotated[str, typer.Option(help="a base model's name, as in --bench-model")] = "tiny-gpt2",
    template: Annotated[str, typer.Option(help="see `tunebench list templates`")] = "instruction_input_response",
    max_length: MaxLength = 512,
    ids: Annotated[bool, typer.Option("--ids", help="a table with one row for each token, too")] = False,
    html: Annotated[Path | None, typer.Option(help="write one page with the same view to this file")] = None,
    format_name: FormatName = "",
    hub: Hub = False,
) -> None:
    """Token by token: text, id, and whether it is trained."""
    from bench import catalog
    from bench.cli.console import console, print_all, progress
    from bench.cli.inspecting import chosen, inspected
    from bench.cli.opening import open_data
    from bench.cli.tokens_page import tokens_page
    from bench.cli.tokens_view import legend, shades_for, tokens_view
    from bench.record import write_atomic

    catalog.check("template", template)
    catalog.check("model", model)
    with progress(f"reading {path} and the tokenizer of {model}"):
        examples = chosen(open_data(path, format_name).loaded, row=row or 0, example_id=example_id, first=first)
        views = inspected(examples, model, template, max_length)
    if html:
        write_atomic(html, tokens_page(views, name=Path(path).name, model=model, template=template))
        typer.echo(html)
        return
    out = console()
    shades = shades_for(out.color_system)
    if shades:
        out.print(legend(shades))
    for view in views:
        print_all(out, tokens_view(view, shades, ids=ids))


@data.command("split")
def split(
    path: PathOrName,
    out: Annotated[Path, typer.Option(help="folder to write train, validation and test.jsonl to")],
    rule: Annotated[str, typer.Option(help="source, source:90/5/5, published:85/10/5 or holdout:0.1")] = "source",
    seed: Seed = 0,
    allow_leakage: Annotated[bool, typer.Option("--allow-leakage", help="warn where splits share examples")] = False,
    force: Force = False,
    format_name: FormatName = "",
    hub: Hub = False,
) -> None:
    """Train, validation and test files, by source and never by row."""
    from bench.cli.console import console, print_all, progress
    from bench.cli.opening import open_data
    from bench.cli.splitting import refuse_folder, split_into, split_view

    refuse_folder(out, force)
    with progress(f"splitting {path}"):
        loaded = open_data(path, format_name).loaded
        done = split_into(out, loaded, rule=rule, seed=seed, allow_leakage=allow_leakage)
    if done.leak:
        typer.echo(f"warning: {done.leak}", err=True)
    print_all(console(), split_view(done, out))


@data.command("mix")
def mix_rows(
    parts: Annotated[list[str], typer.Argument(metavar="NAME=WEIGHT...", help="fixtures, recipes or files")],
    out: Annotated[Path, typer.Option(help="file to write, .jsonl; its record goes to .mix.json")],
    size: Annotated[int | None, typer.Option(min=1, help="rows; as many as there can be without it")] = None,
    temperature: Annotated[
        float | None, typer.Option(help="shares grow with rows ** (1 / T), parts are names without weights")
    ] = None,
    seed: Seed = 0,
    repeat: Annotated[bool, typer.Option("--repeat", help="draw rows of a part that runs out again")] = False,
    force: Force = False,
    hub: Hub = False,
) -> None:
    """One training file out of several, in the shares you state."""
    from bench.cli.console import console, print_all, progress
    from bench.cli.drafts import refuse_overwriting
    from bench.cli.mixing import mix_into, mix_view, parse_parts, record_path, refuse_name

    refuse_name(out)
    refuse_overwriting([out, record_path(out)], force)
    weights = parse_parts(parts, temperature)
    with progress("mixing"):
        done = mix_into(out, weights, size=size, temperature=temperature, seed=seed, repeat=repeat)
    print_all(console(), mix_view(done, out))


@data.command("build")
def build(
    name: Annotated[str, typer.Argument(help="everyday, headlines, dialogues, novella or held_out")],
    out: Annotated[Path | None, typer.Option(help="file to write (default: its place in fixtures/)")] = None,
) -> None:
    """Write a fixture again from the tables in fixtures/corpus."""
    import importlib

    from bench import catalog
    from bench.record import write_atomic

    builders = dict.fromkeys(("everyday", "headlines", "dialogues", "novella"), "datasets") | {"held_out": "corpus"}
    if name not in builders:
        raise UserError(f"unknown dataset {name!r}.{nearest(name, builders)}")
    rows = importlib.import_module(f"bench.corpus.{name}").build()
    path = out or catalog.FIXTURES / builders[name] / f"{name}.jsonl"
    write_atomic(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    typer.echo(f"{path}: {len(rows)} rows")
