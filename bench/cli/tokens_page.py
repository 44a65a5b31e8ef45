"""`tunebench data inspect --html`: the same view as one page that needs no network and no script."""

from collections.abc import Sequence
from pathlib import Path

from bench.cli.tokens_view import notes, shown, title
from bench.inspection import Inspected, Token
from bench.report.templating import templates

ASSETS = Path(__file__).parent / "assets"


def tokens_page(views: Sequence[Inspected], *, name: str, model: str, template: str) -> str:
    """One section for each example; everything that comes from data is escaped."""
    page = templates(ASSETS).get_template("tokens.html.j2")
    functions = {"notes": notes, "shown": shown, "title": title, "classes": classes}
    return page.render(views=views, name=name, model=model, template=template, **functions)


def classes(view: Inspected, at: int, token: Token) -> str:
    """CSS classes of the token at position `at`, from 0."""
    named = (("trained", token.trained), ("special", token.special), ("beyond", at >= view.max_length))
    return " ".join(name for name, holds in named if holds)
