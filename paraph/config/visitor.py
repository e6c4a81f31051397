"""Somebody with a browser, without one: opens pages through the real HTTP views and submits the forms they find there.

Only what a page offers can be sent, so the journeys of `paraph sample` and of the tests prove the pages too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.test import Client

WORST_OK = 399
MAX_WORDS = 600


class Refused(Exception):
    """A page answered with an error; the text names it."""


@dataclass
class Form:
    """One form as the page has it: where it goes, what it would send, and its named buttons."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Visitor:
    """A browser with cookies, CSRF tokens and redirects; no script."""

    def __init__(self, agent: str = "Paraph sample") -> None:
        host = urlsplit(settings.PARAPH_ORIGIN).hostname or "localhost"
        self._client = Client(enforce_csrf_checks=True, SERVER_NAME=host, HTTP_USER_AGENT=agent)
        self.path = ""
        self.page = ""
        self.content = b""

    def open(self, address: str) -> bytes:
        """GET an address of ours and follow redirects; returns the body. Raises `Refused`."""
        return self._landed(self._client.get(urlsplit(address).path, follow=True), address)

    def submit(
        self, action: str, filled: Mapping[str, str] | None = None, *, press: tuple[str, str] | None = None
    ) -> bytes:
        """Submit the first form whose action ends with `action`, with some fields filled in.

        `press` names the button, where the form has several. Raises `Refused` when there is no such form, field or
        button: then the page does not offer it.
        """
        form = next((one for one in self.forms() if one.action.endswith(action)), None)
        if form is None:
            raise Refused(f"{self.path} has no form for {action}")
        told: dict[str, Any] = dict(form.fields)
        for name, value in (filled or {}).items():
            if name not in told:
                raise Refused(f"the form for {action} has no field {name}: {', '.join(sorted(told))}")
            told[name] = value
        if press is not None:
            if press not in form.buttons:
                raise Refused(f"the form for {action} has no button {press}")
            told[press[0]] = press[1]
        return self._landed(self._client.post(form.action, told, follow=True), action)

    def forms(self) -> list[Form]:
        """The forms of the page that is open."""
        reader = _Reader(self.path)
        reader.feed(self.page)
        return reader.forms

    def _landed(self, answer: Any, address: str) -> bytes:
        if answer.status_code > WORST_OK:
            raise Refused(f"{address}: {answer.status_code} {_words(answer.content)}")
        hops = getattr(answer, "redirect_chain", [])
        self.path = urlsplit(hops[-1][0]).path if hops else answer.wsgi_request.path
        streamed = getattr(answer, "streaming_content", None)
        self.content = b"".join(streamed) if streamed is not None else answer.content
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            self.page = self.content.decode()
        return self.content


def _words(content: bytes) -> str:
    """The first words of a page, for an error message."""
    text = re.sub(
        r"<(head|style|script).*?</\1>|<[^>]+>", " ", content.decode(errors="replace"), flags=re.DOTALL
    )
    return " ".join(text.split())[:MAX_WORDS]


class _Reader(HTMLParser):
    """Collects forms. Fields outside a form are counted to the form they name."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._path = path
        self._form: Form | None = None
        self._area = ""
        self._select = ""
        self._inert = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "template":
            self._inert += 1
        if self._inert:
            return
        if tag == "form":
            self._form = Form(urljoin(self._path, told.get("action", "")))
            self.forms.append(self._form)
        elif self._form is not None:
            self._field(tag, told, self._form)

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._inert -= 1
        elif tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form.fields[self._area] = [self._form.fields[self._area][0] + data]

    def _field(self, tag: str, told: dict[str, str], form: Form) -> None:
        name = told.get("name", "")
        if tag == "button" and told.get("type", "submit") == "submit":
            form.buttons.append((name, told.get("value", "")))
        elif tag == "textarea":
            self._area = name
            form.fields[name] = [""]
        elif tag == "select":
            self._select = name
            form.fields.setdefault(name, [])
        elif tag == "option" and "selected" in told:
            form.fields[self._select].append(told.get("value", ""))
        elif tag == "input" and name:
            self._input(name, told, form)

    def _input(self, name: str, told: dict[str, str], form: Form) -> None:
        if told.get("type") in {"checkbox", "radio"}:
            chosen = form.fields.setdefault(name, [])
            if "checked" in told:
                chosen.append(told.get("value", "on"))
        elif "disabled" not in told:
            form.fields[name] = [told.get("value", "")]
