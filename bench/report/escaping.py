"""Text that we did not write, made safe to show: model outputs, names and error messages may hold anything.

HTML itself is escaped by Jinja2; here is what escaping does not cover: control characters, text direction
overrides, spreadsheet formulas (OWASP's CSV injection list) and Markdown's own marks.
"""

import re

from markupsafe import Markup, escape

HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Control, direction and zero-width characters, lone surrogates. Newline and tab are layout."""

LONGEST = 20_000
"""Characters of one cell or line of Markdown."""
FORMULA = "'*[ \u00a0]*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]"
LINE_START = "(?:\\A|(?<=[\r\n]))"
ARM = re.compile(f"{LINE_START}(?={FORMULA})")
DISARM = re.compile(f"{LINE_START}'(?={FORMULA})")

MARKDOWN = re.compile(r"([\\`*\[\]|$#~!])|(?<![^\W_])_|_(?![^\W_])")
SPACES = re.compile(r"\r\n|\n|\t|^ +| +$| {2,}|\u00a0", re.MULTILINE)


def show_hidden(text: str) -> str:
    """Every hidden character replaced by a visible name: ESC becomes ␛, the others their number."""
    return HIDDEN.sub(lambda match: symbol(match.group()), text)


def symbol(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"‹U+{code:04X}›"


def one_line(text: str, limit: int | None = None) -> str:
    """Visible, on one line, cut at `limit` characters with an ellipsis."""
    line = re.sub(r"[\n\t]+", " ", show_hidden(text)).strip()
    return line if limit is None or len(line) <= limit else line[: limit - 1].rstrip() + "…"


def csv_text(text: str) -> str:
    """A cell that no spreadsheet runs: a line that could start a formula gets a ' first, as OWASP advises."""
    return ARM.sub("'", text.replace("\0", "␀"))


def csv_text_back(cell: str) -> str:
    """The text that `csv_text` was given (NUL stays visible)."""
    return DISARM.sub("", cell)


def markdown_text(text: str) -> str:
    """One line of Markdown that shows `text` as it is: no cell, link, image, heading or tag opens."""
    line = one_line(text, LONGEST).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return MARKDOWN.sub(lambda match: "\\" + match.group(), line)


def html_text(text: str) -> Markup:
    """Model text for a `pre-wrap` box, with line ends, tabs and outer or doubled spaces made visible."""
    shown, position = [], 0
    for match in SPACES.finditer(text):
        shown += [escape(show_hidden(text[position : match.start()])), space_mark(match.group())]
        position = match.end()
    return Markup("").join([*shown, escape(show_hidden(text[position:]))])


def space_mark(space: str) -> Markup:
    mark = {"\n": "↵\n", "\r\n": "␍↵\n", "\t": "⇥\t", "\u00a0": "⍽"}.get(space, "·" * len(space))
    return Markup("<i>{}</i>").format(mark)
