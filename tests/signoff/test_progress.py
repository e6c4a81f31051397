"""The progress report: a value, sentences, and a document; no prices, and nothing that was not recorded."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from paraph.signoff import progress
from paraph.signoff.models import Invitation
from paraph.work import orders
from paraph.work.models import Status, WorkOrder
from tests import cast
from tests.cast import Shop


def recorded(shop: Shop, order: WorkOrder, hours: dict[int, str]) -> WorkOrder:
    """Record hours by line number, as the order form does."""
    draft = cast.again(order)
    numbers = {item.pk: item.number for item in cast.lines(order)}
    items = [
        orders.ItemDraft(
            **{
                **vars(one),
                "actual_hours": Decimal(hours[numbers[one.id]]) if numbers[one.id] in hours else None,  # type: ignore[index]
            }
        )
        for one in draft.items
    ]
    expected = WorkOrder.objects.get(pk=order.pk).revision
    orders.revise(order, cast.again(order, items=items), expected=expected, by=shop.tess.actor)
    return orders.load(order.pk)


def text(pdf: bytes) -> str:
    """The text of a PDF as poppler reads it, with single spaces."""
    told = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(told.stdout.decode().replace("\u00a0", " ").split())


def test_S3_06_the_report_holds_both_hours_of_every_line_and_no_price(shop: Shop) -> None:
    order = recorded(shop, shop.open_order(3), {1: "3", 2: "0"})
    content = progress.present(order)
    told = [
        (one["estimated"], one["actual"], one["difference"], one["share"], one["work"])
        for one in content["items"]
    ]
    assert told == [
        ("2.5", "3", "0.5", 120, "recorded"),
        ("2.5", "0", "-2.5", 0, "recorded"),
        ("2.5", None, None, None, "waiting"),
    ]
    assert content["hours"] == {
        "estimated": "7.5",
        "actual": "3",
        "difference": "-2",
        "share": 40,
        "lines": 3,
        "recorded": 2,
        "rejected": 0,
    }
    text = json.dumps(content)
    assert "total" not in text
    assert not re.search(r"(?<![-\w])(8500|12050)(?![-\w])", text)  # as a number; ids hold any digits


def test_S3_06_a_rejected_line_is_not_done_and_does_not_count(
    shop: Shop, opened: Callable[[], Invitation]
) -> None:
    invitation = opened()
    order = invitation.party.signoff.order
    from paraph.signoff import ceremonies

    ceremonies.decide(invitation, cast.lines(order)[6].pk, "rejected", by=cast.customer(invitation))
    content = progress.present(recorded(shop, order, {1: "2", 7: "1"}))
    assert content["items"][6]["work"] == "left"
    assert (content["hours"]["lines"], content["hours"]["rejected"]) == (6, 1)
    assert content["hours"]["estimated"] == "15"
    assert content["hours"]["actual"] == "2"
    assert progress.coverage(content) == (
        "Hours are recorded on 1 of 6 lines. 1 line was rejected: it is not done and does not count."
    )


def test_S3_06_only_a_reported_order_says_done_and_only_of_what_was_authorised(shop: Shop) -> None:
    order = shop.open_order(2)
    cast.signed(shop, order, (1,))
    WorkOrder.objects.filter(pk=order.pk).update(status=Status.COMPLETED)
    content = progress.present(orders.load(order.pk))
    assert [one["work"] for one in content["items"]] == ["done", "waiting"]


@pytest.mark.parametrize(
    ("told", "sentence", "beyond", "beyond_done"),
    [
        (
            {"estimated": "2.5", "actual": None, "difference": None},
            "2.5 h estimated; hours not recorded",
            "",
            "",
        ),
        (
            {"estimated": "2.5", "actual": "3", "difference": "0.5"},
            "3 h worked of 2.5 h estimated",
            "0.5 h more than estimated",
            "0.5 h more than estimated",
        ),
        (
            {"estimated": "2.5", "actual": "2", "difference": "-0.5"},
            "2 h worked of 2.5 h estimated",
            "",
            "0.5 h less than estimated",
        ),
        (
            {"estimated": "0", "actual": "0", "difference": "0"},
            "0 h worked of 0 h estimated",
            "",
            "as estimated",
        ),
    ],
)
def test_S3_06_hours_are_said_in_words(
    told: dict[str, Any], sentence: str, beyond: str, beyond_done: str
) -> None:
    assert progress.worked(told, "en").replace("\u00a0", " ") == sentence
    assert progress.beyond(told, "en").replace("\u00a0", " ") == beyond
    assert progress.beyond(told, "en", done=True).replace("\u00a0", " ") == beyond_done


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_S3_06_S3_34_the_report_prints_with_both_hours_and_no_price(shop: Shop, language: str) -> None:
    order = recorded(shop, shop.open_order(3), {1: "3.25", 2: "1"})
    printed = text(progress.printed(order, language))
    assert ("3.25 h" if language == "en" else "3,25 h") in printed
    assert order.number in printed
    assert "Finding 3" in printed
    assert "€" not in printed
    assert not re.search(r"120[.,]50", printed)


@pytest.mark.slow
def test_S3_06_the_printed_report_says_the_sentences_of_the_page(shop: Shop) -> None:
    printed = text(progress.printed(recorded(shop, shop.open_order(3), {1: "3"}), "en"))
    for words in (
        "Progress report",
        "Hours are recorded on 1 of 3 lines.",
        "not recorded",
        "+0.5 h",
        "No hours recorded",
        "Worked of the estimate 40%",
    ):
        assert words in printed, (words, printed)
