"""The author's own words: notes.md of the submission, read, split by its headings, and made safe to show.

Markdown is rendered with raw HTML off: whatever tag stands in the text is shown as text. No picture is loaded, and
a link can lead nowhere but to the web.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from bench.assignments.submission import Submission
from bench.report.escaping import show_hidden

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

FILE = "notes.md"
LONGEST = 200_000
"""Characters shown; what is cut is said."""
HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
DEEPER = 2
"""A notes file's `#` becomes the page's h3."""


def read_notes(submission: Submission) -> str:
    """The text of the nearest notes.md; "" where there is none."""
    path = submission.find(FILE)
    if path is None:
        return ""
    text = path.read_text(encoding="utf-8", errors="replace")
    cut = len(text) - LONGEST
    return text if cut <= 0 else f"{text[:LONGEST]}\n\n({cut} more characters are in {FILE})\n"


def sections(text: str) -> dict[str, str]:
    """Heading, case folded -> what stands under it, up to the next heading."""
    found = list(HEADING.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)][: len(found)]
    return {
        match.group(1).strip().casefold(): text[match.end() : end].strip()
        for match, end in zip(found, ends, strict=True)
    }


def as_html(text: str) -> Markup:
    """The notes as HTML that holds nothing but what simple Markdown can say."""
    return Markup(renderer().render(show_hidden(text)))  # noqa: S704  (markdown-it-py with html off escapes all text)


@cache
def renderer() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").disable("image")
    made.validateLink = leads_to_the_web  # type: ignore[method-assign]
    made.add_render_rule("heading_open", lower_heading)
    made.add_render_rule("heading_close", lower_heading)
    made.add_render_rule("link_open", plain_link)
    return made


def leads_to_the_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://", "mailto:"))


def lower_heading(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    """Below the page's own headings, so that its outline stays whole."""
    token = tokens[index]
    token.tag = f"h{min(6, int(token.tag[1]) + DEEPER)}"
    return str(self.renderToken(tokens, index, options, env))


def plain_link(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    tokens[index].attrSet("rel", "noopener noreferrer nofollow")
    return str(self.renderToken(tokens, index, options, env))
