"""Looking for hostile texts: whether they stand on a page as text, and whether anything took them for markup."""

from __future__ import annotations

import email
import unicodedata
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage

from django.core import mail

from tests.attacks.pages import Page
from tests.attacks.payloads import MARK, PAYLOADS

# What no letter of ours holds; its links and style attributes are there because mail programs know no style sheets.
NOT_IN_LETTERS = {MARK, "script", "img", "svg", "iframe", "form"}


def bare(text: str) -> str:
    """Without white space and what only steers it: layout is not what is tested."""
    return "".join(one for one in text if not one.isspace() and unicodedata.category(one) not in {"Cf", "Zl"})


def missing(text: str, wanted: tuple[str, ...] = PAYLOADS) -> list[str]:
    """The texts that do not stand in it literally."""
    found = bare(text)
    return [one for one in wanted if bare(one) not in found]


def spoilt(page: Page) -> list[str]:
    """What a page took for markup, or must not hold at all."""
    return [*page.problems, *(tag for tag in page.tags if MARK in tag)]


def letters() -> Iterator[EmailMessage]:
    """Every mail that was sent, as a mail program reads it."""
    for one in mail.outbox:
        parsed = email.message_from_bytes(one.message().as_bytes(), policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        yield parsed


def bodies(letter: EmailMessage) -> tuple[str, Page]:
    """The text of a letter and its page, which holds no markup but ours."""
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    page = Page(html.get_content())
    bad = [one for one in page.problems if " style=" not in one]
    assert [*bad, *(tag for tag in page.tags if tag in NOT_IN_LETTERS)] == []
    return plain.get_content(), page
