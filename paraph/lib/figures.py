"""Amounts, hours, dates as people read them. Page, mail and PDF all ask here: same facts, same words (look.md, 3).

Formats are Babel's; `language` is one of our codes (en, nl, fr). Everything returned is plain text.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_interval, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision

# English as read in Europe: day before month, 24 hours.
LOCALES = {"en": "en_GB", "nl": "nl_NL", "fr": "fr_FR"}
# Below this a distance in time is "now": a page is not a stopwatch.
JUST_NOW_SECONDS = 90
UNDER_TWO_HOURS = 5400  # an hour and a half and more is rounded to two hours
# A page writes the same few hundred figures again and again, and Babel takes 0.1 ms for each.
REMEMBERED = 4096
NARROW_SPACE, SPACE = "\u202f", "\u00a0"


def locale(language: str) -> Locale:
    """The conventions of a language; an unknown one reads English ones."""
    return Locale.parse(LOCALES.get(language[:2], "en_GB"))


@lru_cache(maxsize=REMEMBERED)
def money(minor: int, currency: str, language: str) -> str:
    """An amount of minor units (cents) with its currency: ``€640.00``, ``€ 640,00``, ``640,00 €``."""
    digits = get_currency_precision(currency)
    amount = Decimal(minor).scaleb(-digits)
    # A line never breaks between an amount and its sign; the narrow space has no glyph in every font.
    text = format_currency(amount, currency, locale=locale(language))
    return text.replace(NARROW_SPACE, SPACE)


def hours(value: Decimal | str | int, language: str) -> str:
    """Hours with their unit: ``2.5 h``, ``2,5 h``; text that is no number raises ValueError."""
    return f"{quantity(value, language)}{SPACE}h"


@lru_cache(maxsize=REMEMBERED)
def quantity(value: Decimal | str | int, language: str) -> str:
    """A count or measure without trailing zeros, at most three decimals: ``1.5``, ``1 000``."""
    text = format_decimal(_decimal(value), format="#,##0.###", locale=locale(language))
    return text.replace(NARROW_SPACE, SPACE)


@lru_cache(maxsize=REMEMBERED)
def percent(value: Decimal | str | int, language: str) -> str:
    """A rate given per hundred: ``21`` becomes ``21%`` or ``21 %``."""
    text = format_percent(
        _decimal(value) / 100, format=None, locale=locale(language), decimal_quantization=False
    )
    return text.replace(NARROW_SPACE, SPACE)


@lru_cache(maxsize=REMEMBERED)
def moment(at: datetime, zone: str | tzinfo, language: str) -> str:
    """Day and time in a zone, with the zone named: ``Mon 24 Nov 2026, 16:00 CET``."""
    local = at.astimezone(_zone(zone))
    text = format_datetime(local, "EEE d MMM y, HH:mm", locale=locale(language))
    return f"{text} {zone_name(local)}"


def day(at: datetime, zone: str | tzinfo, language: str) -> str:
    """The day in a zone: ``24 Nov 2026``."""
    return format_date(at.astimezone(_zone(zone)).date(), "d MMM y", locale=locale(language))


def on(day: date, language: str) -> str:
    """A day that has no time, as it stands on an invoice: ``24 Nov 2026``."""
    return format_date(day, "d MMM y", locale=locale(language))


def days(first: date, last: date, language: str) -> str:
    """From one day to another: ``24–30 Nov 2026``; one day is ``24 Nov 2026``, a whole month ``November 2026``."""
    if first == last:
        return on(first, language)
    if (
        first.day == 1
        and (last + timedelta(days=1)).day == 1
        and (first.year, first.month) == (last.year, last.month)
    ):
        return format_date(first, "LLLL y", locale=locale(language))
    return str(format_interval(first, last, "yMMMd", locale=locale(language)))


def exact(at: datetime, zone: str) -> str:
    """A time nobody can misread, for proof: ``2026-11-21 21:38:36 +01:00``, or ``… UTC``."""
    local = at.astimezone(_zone(zone))
    return (
        f"{local:%Y-%m-%d %H:%M:%S} UTC"
        if zone == "UTC"
        else local.isoformat(" ", "seconds").replace("+", " +")
    )


def zone_name(local: datetime) -> str:
    """What people call the zone of an aware moment at that moment: ``CET``, ``CEST``, else ``UTC+03``."""
    name = local.tzname() or "UTC"
    return f"UTC{name}" if name[0] in "+-" else name


def ago(at: datetime, now: datetime, language: str) -> str:
    """How far from now, either way: ``3 days ago``, ``in 2 hours``; what is nearer than a minute is the nearest one."""
    seconds = (at - now).total_seconds()
    if abs(seconds) < JUST_NOW_SECONDS:
        seconds = -1 if seconds <= 0 else 1
        return format_timedelta(
            seconds * 60, granularity="minute", add_direction=True, locale=locale(language)
        )
    # "1 hour ago" reads better than "61 minutes ago", and "30 hours ago" better than "1 day ago".
    threshold = 0.95 if abs(seconds) < UNDER_TWO_HOURS else 1.5
    return format_timedelta(at - now, threshold=threshold, add_direction=True, locale=locale(language))


def duration(length: timedelta, language: str) -> str:
    """How long something took, in its largest unit: ``3 days``, ``2 hours``; a minute at least."""
    return format_timedelta(
        max(length, timedelta(minutes=1)), granularity="minute", threshold=1.5, locale=locale(language)
    )


def _zone(zone: str | tzinfo) -> tzinfo:
    return ZoneInfo(zone) if isinstance(zone, str) else zone


def _decimal(value: Decimal | str | int) -> Decimal:
    try:
        return Decimal(value)
    except InvalidOperation as problem:
        raise ValueError(f"not a number: {value!r}") from problem
