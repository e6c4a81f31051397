"""Finds words in templates that no translator will ever see.

A text is hard-coded when it stands outside `translate` and `blocktranslate`, as text or in an attribute that
people read or hear. HTML's own `translate="no"` says that words are names; so do the elements for code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import Lexer, Token, TokenType

READ_ATTRIBUTES = {
    "title",
    "aria-label",
    "aria-description",
    "aria-roledescription",
    "placeholder",
    "alt",
    "label",
    "summary",
}
SILENT_ELEMENTS = {"script", "style", "code", "kbd", "samp"}
NAMES = {
    "Paraph",
    "PDF",
    "UTC",
    "RFC",
    "SHA-256",
    "PAdES",
    "English",
    "Nederlands",
    "Français",
    "km",
    "kB",
    "MB",
}
WORD = re.compile(r"[^\W\d_]{2,}(?:-\d+)?")
# What the field app fills in itself, in copies of the page's templates (frontend/src/field-screens.ts).
FILLED = re.compile(r"\{\w+\}")
HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands for what the template fills in
OPENING = re.compile(r"^blocktrans(?:late)?\b")
CLOSING = re.compile(r"^endblocktrans(?:late)?$")
ARGUMENT = re.compile(
    r"""\b(label|title|heading|text|hint|caption|legend|alt|placeholder)=(?:"([^"]*)"|'([^']*)')"""
)
HEADER = re.compile(r"^Subject:")  # of a mail, read by the program
SPANS = {"comment": "endcomment", "verbatim": "endverbatim"}


def hard_coded(template: str, *, html: bool) -> list[tuple[int, str]]:
    """Line number and text of every hard-coded piece, in the order of the lines."""
    found = _in_tags(template)
    bare = "".join(_kept(template))
    if not html:
        lines = enumerate(bare.split("\n"), 1)
        return sorted(
            found + [(number, line.strip()) for number, line in lines if _has_words(HEADER.sub("", line))]
        )
    reader = _Reader()
    reader.feed(bare)
    reader.close()
    return sorted(found + reader.found)


def _in_tags(template: str) -> list[tuple[int, str]]:
    """Words handed as an argument to a template tag, such as `{% field form.name label="Name" %}`."""
    return [
        (token.lineno or 0, match.group(0))
        for token in Lexer(template).tokenize()
        if token.token_type == TokenType.BLOCK
        for match in ARGUMENT.finditer(token.contents)
        if _has_words(match.group(2) or match.group(3) or "")
    ]


def _kept(template: str) -> Iterator[str]:
    """The template with every tag and variable replaced by a hole or nothing, line breaks kept."""
    until: re.Pattern[str] | None = None
    for token in Lexer(template).tokenize():
        block = token.contents if token.token_type == TokenType.BLOCK else ""
        if until is not None:
            yield "\n" * _breaks(token)
            if until.match(block):
                until = None
        elif OPENING.match(block):
            until = CLOSING
            yield HOLE
        elif block in SPANS:
            until = re.compile(f"^{SPANS[block]}$")
        elif token.token_type == TokenType.TEXT:
            yield token.contents
        else:
            yield (HOLE if token.token_type == TokenType.VAR else "") + "\n" * _breaks(token)


def _breaks(token: Token) -> int:
    return token.contents.count("\n")


def _has_words(text: str) -> bool:
    return any(word not in NAMES for word in WORD.findall(FILLED.sub("", text)))


class _Reader(HTMLParser):
    """Collects what a person would read or hear."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self._silenced: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the attributes; begin to be silent inside code and names."""
        values = dict(attrs)
        quiet = tag in SILENT_ELEMENTS or values.get("translate") == "no"
        if (self._silenced and tag == self._silenced[-1]) or (not self._silenced and quiet):
            self._silenced.append(tag)
        if quiet or self._silenced:
            return
        read = set(READ_ATTRIBUTES)
        if tag == "input" and values.get("type") in {"submit", "button", "reset"}:
            read.add("value")
        if tag == "meta" and values.get("name") == "description":
            read.add("content")
        for name, value in attrs:
            if name in read and value and _has_words(value):
                self.found.append((self.getpos()[0], f'{name}="{value}"'))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without content cannot silence what follows it."""
        before = list(self._silenced)
        self.handle_starttag(tag, attrs)
        self._silenced = before

    def handle_endtag(self, tag: str) -> None:
        """End the silence where it began."""
        if self._silenced and tag == self._silenced[-1]:
            self._silenced.pop()

    def handle_data(self, data: str) -> None:
        """Note each line of text that holds words."""
        if self._silenced:
            return
        for offset, line in enumerate(data.split("\n")):
            if _has_words(line):
                self.found.append((self.getpos()[0] + offset, line.strip()))
