"""What a page must not hold: scripts, styles and handlers of its own, or anything of another site."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlsplit

from paraph.web.shared import style

OURS = {"", "testserver", "localhost", "localhost:8000"}
LOADS = {
    "src",
    "href",
    "action",
    "formaction",
    "poster",
    "data",
    "srcset",
    "hx-get",
    "hx-post",
    "ping",
    "background",
}
RUNS = ("javascript:", "vbscript:", "data:text", "data:application", "data:image/svg")


class Page(HTMLParser):
    """Collects what is wrong with a page, and the attributes and texts that are in it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.values: list[str] = []
        self.feed(text)
        self.close()

    @property
    def text(self) -> str:
        """Everything a reader can see or a field holds."""
        return "\n".join([*self.texts, *self.values])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        told = {key: value or "" for key, value in attrs}
        self.values += told.values()
        if tag in {"base", "object", "embed", "applet", "frame", "marquee", "foreignobject"}:
            self.problems.append(f"<{tag}>")
        if tag == "script" and "src" not in told:
            self.problems.append("inline script")
        if tag == "meta" and "http-equiv" in told:
            self.problems.append(f"meta {told['http-equiv']}")
        for key, value in told.items():
            self._attribute(tag, key, value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if self.lasttag != "style":
            self.texts.append(data)
        elif data.strip() and data != style.text():
            self.problems.append(f"a style of its own: {data[:60]!r}")

    def _attribute(self, tag: str, key: str, value: str) -> None:
        if key.startswith(("on", "hx-on", "xmlns:")) or key in {"style", "srcdoc", "hx-vals", "hx-vars"}:
            self.problems.append(f"<{tag} {key}={value!r}>")
        if key not in LOADS and not key.endswith(":href"):
            return
        compact = "".join(value.split()).lower()
        if compact.startswith(RUNS) or urlsplit(value).netloc not in OURS:
            self.problems.append(f"<{tag} {key}={value!r}>")
