"""`tunebench recipes`: the lectures' training recipes in three forms, and what is wrong with each before it runs."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from bench.errors import UserError, nearest

if TYPE_CHECKING:
    from bench.cli.recipes_view import Found
    from bench.recipes.reading import RecipeFile

LINT = "lint"
PROFILES = ("cpu", "gpu")


def recipes(
    name: Annotated[str, typer.Argument(help="a recipe, a file (.toml), or `lint`; all recipes without it")] = "",
    file: Annotated[str, typer.Argument(help="after `lint`: the file or recipe to check")] = "",
    form: Annotated[str, typer.Option(help="as_in_the_lecture, translated or corrected; that alone")] = "",
    examples: Annotated[int | None, typer.Option(min=1, help="training examples, where the dataset is another")] = None,
    profile: Annotated[str, typer.Option(help="cpu: our tiny models; gpu: those of the Hub")] = "cpu",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout and nothing else")] = False,
) -> None:
    """Recipes as in the lecture, translated and corrected, with findings; exit code 1 when the form has errors."""
    if profile not in PROFILES:
        raise UserError(f"unknown profile {profile!r}.{nearest(profile, PROFILES)}")
    if not name:
        list_recipes(examples, profile, as_json)
        return
    asked = name
    if name == LINT:
        asked = file
        if not file:
            raise UserError("lint needs a file: tunebench recipes lint FILE.toml")
    elif file:
        raise UserError(f"unexpected {file!r}; write `tunebench recipes {name}` or `tunebench recipes lint {file}`")
    show_recipe(asked, form, examples, profile, as_json=as_json, only_findings=name == LINT)


def list_recipes(examples: int | None, profile: str, as_json: bool) -> None:
    from bench.cli.console import console, print_all
    from bench.cli.recipes_view import list_json, list_view
    from bench.recipes.reading import names, open_recipe

    rows = []
    for name in names():
        opened = open_recipe(name)
        rows.append((opened, found_in(opened, opened.recipe.forms, examples, profile)))
    if as_json:
        typer.echo(json.dumps(list_json(rows), indent=2))
        return
    out = console()
    print_all(out, list_view(rows, out.width))


def show_recipe(
    name: str, form: str, examples: int | None, profile: str, *, as_json: bool, only_findings: bool
) -> None:
    from bench.cli.console import console, print_all
    from bench.cli.recipes_view import findings_part, recipe_json, recipe_view
    from bench.recipes.lint import counts
    from bench.recipes.reading import open_recipe

    opened = open_recipe(name)
    chosen = judged(opened, form)
    shown = (chosen,) if form or only_findings else opened.recipe.forms
    found = found_in(opened, shown, examples, profile)
    out = console()
    if as_json:
        typer.echo(json.dumps(recipe_json(opened, found), indent=2))
    elif only_findings:
        print_all(out, findings_part(found))
    else:
        print_all(out, recipe_view(opened, found, out.width, profile))
    if counts(list(found[chosen]))[0]:
        raise typer.Exit(1)


def judged(opened: "RecipeFile", form: str) -> str:
    """The form that the exit code is about: the one asked for, or the last that the file has."""
    forms = opened.recipe.forms
    if form and form not in forms:
        raise UserError(f"{opened.path}: has no form {form!r}.{nearest(form, forms)}")
    return form or forms[-1]


def found_in(opened: "RecipeFile", forms: tuple[str, ...], examples: int | None, profile: str) -> "Found":
    from bench.recipes.facts import Facts
    from bench.recipes.lint import lint_recipe

    return {form: lint_recipe(opened, form, Facts(examples=examples), profile) for form in forms}
