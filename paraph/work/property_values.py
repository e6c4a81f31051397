"""What may stand in a property: what somebody typed becomes the one text that is stored, or a sentence why not.

Stored are: text without control signs and spaces around it, a decimal number (``12.5``), a day (``2026-11-28``), the
key of a choice, ``yes`` or ``no``, a PO number as its pattern writes it. Empty means nothing. This is the only place
that judges a value, whoever gives it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from paraph.lib import figures, numerals
from paraph.work import masks
from paraph.work.models import Property, PropertyType

TEXT_CHARS = 500  # what the column holds, and more than a line of a form
NUMBER_CHARS = 30
DECIMALS = 3  # kilograms of tonnes
MOST = Decimal("999999999.999")
YEARS = range(1900, 2200)
DAY_FIRST = re.compile(r"(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4})", re.ASCII)
YEAR_FIRST = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)", re.ASCII)
YES, NO = "yes", "no"
BLANKS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs that are drawn as nothing


class Unfit(ValueError):
    """The value cannot stand there; the text says why, and what to write instead."""


def normalise(of: Property, typed: str, language: str) -> str:
    """What was typed, as it is stored; "" for nothing. Raises `Unfit`. Giving it `as_typed` returns the same."""
    text = _clean(typed)
    return _JUDGES[PropertyType(of.type)](of, text, language) if text else ""


def check(of: Property, value: str) -> str:
    """A value as it is stored, given back when it can be; raises `Unfit`. For values that no form has read."""
    if normalise(of, as_typed(of, value, "en"), "en") != value:
        raise Unfit(_("This value cannot be used."))
    return value


def as_typed(of: Property, value: str, language: str) -> str:
    """A stored value as the reader would type it into a field."""
    if of.type == PropertyType.NUMBER and value:
        try:
            return numerals.write(Decimal(value), DECIMALS, language)
        except ArithmeticError:
            return value
    return value


def _clean(typed: str) -> str:
    """One line, without the control signs that no paper can show."""
    kept = "".join(" " if one in "\t\r\n" else one for one in typed if one in "\t\r\n" or _is_shown(one))
    return " ".join(kept.split()) if any(map(_is_seen, kept)) else ""


def _is_shown(sign: str) -> bool:
    return unicodedata.category(sign) not in {"Cc", "Cs"}


def _is_seen(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LNPS" and sign not in BLANKS


def _text(of: Property, text: str, language: str) -> str:
    if len(text) > TEXT_CHARS:
        raise Unfit(_("This is too long: at most 500 characters."))
    return text


def _po_number(of: Property, text: str, language: str) -> str:
    if not of.pattern:
        return _text(of, text, language)
    told = text.replace(" ", "") if " " not in of.pattern else text
    if masks.fits(of.pattern, told):
        return told.upper()
    raise Unfit(
        _("This does not look like %(name)s. Write it like %(example)s.")
        % {"name": of.names.get(language) or of.name, "example": masks.example(of.pattern)}
    )


def _number(of: Property, text: str, language: str) -> str:
    bare = text[: -len(of.unit)].strip() if of.unit and text.endswith(of.unit) else text
    try:
        if len(bare) > NUMBER_CHARS:
            raise ValueError(bare)
        number = numerals.read(bare, language)
    except (ValueError, ArithmeticError) as problem:
        example = numerals.write(Decimal("2.5"), DECIMALS, language)
        raise Unfit(_("Write a number, for example %(example)s.") % {"example": example}) from problem
    if number != round(number, DECIMALS):
        raise Unfit(_("At most three decimals."))
    if abs(number) > MOST:
        raise Unfit(_("This number is too large."))
    return _plain(number)


def _plain(number: Decimal) -> str:
    """Without an exponent and without zeros that say nothing: ``12.5``, ``0``."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"", "-0"} else text


def _date(of: Property, text: str, language: str) -> str:
    found = DAY_FIRST.fullmatch(text) or YEAR_FIRST.fullmatch(text)
    try:
        told = date(**{name: int(part) for name, part in found.groupdict().items()}) if found else None
        if told is None or told.year not in YEARS:
            raise ValueError(text)
    except ValueError as problem:
        example = figures.on(date(2026, 11, 28), language)
        raise Unfit(
            _("Write a day as 28-11-2026 (day, month, year); that is %(day)s.") % {"day": example}
        ) from problem
    return told.isoformat()


def _choice(of: Property, text: str, language: str) -> str:
    for one in of.options:
        if one["key"] == text:
            return text
    raise Unfit(_("Choose one of the list."))


def _yes_no(of: Property, text: str, language: str) -> str:
    if text in {YES, NO}:
        return text
    raise Unfit(_("Choose yes or no."))


_JUDGES: dict[PropertyType, Callable[[Property, str, str], str]] = {
    PropertyType.TEXT: _text,
    PropertyType.NUMBER: _number,
    PropertyType.DATE: _date,
    PropertyType.CHOICE: _choice,
    PropertyType.YES_NO: _yes_no,
    PropertyType.PO_NUMBER: _po_number,
}
