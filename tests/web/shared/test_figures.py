"""Amounts, hours and dates in three languages, and the tags that write them into pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.template import engines
from django.utils import timezone, translation

from paraph.lib import figures
from paraph.web.shared import accent

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 10, 30, tzinfo=UTC)
S = "\u00a0"


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "€1,234.50"), ("nl", f"€{S}1.234,50"), ("fr", f"1{S}234,50{S}€"), ("xx", "€1,234.50")],
)
def test_money_is_written_as_the_reader_writes_it(language: str, expected: str) -> None:
    assert figures.money(123450, "EUR", language) == expected


def test_money_knows_currencies_without_and_with_three_decimals() -> None:
    assert figures.money(500, "JPY", "en") == "JP¥500"
    assert figures.money(1500, "KWD", "en").endswith("1.500")
    assert figures.money(-5, "EUR", "en") == "-€0.05"


@pytest.mark.parametrize(
    ("language", "expected"), [("en", f"2.5{S}h"), ("nl", f"2,5{S}h"), ("fr", f"2,5{S}h")]
)
def test_hours_name_their_unit(language: str, expected: str) -> None:
    assert figures.hours("2.50", language) == expected


@pytest.mark.parametrize(("language", "expected"), [("en", "21%"), ("nl", "21%"), ("fr", f"21{S}%")])
def test_a_rate_is_per_hundred(language: str, expected: str) -> None:
    assert figures.percent("21", language) == expected
    assert figures.percent("5.5", "en") == "5.5%"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Tue 24 Nov 2026, 16:00 CET"),
        ("nl", "di 24 nov 2026, 16:00 CET"),
        ("fr", "mar. 24 nov. 2026, 16:00 CET"),
    ],
)
def test_a_moment_names_its_zone(language: str, expected: str) -> None:
    assert figures.moment(AT, "Europe/Amsterdam", language) == expected


def test_summer_time_and_nameless_zones_are_named_too() -> None:
    assert figures.moment(SUMMER, "Europe/Amsterdam", "en").endswith("12:30 CEST")
    assert figures.moment(SUMMER, "Asia/Dubai", "en").endswith("14:30 UTC+04")


@pytest.mark.parametrize(
    ("distance", "expected"),
    [
        (timedelta(hours=-3), "3 hours ago"),
        (timedelta(minutes=-56), "56 minutes ago"),
        (timedelta(minutes=-61), "1 hour ago"),
        (timedelta(minutes=89), "in 1 hour"),
        (timedelta(minutes=-91), "2 hours ago"),
        (timedelta(days=2), "in 2 days"),
        (timedelta(seconds=-3), "1 minute ago"),
        (timedelta(hours=-30), "30 hours ago"),
    ],
)
def test_a_distance_reads_either_way(distance: timedelta, expected: str) -> None:
    assert figures.ago(AT + distance, AT, "en") == expected


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        figures.hours("many", "en")


@time_machine.travel(AT, tick=False)
def test_tags_write_figures_in_the_active_language_and_zone() -> None:
    template = "{{ m|money:'EUR' }} {{ h|hours }} {{ at|moment_text }} {{ at|ago }} {{ none|hours }}{{ none|moment }}"
    with translation.override("nl"), timezone.override("Europe/Amsterdam"):
        text = engines["django"].from_string(template).render({"m": 5, "h": "1", "at": AT, "none": None})

    assert text.startswith(f"€{S}0,05 1{S}h di 24 nov 2026, 16:00 CET <time datetime=")
    assert text.endswith("</time> ")


def test_a_state_is_a_word_with_a_sign() -> None:
    text = (
        engines["django"].from_string('{% pill "decision" "rejected" %}{% pill "order" "martian" %}').render()
    )
    assert "<svg" in text
    assert "Rejected</span>" in text
    assert "Unknown</span>" in text


def test_a_mark_is_readable_on_any_accent_and_carries_no_markup() -> None:
    for colour in ("#ffff00", "#000000", "#7f7f7f", "#0f5c5c", "javascript", ""):
        ground, ink = accent.pair(colour)
        assert accent.contrast(ground, ink) >= accent.AA
    text = engines["django"].from_string('{% mark "<b> &x" "#12345;" %}').render()
    assert "<b>" not in text
    assert "#12345;" not in text
