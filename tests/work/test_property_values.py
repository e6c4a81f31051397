"""What may stand in a property: one place judges it, kindly, and no input makes it slow."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paraph.work import masks, property_values
from paraph.work.models import Property, PropertyType
from paraph.work.property_values import Unfit, as_typed, normalise

LANGUAGES = st.sampled_from(["en", "nl", "fr"])
OPTIONS = [{"key": "std", "label": "Standard", "labels": {}}, {"key": "q", "label": "Q & A", "labels": {}}]
TYPES = [
    Property(type="text", name="t"),
    Property(type="number", name="n", unit="t"),
    Property(type="date", name="d"),
    Property(type="choice", name="c", options=OPTIONS),
    Property(type="yes_no", name="y"),
    Property(type="po_number", name="p", pattern="45########|PO-#{4,6}"),
    Property(type="po_number", name="free"),
]
NEAR = st.one_of(
    st.text(max_size=80),
    st.decimals(allow_nan=False, allow_infinity=False, places=4).map(str),
    st.dates().map(str),
    st.sampled_from(["std", "q", "yes", "no", "4512345678", "po-12345", " 1.234,5 t", "28/11/2026", "1 000"]),
)


@given(st.sampled_from(TYPES), NEAR, LANGUAGES, LANGUAGES)
def test_whatever_is_typed_is_refused_or_stored_in_one_form(
    of: Property, typed: str, one: str, other: str
) -> None:
    try:
        stored = normalise(of, typed, one)
    except Unfit:
        return
    assert len(stored) <= property_values.TEXT_CHARS
    assert "\x00" not in stored
    assert stored == stored.strip()
    # What is stored is read back as itself by a reader of any language.
    assert normalise(of, as_typed(of, stored, other), other) == stored
    assert property_values.check(of, stored) == stored


@given(st.decimals(min_value="-99999", max_value="99999", places=3), LANGUAGES)
def test_a_number_keeps_its_value_in_every_language(number: Decimal, language: str) -> None:
    of = Property(type="number", name="n")
    stored = normalise(of, as_typed(of, f"{number:f}", language), language)
    assert Decimal(stored) == number
    assert "E" not in stored.upper()


@pytest.mark.parametrize(
    ("type", "typed", "stored"),
    [
        ("text", "  Well \t Delta-7\n", "Well Delta-7"),
        ("text", "a\x00b\x07", "ab"),
        ("text", "", ""),
        ("number", "12,50", "12.5"),
        ("number", "12.5 t", "12.5"),
        ("number", "-0", "0"),
        ("date", "28/11/2026", "2026-11-28"),
        ("date", "2026-11-28", "2026-11-28"),
        ("choice", "q", "q"),
        ("yes_no", "no", "no"),
        ("po_number", "45 1234 5678", "4512345678"),
        ("po_number", "po-1234", "PO-1234"),
    ],
)
def test_a_good_value_is_stored_in_one_form(type: str, typed: str, stored: str) -> None:
    of = next(one for one in TYPES if one.type == type)
    assert normalise(of, typed, "en") == stored


@pytest.mark.parametrize(
    ("type", "typed", "sentence"),
    [
        ("text", "x" * 501, "too long"),
        ("number", "about five", "Write a number"),
        ("number", "1.2345", "three decimals"),
        ("number", "1" * 20, "too large"),
        ("number", "NaN", "Write a number"),
        ("date", "31/02/2026", "Write a day"),
        ("date", "2026-W01-1", "Write a day"),
        ("date", "0001-01-01", "Write a day"),
        ("choice", "other", "Choose one"),
        ("yes_no", "maybe", "yes or no"),
        ("po_number", "45-1", "Write it like 4512345678"),
    ],
)
def test_a_bad_value_is_refused_with_a_sentence(type: str, typed: str, sentence: str) -> None:
    of = next(one for one in TYPES if one.type == type)
    with pytest.raises(Unfit, match=sentence):
        normalise(of, typed, "en")


def test_every_type_has_a_judge() -> None:
    assert set(property_values._JUDGES) == set(PropertyType)


@given(st.text(max_size=masks.MASK_CHARS + 2), st.text(max_size=masks.TEXT_CHARS + 2))
def test_a_mask_is_refused_or_answers(mask: str, text: str) -> None:
    try:
        masks.check(mask)
    except masks.BadMask:
        return
    assert masks.fits(mask, text) in {True, False}
    assert masks.fits(mask, masks.example(mask)) or len(masks.example(mask)) > masks.TEXT_CHARS


@pytest.mark.parametrize("mask", ["", "#" * 61, "{4}", "#{41}", "#{5,2}", "#{0}", "a|", "é", "#{2"])
def test_a_mask_that_makes_no_sense_is_refused(mask: str) -> None:
    with pytest.raises(masks.BadMask):
        masks.check(mask)


def test_no_mask_and_no_text_make_it_slow() -> None:
    mask = "?{0,40}" * 8 + "#"
    began = time.perf_counter()
    assert not masks.fits(mask, "A" * masks.TEXT_CHARS)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("nothing", ["\u200b", "\u202e \u2060", "\u3164", "\u2800\u200d", "\u00ad", "\u00a0"])
def test_S0_27_what_cannot_be_seen_is_nothing(nothing: str) -> None:
    assert normalise(TYPES[0], nothing, "en") == ""
    assert normalise(TYPES[0], f"{nothing}x", "en") != ""
