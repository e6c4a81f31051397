"""Letters: a text template whose first line is ``Subject: …``, and an HTML template beside it.

Write both by extending `delivery/letter.txt` and `delivery/letter.html`, and fill their blocks. In text nothing is
escaped, in HTML everything is; no template has to remember that (security.md line 29).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template import Context, Engine
from django.utils import translation

from paraph.delivery.headers import one_line
from paraph.delivery.models import SUBJECT_CHARS

SUBJECT = "Subject: "


@dataclass(frozen=True)
class Letter:
    """What `outbox.enqueue` wants of a template: subject on one line, plain text, HTML."""

    subject: str
    text: str
    html: str


def compose(template: str, language: str, context: Mapping[str, Any]) -> Letter:
    """Render ``<template>.txt`` and ``<template>.html`` in a language.

    `context` should name `sender`, who writes; the layouts show it, and `footer`, a line below. Raises
    TemplateDoesNotExist, and ValueError when the text does not begin with its subject.
    """
    with translation.override(language):
        text = _render(f"{template}.txt", context, language, escape=False)
        html = _render(f"{template}.html", context, language, escape=True)
    first, _, rest = text.lstrip().partition("\n")
    if not first.startswith(SUBJECT):
        raise ValueError(f"{template}.txt must begin with {SUBJECT!r}")
    return Letter(one_line(first.removeprefix(SUBJECT), SUBJECT_CHARS), _tidy(rest), html.strip() + "\n")


def _render(name: str, context: Mapping[str, Any], language: str, *, escape: bool) -> str:
    values = Context({"language": language, **context}, autoescape=escape)
    return Engine.get_default().get_template(name).render(values)


def _tidy(text: str) -> str:
    """No white space at the ends of lines, at most one empty line in a row: what tags leave behind."""
    lines = "\n".join(line.rstrip() if line != "-- " else line for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
