"""Tags and filters, built in for every template. Figures are written in the active language and time zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from paraph.lib import clock, figures
from paraph.signoff import field_facts
from paraph.web.shared import accent as accents
from paraph.web.shared import pills, style
from paraph.web.shared.icons import ICONS

register = template.Library()


def _language() -> str:
    return translation.get_language() or "en"


@register.simple_tag
def style_sheet() -> SafeString:
    """The whole style sheet, for pages that hold it themselves."""
    return mark_safe(style.text())  # noqa: S308 - our own file


@register.filter
def doubts(codes: Iterable[str]) -> list[str]:
    """``{{ verification.doubts|doubts }}``: what is in doubt about a signature, a sentence each."""
    return field_facts.sentences(codes)


@register.filter
def money(minor: int | None, currency: str) -> str:
    """``{{ line.total|money:order.currency }}``: minor units as money; nothing for None."""
    return "" if minor is None else figures.money(minor, currency, _language())


@register.filter
def hours(value: Decimal | str | int | None) -> str:
    """``{{ line.labour.hours|hours }}``: ``2.5 h``."""
    return "" if value is None else figures.hours(value, _language())


@register.filter
def quantity(value: Decimal | str | int | None) -> str:
    """``{{ part.quantity|quantity }}``: without trailing zeros."""
    return "" if value is None else figures.quantity(value, _language())


@register.filter
def percent(value: Decimal | str | int | None) -> str:
    """``{{ line.tax_rate|percent }}``: a rate given per hundred."""
    return "" if value is None else figures.percent(value, _language())


@register.filter
def moment(at: datetime | str | None) -> SafeString | str:
    """``{{ order.created_at|moment }}``: a <time> in the reader's zone, the zone named. Takes RFC 3339 text too."""
    return _time(at, lambda one: figures.moment(one, timezone.get_current_timezone(), _language()))


@register.filter
def moment_text(at: datetime | str | None) -> str:
    """The same without markup, for titles and attributes."""
    return "" if not at else figures.moment(_read(at), timezone.get_current_timezone(), _language())


@register.filter
def day(at: datetime | str | None) -> SafeString | str:
    """``{{ order.created_at|day }}``: a <time> that shows only the day."""
    return _time(at, lambda one: figures.day(one, timezone.get_current_timezone(), _language()))


@register.filter
def on(day: date | None) -> SafeString | str:
    """``{{ invoice.due_on|on }}``: a <time> for a day that has no time."""
    if day is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), figures.on(day, _language()))


@register.filter
def ago(at: datetime | str | None) -> SafeString | str:
    """``{{ invitation.expires_at|ago }}``: how far from now, either way, with the exact moment as its title."""
    return _time(at, lambda one: figures.ago(one, clock.now(), _language()), titled=True)


until = register.filter("until", ago)


@register.filter
def named(one: Any) -> str:
    """``{{ order.kind|named }}``: what an organisation's own thing is called in the reader's language."""
    return str(one.names.get(_language()) or one.name)


@register.simple_tag
def pill(kind: str, state: object) -> SafeString:
    """``{% pill "decision" standing.choice %}``: a state as sign and word; kinds are the keys of `pills.PILLS`."""
    found = pills.pill(kind, state)
    return format_html('<span class="pill {}">{}{}</span>', found.tone, icon(found.icon), found.word)


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """``{% icon "check" %}``: a sign, hidden from readers of the screen because the word stands beside it."""
    return format_html(
        '<svg class="icon i-{}" viewBox="0 0 16 16" aria-hidden="true"><path d="{}"/></svg>',
        name,
        ICONS[name],
    )


@register.simple_tag
def mark(name: str, accent: str = "") -> SafeString:
    """``{% mark organisation.name organisation.accent %}``: the shop's sign, its initials on its colour."""
    ground, ink = accents.pair(accent)
    return format_html(
        '<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="6" fill="{}"/>'
        '<text x="16" y="21.5" text-anchor="middle" font-size="15" font-weight="600" fill="{}">{}</text></svg>',
        ground,
        ink,
        initials(name),
    )


def initials(name: str) -> str:
    """The first letters of the first two words, for a mark."""
    return "".join(word[0] for word in name.split()[:2] if word[0].isalnum()).upper() or "P"


def _read(at: datetime | str) -> datetime:
    return clock.parse(at) if isinstance(at, str) else at


def _time(at: datetime | str | None, words: Any, *, titled: bool = False) -> SafeString | str:
    if not at:
        return ""
    at = _read(at)
    title = format_html(' title="{}"', moment_text(at)) if titled else mark_safe("")
    return format_html('<time datetime="{}"{}>{}</time>', clock.iso(at), title, words(at))
