"""What a browser would make of a page: its tags, attributes and text, read by the standard library's parser."""

from html.parser import HTMLParser
from pathlib import Path

LIVE = {"script", "img", "iframe", "object", "embed", "form", "svg", "audio", "video", "base", "template"}


class Page(HTMLParser):
    """Tags and attributes in order, and all text outside of style."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def links(self) -> list[str]:
        return [value for tag, name, value in self.attributes if name == "href" and tag == "a"]

    @property
    def ids(self) -> set[str]:
        return {value for _, name, value in self.attributes if name == "id"}

    @property
    def live(self) -> list[str]:
        """What could run or load something: there must be nothing."""
        handlers = [name for _, name, _ in self.attributes if name.startswith("on") or name == "style"]
        schemes = [url for url in self.links if url.lower().lstrip().startswith(("javascript:", "data:", "vbscript:"))]
        return [tag for tag in self.tags if tag in LIVE] + handlers + schemes


def page(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))
