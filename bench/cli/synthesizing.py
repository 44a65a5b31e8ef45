"""`tunebench synthesize`: from a text to an instruction dataset, in five stages that can be stopped and resumed."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.errors import UserError

if TYPE_CHECKING:
    from bench.cli.console import Part
    from bench.synthesis.config import Settings
    from bench.synthesis.coverage import Coverage
    from bench.synthesis.scale import Plan

Config = Annotated[Path | None, typer.Argument(metavar="[CONFIG.toml]", help="text, out, teacher, templates, slots")]
Text = Annotated[Path | None, typer.Option(help="a .txt, .md, .html, .pdf or .docx file, or a folder of them")]
Out = Annotated[Path | None, typer.Option(help="folder for the stage files")]
TeacherName = Annotated[str | None, typer.Option(help="rules, local:NAME or openai:MODEL")]
TemplatesName = Annotated[str | None, typer.Option(help="story, novel, or a file (course's JSON, or our TOML)")]
Stage = Annotated[str, typer.Option(help="one of gather, instruct, ground, curate, scale; all but scale without it")]
Limit = Annotated[int | None, typer.Option(min=1, help="pairs after which stage 3 stops")]
Rounds = Annotated[int | None, typer.Option(min=0, help="times that the teacher proposes 20 instructions")]
Target = Annotated[int | None, typer.Option(min=1, help="stage 5: pairs in the end")]
Concurrency = Annotated[int, typer.Option(min=1, help="stage 5: threads")]
WithoutReview = Annotated[bool, typer.Option("--without-review", help="stage 5: scale pairs that nobody has read")]
Requests = Annotated[int | None, typer.Option(help="stage 5: requests a minute")]
Tokens = Annotated[int | None, typer.Option(help="stage 5: tokens a minute")]
Budget = Annotated[float | None, typer.Option(help="stage 5: stop before this is spent")]
PriceIn = Annotated[float, typer.Option(help="price of a million tokens read")]
PriceOut = Annotated[float, typer.Option(help="price of a million tokens written")]
OpenBook = Annotated[bool | None, typer.Option("--open-book/--closed-book", help="give each row its passage as input")]
Seed = Annotated[int | None, typer.Option(help="for excerpts and splits")]
Check = Annotated[bool, typer.Option("--check", help="only say what is wrong with the templates")]
Demo = Annotated[bool, typer.Option("--demo", help="only show a few pairs")]


def synthesize(
    config: Config = None,
    text: Text = None,
    out: Out = None,
    teacher: TeacherName = None,
    templates: TemplatesName = None,
    stage: Stage = "",
    limit: Limit = None,
    rounds: Rounds = None,
    target: Target = None,
    concurrency: Concurrency = 4,
    without_review: WithoutReview = False,
    requests_per_minute: Requests = None,
    tokens_per_minute: Tokens = None,
    budget: Budget = None,
    price_in: PriceIn = 0.0,
    price_out: PriceOut = 0.0,
    open_book: OpenBook = None,
    seed: Seed = None,
    check: Check = False,
    demo: Demo = False,
) -> None:
    """Make an instruction dataset from a text: gather, instruct, ground, curate, scale; run it again to go on."""
    if check:
        raise typer.Exit(check_templates(config, templates))
    settings = settings_of(
        config,
        text=text,
        out=out if out or not demo else Path("demo"),
        teacher=teacher,
        templates=templates,
        limit=limit,
        rounds=rounds,
        open_book=open_book,
        seed=seed,
    )
    if demo:
        show_demo(settings)
        return
    from bench.synthesis.scale_gate import Limits, Prices

    plan = None
    if target or stage == "scale":
        limits = Limits(requests_per_minute, tokens_per_minute, budget, Prices(price_in, price_out))
        plan = plan_of(target, concurrency, limits, without_review)
    run_stages(settings, stage, plan)


def settings_of(config: Path | None, **given: Any) -> "Settings":
    """From a file, from options, or both; an option wins."""
    from bench.synthesis.config import Settings, read_settings

    if config is not None:
        return read_settings(config, **given)
    for name in ("text", "out"):
        if given[name] is None:
            raise UserError(f"--{name} is missing; give CONFIG.toml, or --text FILE --out FOLDER")
    return Settings(**{name: value for name, value in given.items() if value is not None})


def plan_of(target: int | None, concurrency: int, limits: Any, without_review: bool) -> "Plan":
    from bench.synthesis.scale import Plan

    return Plan(target=target or 1000, concurrency=concurrency, limits=limits, without_review=without_review)


def check_templates(config: Path | None, templates: str | None) -> int:
    """Prints each defect with its line; 1 when there is one, else 0."""
    from bench.synthesis.config import templates_path
    from bench.synthesis.template_check import defects
    from bench.synthesis.templates import read_templates

    path = templates_path(templates) if templates else templates_of(config)
    read = read_templates(path)
    found = list(defects(read))
    for defect in found:
        typer.echo(f"{path}:{defect.line}: {defect.problem}")
    sorts = f"{len(read.categories)} categories and {len(read.difficulties)} difficulties"
    typer.echo(f"{path}: {len(read.templates)} templates in {sorts}, {len(found)} to mend")
    return 1 if found else 0


def templates_of(config: Path | None) -> Path:
    """The templates file that a configuration names, or the file itself where it holds templates."""
    from bench.synthesis.config import read_settings, templates_path

    if config is None:
        raise UserError("nothing to check; name a configuration or a templates file")
    if config.suffix == ".json" or "[[questions]]" in config.read_text(encoding="utf-8", errors="replace"):
        return config
    return templates_path(read_settings(config).templates)


def show_demo(settings: "Settings") -> None:
    from bench.synthesis.pipeline import demonstration

    for pair in demonstration(settings):
        typer.echo(f"[{pair.type}] {pair.instruction}\n  {pair.response}\n  ({pair.passage_id})\n")


def run_stages(settings: "Settings", stage: str, plan: "Plan | None") -> None:
    """Runs and tells; progress goes to stderr, the summary to stdout."""
    from bench.cli.console import console, print_all
    from bench.synthesis.pipeline import Pipeline

    with telling() as tell:
        for done in Pipeline(settings, tell=tell, plan=plan).run(stage):
            dropped = f", {done.dropped:,} dropped" if done.dropped else ""
            note = f" ({done.note})" if done.note else ""
            typer.echo(f"{done.stage}: {done.made:,}{dropped}{note}", err=True)
    print_all(console(), summary(settings))


@contextmanager
def telling() -> Iterator[Callable[[str, int, int], None]]:
    """Shows the stage and how far it is on stderr, where that is a terminal."""
    from bench.cli.console import console

    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    with console(sys.stderr).status("gather ...") as status:
        yield lambda stage, done, total: status.update(
            f"{stage} {done:,}" + (f" of {total:,} ..." if total else " ...")
        )


def summary(settings: "Settings") -> Iterator["Part"]:
    """Pairs by category and difficulty, chapters without one, the most frequent reasons of drops, what is next."""
    from bench.cli.console import indented
    from bench.synthesis.coverage import coverage
    from bench.synthesis.rows import DATASET, PAIRS, PASSAGES, Pair, Passage, read_rows

    pairs = read_rows(settings.out / PAIRS, Pair)
    if pairs:
        yield from covered(coverage(pairs, read_rows(settings.out / PASSAGES, Passage)))
    yield from reasons(settings.out)
    if (settings.out / DATASET).exists():
        rows = sum(1 for _ in (settings.out / DATASET).open(encoding="utf-8"))
        yield indented(0, f"{rows:,} rows in {settings.out / DATASET}; look at them: tunebench review {settings.out}")


def covered(found: "Coverage") -> Iterator["Part"]:
    from rich.table import Table

    from bench.cli.console import indented

    difficulties = list(dict.fromkeys(difficulty for _, difficulty in found.cells))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_row("", *(name or "any" for name in difficulties), "together", style="dim")
    for category in dict.fromkeys(category for category, _ in found.cells):
        row = [found.cells.get((category, difficulty), 0) for difficulty in difficulties]
        table.add_row(category, *(f"{number:,}" for number in row), f"{sum(row):,}")
    yield table
    missing = ", ".join(str(chapter) for _, chapter in found.empty)
    yield indented(0, f"{len(found.chapters)} chapters, {'no pair in ' + missing if missing else 'a pair in each'}")


def reasons(folder: Path) -> Iterator["Part"]:
    import re
    from collections import Counter

    from bench.cli.console import indented
    from bench.report.escaping import one_line
    from bench.synthesis.rows import DROPPED, Dropped, read_rows

    dropped = read_rows(folder / DROPPED, Dropped)
    counts = Counter(re.sub(r"i-[0-9a-f]{12}|\d+", "N", row.reason) for row in dropped)
    for reason, number in counts.most_common(5):
        yield indented(2, f"{number:,} dropped: {one_line(reason, 100)}")
