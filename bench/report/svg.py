"""A matplotlib figure as inline SVG in the page's own colours, light or dark, and small.

Nothing of it needs a style attribute, which the page's security policy forbids: every property becomes a presentation
attribute of its own. Coordinates are rounded to a tenth of a point, so that the last digits of one machine's
floating point do not make another page.
"""

import io
import re
import warnings
from typing import Any
from xml.etree import ElementTree

from markupsafe import Markup

from bench.report.escaping import one_line

INK = {
    "#010201": "currentColor",
    "#010202": "var(--accent)",
    "#010203": "var(--muted)",
    "#010204": "var(--line)",
    "#010205": "var(--good)",
    "#010206": "var(--bad)",
    "#ffffff": "var(--card)",
}
"""Colours that matplotlib is told, and what the page puts in their place."""
TEXT, TUNED, MUTED, LINE, GOOD, BAD, CARD = INK
SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tunebench",
    "text.parse_math": False,
    "font.size": 11,
}
LABEL = 2000
"""Characters of what a plot says in words."""
NUMBER = re.compile(r"-?\d+\.\d+")
COMMAND = re.compile(r" ?([A-Za-z]) ?")
REFERENCE = re.compile(r"(?<=#)[\w.-]+")
PAGE_SETS = ("font-family", "font-style", "font-weight", "font-stretch", "font-variant")
Element = ElementTree.Element


def plot(figure: Any, name: str, label: str) -> Markup:
    """The figure as an SVG element; `name` begins its ids, `label` is what it says to who cannot see it."""
    return Markup(inline(svg_text(figure), name, one_line(label, LABEL)))  # noqa: S704 (serialised by ElementTree, which escapes)


def svg_text(figure: Any) -> str:
    """The figure as SVG. Missing glyphs only matter for measuring, which the page's own fonts redo."""
    import matplotlib

    stream = io.StringIO()
    with matplotlib.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None})
    return stream.getvalue()


def inline(svg: str, name: str, label: str) -> str:
    """Namespaces, metadata, styles and unused ids off; a title and a role on."""
    root = ElementTree.fromstring(svg)  # noqa: S314 (matplotlib just wrote it)
    for unwanted in ("metadata", "defs/style"):
        drop(root, unwanted)
    for element in root.iter():
        bare(element)
    names = {old: f"{name}-{place}" for place, old in enumerate(referenced(root))}
    for element in root.iter():
        rename(element, names)
    flatten(root)
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.attrib |= {"role": "img", "aria-labelledby": f"{name}-title"}
    heading = ElementTree.Element("title", {"id": f"{name}-title"})
    heading.text = label
    root.insert(0, heading)
    return ElementTree.tostring(root, encoding="unicode")


def drop(root: Element, path: str) -> None:
    *parents, last = path.split("/")
    for parent in root.iterfind(".//" + "/".join(f"{{*}}{part}" for part in parents)) if parents else [root]:
        for child in parent.findall(f"{{*}}{last}"):
            parent.remove(child)


def bare(element: Element) -> None:
    """Local names, rounded numbers, each property of a style an attribute, no white space between elements."""
    element.tag = element.tag.rpartition("}")[2]
    attributes = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
    properties = dict(pair for part in attributes.pop("style", "").split(";") if (pair := declaration(part)))
    attributes = {key: rounded(key, value) for key, value in (attributes | properties).items()}
    element.attrib.clear()
    element.attrib.update({key: value for key, value in attributes.items() if value})
    element.tail = None
    if element.tag != "text":
        element.text = None


def declaration(part: str) -> tuple[str, str] | None:
    name, _, value = (text.strip() for text in part.partition(":"))
    is_default = (name, value) == ("stroke-linecap", "square")  # ends of grid lines, which nobody sees
    return None if not name or name in PAGE_SETS or is_default else (name, INK.get(value, value))


def rounded(key: str, value: str) -> str:
    if key in ("id", "href", "clip-path"):
        return value
    if key == "transform" and value.startswith("rotate(-0 "):
        return ""
    value = " ".join(NUMBER.sub(lambda found: f"{float(found.group()):.1f}".rstrip("0").rstrip("."), value).split())
    return COMMAND.sub(r"\1", value) if key == "d" else value


def referenced(root: Element) -> list[str]:
    """Ids that something in the figure points at, each once."""
    values = (value for element in root.iter() for key, value in element.attrib.items() if key in ("href", "clip-path"))
    return list(dict.fromkeys(found.group() for value in values if (found := REFERENCE.search(value))))


def rename(element: Element, names: dict[str, str]) -> None:
    if (own := element.attrib.pop("id", None)) in names:
        element.attrib["id"] = names[str(own)]
    for key in ("href", "clip-path"):
        if key in element.attrib:
            element.attrib[key] = REFERENCE.sub(lambda found: names[found.group()], element.attrib[key])


def flatten(element: Element) -> None:
    """Groups that say nothing give way to what they hold."""
    for child in list(element):
        flatten(child)
        if child.tag in ("g", "defs") and not child.attrib and (child.tag == "g" or not len(child)):
            place = list(element).index(child)
            element.remove(child)
            for offset, inner in enumerate(child):
                element.insert(place + offset, inner)


def quiet(axes: Any) -> None:
    """No frame, no ticks, no background: the grid and the words are enough."""
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
    axes.tick_params(colors=TEXT, length=0, which="both")
    for spine in axes.spines.values():
        spine.set_visible(False)
