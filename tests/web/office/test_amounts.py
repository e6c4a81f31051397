"""Money and quantities in the reader's notation."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from paraph.web.office.forms.amounts import MoneyField, QuantityField, read


@pytest.mark.parametrize(
    ("language", "typed", "meant"),
    [
        ("nl", "1.234,56", "1234.56"),
        ("nl", "1234,5", "1234.5"),
        ("nl", "€ 1.234", "1234"),
        ("nl", "2.5", "2.5"),
        ("en", "1,234.56", "1234.56"),
        ("en", "2,5", "2.5"),
        ("en", "1,234", "1234"),
        ("fr", "1 234,56 €", "1234.56"),
        ("fr", "1\u202f234,56", "1234.56"),
        ("en", "-3", "-3"),
        ("nl", "0,125", "0.125"),
        ("en", "0,125", "0.125"),
    ],
)
def test_a_number_is_read_as_its_reader_writes_it(language: str, typed: str, meant: str) -> None:
    assert read(typed, language) == Decimal(meant)


@pytest.mark.parametrize("typed", ["", "one", "1.2.3", "1,23,4", "--1", "1e5", "NaN", "∞", "1.234,5.6", "٣"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="no number"):
        read(typed, "nl")


def test_money_is_typed_in_euros_kept_in_cents_and_shown_as_typed() -> None:
    field = MoneyField(currency="EUR", required=False)
    with override("nl"):
        assert field.clean("1.234,56") == 123456
        assert field.prepare_value(123456) == "1234,56"
        assert field.prepare_value("12,3x") == "12,3x"
        assert field.clean("") is None


def test_a_currency_without_decimals_takes_none() -> None:
    field = MoneyField(currency="JPY", required=False)
    assert field.clean("1,234") == 1234
    with pytest.raises(ValidationError, match="At most 0 decimals"):
        field.clean("12.5")


@pytest.mark.parametrize("typed", ["12.345", "-1", "99999999999999"])
def test_impossible_money_is_refused_with_a_sentence(typed: str) -> None:
    with override("en"), pytest.raises(ValidationError):
        MoneyField(currency="EUR").clean(typed.replace("12.345", "0.345"))


def test_hours_have_bounds() -> None:
    field = QuantityField(high=Decimal(10), required=False)
    assert field.clean("2.50") == Decimal("2.50")
    with pytest.raises(ValidationError):
        field.clean("11")
