"""The progress page: hours in figures and words, nothing to decide, nothing another view shows."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paraph.evidence.models import Entry
from paraph.signoff import invitations, requests
from paraph.signoff.models import Decision, Invitation, View
from paraph.work.models import Comment, WorkOrder
from tests import cast
from tests.cast import Shop
from tests.signoff.test_progress import recorded, text
from tests.web.portal.conftest import HTMX, Customer


def share(shop: Shop, order: WorkOrder, view: str = View.PROGRESS) -> Invitation:
    """Jan is sent a view to read; `shop.links` keeps the link."""
    shared = requests.share(order, [shop.jan])
    party = shared.parties.get(contact=shop.jan)
    invitation, link = invitations.hand_over(party, view=view, by=shop.mara, actor=shop.mara.actor)
    shop.links[invitation.pk] = link
    return invitation


@pytest.fixture
def reader(shop: Shop, enter: Callable[..., Customer]) -> Customer:
    """Jan, who came in to read how far an order of three lines is."""
    order = recorded(shop, shop.open_order(3), {1: "3", 2: "1.25"})
    return enter(share(shop, order))


def body(page: str) -> str:
    """The page without its head, which holds the look."""
    return page.split("</head>")[1]


def words(page: str) -> str:
    """What stands on the page, as one line of text."""
    return " ".join(re.sub(r"<[^>]+>", " ", body(page)).replace("\u00a0", " ").split())


def test_S3_06_the_page_says_both_hours_of_every_line_and_together(reader: Customer) -> None:
    page = reader.page()
    told = words(page)
    assert "Progress report WO-1001" in told
    assert "3 h worked of 2.5 h estimated (120%) · 0.5 h more than estimated" in told
    assert "1.25 h worked of 2.5 h estimated (50%)" in told
    assert "2.5 h estimated; hours not recorded" in told
    assert "4.25 h worked of 7.5 h estimated (57%)" in told
    assert "Hours are recorded on 2 of 3 lines." in told
    assert 'role="img"' in page
    assert 'aria-label="Together: 4.25' in page


def test_S3_06_what_was_not_recorded_is_never_zero(shop: Shop, enter: Callable[..., Customer]) -> None:
    told = words(enter(share(shop, shop.open_order(1))).page())
    assert "hours not recorded" in told
    assert not re.search(r"\b0 h", told)
    assert "%" not in told


@pytest.mark.parametrize(
    ("worked", "sentence"),
    [
        ({1: "3"}, "3 h worked of 5 h estimated (60%)"),
        ({1: "3", 2: "1"}, "4 h worked of 5 h estimated (80%)"),
        ({1: "6"}, "6 h worked of 5 h estimated (120%) · 1 h more than estimated"),
    ],
)
def test_S3_06_all_together_is_compared_only_where_that_is_fair(
    shop: Shop, enter: Callable[..., Customer], worked: dict[int, str], sentence: str
) -> None:
    order = recorded(shop, shop.open_order(2), worked)
    told = words(enter(share(shop, order)).page())
    assert f"Hours {sentence} Hours are recorded" in told


def test_S3_06_no_price_is_on_the_page(reader: Customer) -> None:
    told = words(reader.page())  # without addresses, whose ids may hold any digits
    assert "€" not in told
    assert "333" not in told
    assert "120.50" not in told


def test_S3_06_a_rejected_line_reads_not_done(shop: Shop, enter: Callable[..., Customer]) -> None:
    deciding = enter(shop.invite(shop.open_order(2)))
    deciding.decide(2, "rejected")
    page = enter(share(shop, deciding.order)).page()
    assert "Rejected, so it is not done." in page
    assert "1 line was rejected: it is not done and does not count." in words(page)


def test_S3_06_bars_are_as_long_as_the_hours(reader: Customer) -> None:
    page = reader.page()
    lines = page.split('id="line-')[1:]
    lengths = [re.findall(r'class="(planned|worked|over)"[^>]* width="([\d.]+)"', one) for one in lines]
    assert lengths == [
        [("planned", "83.3"), ("worked", "100.0"), ("over", "16.7")],
        [("planned", "83.3"), ("worked", "41.7")],
        [("planned", "83.3")],
    ]


def test_S3_03_nothing_can_be_decided_or_signed_by_hand(reader: Customer) -> None:
    item = reader.lines[0]
    before = Entry.objects.count()
    refused = [
        reader.post(reader.at("decision", item.pk), {"choice": "approved"}),
        reader.post(reader.at("decision", item.pk), {"choice": "approved"}, headers=HTMX),
        reader.post(reader.at("approve_all")),
        reader.post(reader.at("review")),
        reader.get(reader.at("review")),
        reader.get(reader.at("receipt")),
        reader.get(reader.at("receipt_file")),
        reader.get(reader.at("record")),
        reader.get(reader.at("sealed")),
        reader.post(reader.at("line_comments", item.pk), {"text": "hm"}),
    ]
    assert {one.status_code for one in refused} == {404}
    assert Decision.objects.count() == 0
    assert Entry.objects.count() == before
    page = reader.page()
    for address in ("decision", "approve-all", "review", "sign"):
        assert f"/{address}" not in page


def test_S3_03_a_ceremony_of_the_same_person_does_not_open_by_a_reading_link(
    shop: Shop, jan: Customer, enter: Callable[..., Customer]
) -> None:
    jan.decide(1, "approved")
    ceremony = jan.review().context["ceremony"]
    reading = enter(share(shop, jan.order))
    assert reading.get(reading.at("sign", ceremony.pk)).status_code == 404
    assert reading.post(reading.at("sign", ceremony.pk), {"name": "Jan"}).status_code == 404


@pytest.mark.slow
def test_S3_34_print_gives_the_progress_report_and_nothing_else(reader: Customer) -> None:
    answer = reader.get(reader.at("print"))
    assert answer["Content-Disposition"] == 'attachment; filename="WO-1001-progress.pdf"'
    printed = text(answer.content)
    assert "Progress report" in printed
    assert "+0.5 h" in printed
    assert "€" not in printed


@pytest.mark.slow
def test_S3_03_print_never_gives_the_sealed_estimate_to_a_reader_of_progress(
    shop: Shop, enter: Callable[..., Customer]
) -> None:
    order = shop.open_order(2)
    cast.signed(shop, order, (1, 2))
    reading = enter(share(shop, order))
    assert reading.get(reading.at("sealed")).status_code == 404
    printed = text(reading.get(reading.at("print")).content)
    assert "Progress report" in printed
    assert "€" not in printed
    assert "authorise" not in printed


def test_S3_31_a_reader_may_ask_about_the_order(reader: Customer) -> None:
    answer = reader.post(reader.at("comments"), {"text": "When can I fly?"})
    assert answer.status_code == 302
    assert Comment.objects.get().text == "When can I fly?"
    assert "When can I fly?" in reader.page()
    refused = reader.post(reader.at("comments"), {"text": ""})
    assert refused.status_code == 400
    assert "Write something first." in refused.content.decode()
    assert "Progress report" in refused.content.decode()
    part = reader.post(reader.at("comments"), {"text": "And the strut?"}, headers=HTMX).content.decode()
    assert "And the strut?" in part
    assert "<html" not in part
    assert "Approve" not in part


def test_the_remembered_page_ends_with_the_next_hour_recorded(shop: Shop, reader: Customer) -> None:
    assert "hours not recorded" in reader.page()
    recorded(shop, reader.order, {1: "3", 2: "1.25", 3: "2"})
    told = words(reader.page())
    assert "hours not recorded" not in told
    assert "2 h worked of 2.5 h estimated" in told


@pytest.mark.parametrize("language", ["en", "nl", "fr"])
def test_S3_06_the_page_and_its_timeline_speak_each_language(reader: Customer, language: str) -> None:
    reader.post(reader.at("language"), {"language": language})
    assert f'<html lang="{language}"' in reader.page()
    assert f'<html lang="{language}"' in reader.page("timeline")


def test_the_page_takes_a_constant_number_of_queries(shop: Shop, enter: Callable[..., Customer]) -> None:
    counts = set()
    for lines in (1, 12):
        order = shop.open_order(lines)
        recorded(shop, order, dict.fromkeys(range(1, lines + 1), "1"))
        reading = enter(share(shop, order))
        reading.page()
        cache.clear()
        with CaptureQueriesContext(connection) as asked:
            reading.page()
        counts.add(len(asked))
    assert len(counts) == 1, counts


def test_the_page_stays_small(shop: Shop, enter: Callable[..., Customer]) -> None:
    assert len(body(enter(share(shop, shop.open_order(7))).page()).encode()) < 20_000
