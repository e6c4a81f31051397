"""Money and quantities as the reader writes them: ``1.234,56`` in Dutch, ``1,234.56`` in English.

Money is typed in major units and kept in minor units (cents). `lib.numerals` reads what was typed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from paraph.lib import numerals
from paraph.lib.numerals import read as read
from paraph.work.models import MAX_MINOR


def write(number: Decimal, decimals: int, *, least: int = 0) -> str:
    """Write a number for a field, in the reader's notation, without grouping."""
    return numerals.write(number, decimals, get_language() or "en", least=least)


class QuantityField(forms.CharField):
    """A decimal number in the reader's notation, with at most `decimals` places and between `low` and `high`."""

    def __init__(
        self, *, decimals: int = 2, low: Decimal = Decimal(0), high: Decimal | None = None, **kwargs: Any
    ) -> None:
        self.decimals = decimals
        kwargs.setdefault(
            "widget",
            forms.TextInput(attrs={"inputmode": "decimal", "class": "figure", "autocomplete": "off"}),
        )
        super().__init__(max_length=30, **kwargs)
        self.validators = [MinValueValidator(low), *([MaxValueValidator(high)] if high is not None else [])]

    def to_python(self, value: Any) -> Any:
        """Text to Decimal; empty text to None."""
        text = str(value or "").strip()
        if not text:
            return None
        try:
            number = read(text, get_language() or "en")
        except (ValueError, ArithmeticError) as problem:
            example = write(Decimal("2.5"), 2)
            raise ValidationError(
                _("Write a number, for example %(example)s.") % {"example": example}
            ) from problem
        places = -int(number.normalize().as_tuple().exponent)
        if places > self.decimals:
            raise ValidationError(
                ngettext("At most %(count)s decimal.", "At most %(count)s decimals.", self.decimals)
                % {"count": self.decimals}
            )
        return number

    def prepare_value(self, value: Any) -> Any:
        """A number to the reader's notation; what was typed stays as typed."""
        return write(value, self.decimals) if isinstance(value, Decimal) else value


class MoneyField(QuantityField):
    """Money, typed in major units of one currency; the value is an int of minor units."""

    def __init__(self, *, currency: str = "EUR", **kwargs: Any) -> None:
        digits = get_currency_precision(currency)
        super().__init__(decimals=digits, high=Decimal(MAX_MINOR).scaleb(-digits), **kwargs)

    def clean(self, value: Any) -> Any:
        """Validate in major units, return minor ones; None when empty."""
        amount = super().clean(value)
        return None if amount is None else int(amount.scaleb(self.decimals))

    def prepare_value(self, value: Any) -> Any:
        """Minor units to the reader's notation; what was typed stays as typed."""
        if not isinstance(value, int):
            return value
        return write(Decimal(value).scaleb(-self.decimals), self.decimals, least=self.decimals)
