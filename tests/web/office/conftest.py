"""A member of staff at a browser that reads and sends forms as they stand on the page."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from paraph.people.models import Member


class FormReader(HTMLParser):
    """Collects what a browser would send of one form: hidden, text, chosen and ticked fields, but no button."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted, self.inside, self.templates = wanted, False, 0
        self.fields: dict[str, list[str]] = {}
        self.select: str | None = None
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self.inside = told.get("id") == self.wanted
        if tag == "template":
            self.templates += 1
        if not self.inside or self.templates:
            return
        name = told.get("name") or ""
        if tag == "input" and name and (told.get("type") not in {"checkbox", "radio"} or "checked" in told):
            self.fields.setdefault(name, []).append(told.get("value") or _bare(told))
        elif tag == "textarea":
            self.area = name
            self.fields[name] = [""]
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in told:
            self.fields[self.select] = [told.get("value") or ""]

    def handle_endtag(self, tag: str) -> None:
        self.templates -= tag == "template"
        self.select = None if tag == "select" else self.select
        self.area = None if tag == "textarea" else self.area
        self.inside = self.inside and tag != "form"

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area][0] += data.removeprefix("\n")


def _bare(told: dict[str, str | None]) -> str:
    """What a browser sends for a field without a value."""
    return "on" if told.get("type") == "checkbox" else ""


class Staff(Client):
    """A signed-in browser."""

    member: Member

    def text(self, path: str, status: int = 200) -> str:
        """The text of a page that answers with this status."""
        response = self.get(path)
        assert response.status_code == status, (path, response.status_code)
        return response.content.decode()

    def fill(self, path: str, form: str = "sheet", **changes: Any) -> Any:
        """Open a page, change fields of a form (None: leave it out) and send it; `__` stands for `-` in names."""
        return self.post(path, self.fields(self.text(path), form, **changes))

    @staticmethod
    def fields(page: str, form: str = "sheet", **changes: Any) -> dict[str, Any]:
        """The fields of a form of a page, with changes."""
        reader = FormReader(form)
        reader.feed(page)
        told: dict[str, Any] = dict(reader.fields)
        told |= {name.replace("__", "-"): value for name, value in changes.items()}
        return {name: value for name, value in told.items() if value is not None}


@pytest.fixture
def staff(db: None) -> Callable[[Member], Staff]:
    """`staff(member)` is a browser in which that member is signed in."""

    def come(member: Member) -> Staff:
        browser = Staff()
        browser.force_login(member.user)
        browser.member = member
        return browser

    return come
