"""The record as sentences, for each audience."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paraph.evidence import ledger
from paraph.evidence.facts import CUSTOMER, FACTS, STAFF, Audience
from paraph.evidence.models import Personal
from paraph.evidence.timeline import Line, timeline
from paraph.lib.actor import SYSTEM, Actor
from tests.evidence.conftest import TOPIC, Append
from tests.evidence.facts import CopyFetched, LineApproved, MarginNoted, MarkGiven

pytestmark = pytest.mark.django_db


def read(log: str, audience: Audience = STAFF, **options: object) -> list[Line]:
    return timeline(log, TOPIC, audience=audience, language="en", **options)  # type: ignore[arg-type]


def test_each_audience_reads_its_own_facts_in_order(append: Append, log: str) -> None:
    for fact in (LineApproved(number=3), MarginNoted(), CopyFetched()):
        append(fact)
    append(LineApproved(number=4), topic="order:another")
    assert [line.text for line in read(log, CUSTOMER)] == [
        "Ann Jansen approved line 3.",
        "You fetched your copy.",
    ]
    assert [line.text for line in read(log, STAFF, newest_first=True)] == [
        "Ann Jansen noted a margin.",
        "Ann Jansen approved line 3.",
    ]
    assert [line.index for line in read(log, STAFF, newest_first=True, limit=1)] == [1]


def test_a_line_says_who_when_and_why(append: Append, log: str) -> None:
    first = append()
    append(MarkGiven(cents=1250, signer="A. Jansen"), cause=first)
    line = read(log)[1]
    assert line.text == "Ann Jansen signed as A. Jansen for € 12.50."
    assert (line.by, line.by_kind, line.kind, line.cause, line.erased) == (
        "Ann Jansen",
        "contact",
        "mark.given",
        0,
        False,
    )


def test_erased_values_are_shown_as_erased(append: Append, log: str) -> None:
    ledger.erase(append(MarkGiven(cents=1250, signer="A. Jansen")))
    line = read(log)[0]
    assert line.text == "(erased) signed as (erased) for € 12.50."
    assert (line.by, line.erased) == ("(erased)", True)


def test_values_that_no_longer_open_do_not_stop_the_timeline(
    append: Append, log: str, superuser: Callable[[], AbstractContextManager[Any]]
) -> None:
    append(MarkGiven(cents=1, signer="Ann"))
    with superuser():
        Personal.objects.update(sealed=b"\x01" + bytes(40))
    assert read(log)[0].text == "(unreadable) signed as (unreadable) for € 0.01."


@pytest.mark.parametrize(
    ("actor", "name"),
    [
        (SYSTEM, "Paraph"),
        (Actor("contact"), "The customer"),
        (Actor("member"), "A member of staff"),
        (Actor("client"), "An HTTP client"),
    ],
)
def test_somebody_without_a_name_is_not_given_one(append: Append, log: str, actor: Actor, name: str) -> None:
    append(by=actor)
    assert read(log)[0].by == name


def test_a_kind_nobody_knows_is_told_in_general_words(
    append: Append, log: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    append()
    monkeypatch.delitem(FACTS, "line.approved")
    assert read(log)[0].text == "Ann Jansen: line.approved"


def test_a_sentence_that_does_not_fit_falls_back(
    append: Append, log: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    append()
    for sentence in ("%(nowhere)s", "%(number)q", "%s %s"):
        monkeypatch.setattr(LineApproved, "sentence", sentence)
        assert read(log)[0].text == "Ann Jansen: line.approved"


def test_prepared_words_that_fail_do_not_stop_the_timeline(
    append: Append, log: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(LineApproved(number=2))
    monkeypatch.setattr(LineApproved, "values", lambda self: 1 / 0)
    assert read(log)[0].text == "Ann Jansen approved line 2."


def test_text_of_the_customer_is_never_taken_for_a_format(append: Append, log: str) -> None:
    append(MarkGiven(cents=1, signer="100 % %(cents)s"))
    assert read(log)[0].text == "Ann Jansen signed as 100 % %(cents)s for € 0.01."


def test_a_timeline_costs_one_query_however_long(append: Append, log: str) -> None:
    for _ in range(5):
        append(MarkGiven(cents=1, signer="Ann"))
    with CaptureQueriesContext(connection) as queries:
        assert len(read(log)) == 5
    assert len(queries) == 1
