"""The order page: what is shown to whom, and every act on it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from paraph.evidence.models import Entry
from paraph.signoff import requests
from paraph.signoff.models import Ask, Decision, SignOff, View
from paraph.work import comments, orders
from paraph.work.models import Comment
from tests import cast
from tests.cast import Shop
from tests.web.portal.conftest import HTMX, Customer

pytestmark = pytest.mark.slow

MARKUP = """<script>alert(1)</script>"><img src=x onerror=alert(2)>{{ 7|add:7 }}&'"""


def words(html: str) -> str:
    """The text of a page, without markup and runs of space."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split())


def test_S3_01_S3_05_the_estimate_shows_lines_prices_and_totals(jan: Customer) -> None:
    page = words(jan.page())
    for text in ("Vliegwerk", "WO-1001", "100-hour inspection", "PH-KLX · Cessna 172", "for Jan Jansen"):
        assert text in page
    assert "7 of 7 lines need your decision" in page
    assert "€333.00" in page
    assert "€2,331.00" in page
    assert page.count("Finding ") == 7


def test_S3_04_the_work_authorisation_shows_no_money(shop: Shop, enter: Callable[..., Customer]) -> None:
    jan = enter(view=View.AUTHORISATION)
    jan.decide(1, "approved")
    for page in (jan.page(), jan.review().content.decode(), jan.sign().content.decode(), jan.page()):
        assert "€" not in page
        assert "EUR " not in words(page)
        assert not re.search(r"333|120\.50|85\.00", words(page))


@pytest.mark.parametrize("choice", ["approved", "rejected"])
def test_S3_22_S3_24_S3_25_a_button_in_the_margin_decides_one_line(jan: Customer, choice: str) -> None:
    answer = jan.decide(2, choice)
    assert answer["Location"] == f"{jan.home}#line-{jan.lines[1].pk}"
    assert Decision.objects.get().choice == choice
    assert f"{choice.capitalize()} Clear By Jan Jansen" in words(jan.page())
    assert "6 of 7 lines need your decision" in words(jan.page())


def test_S3_26_clear_takes_a_decision_back(jan: Customer) -> None:
    jan.decide(2, "approved")
    jan.decide(2, "pending")
    assert "7 of 7 lines need your decision" in words(jan.page())
    assert [one.kind for one in Entry.objects.filter(kind__startswith="item.")] == [
        "item.approved",
        "item.cleared",
    ]


def test_S3_22_htmx_gets_the_line_and_all_that_follows_from_it(jan: Customer) -> None:
    answer = jan.decide(3, "approved", headers=HTMX)
    part = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in part
    assert part.count("<article") == 1
    for place in ("head", "summary", "steps", "action"):
        assert re.search(f'id="{place}"[^>]* hx-swap-oob="true"', part), place
    assert "Line 3 is approved. 6 of 7 lines need your decision" in words(part)
    assert "€402.93" in part
    assert re.search(r'value="pending"[^>]* autofocus', part)


def test_approve_all_decides_only_what_is_open(jan: Customer) -> None:
    jan.decide(6, "rejected")
    assert jan.post(jan.at("approve_all"))["Location"] == f"{jan.home}#lines"
    choices = Decision.objects.order_by("id").values_list("item__number", "choice")
    assert dict(choices) == {6: "rejected", **dict.fromkeys((1, 2, 3, 4, 5, 7), "approved")}
    assert "Every line is decided" in words(jan.page())
    part = jan.post(jan.at("approve_all"), headers=HTMX).content.decode()
    assert part.count("<article") == 7
    assert "<html" not in part


@pytest.mark.parametrize("choice", ["", "yes", "APPROVED", "authorised", MARKUP])
def test_a_decision_that_does_not_exist_is_refused(jan: Customer, choice: str) -> None:
    refused = jan.decide(1, choice)
    assert refused.status_code == 400
    assert f'href="{jan.at("order")}"' in refused.content.decode(), "and from there it goes on"
    assert not Decision.objects.exists()


def test_a_line_of_another_order_is_not_there(shop: Shop, jan: Customer) -> None:
    other = cast.lines(shop.open_order())[0]
    for item in (other.pk, uuid4()):
        assert jan.post(jan.at("decision", item), {"choice": "approved"}).status_code == 404
        assert jan.post(jan.at("line_comments", item), {"text": "Hi"}).status_code == 404
    assert not Decision.objects.exists()
    assert not Comment.objects.exists()


def test_S3_23_S3_27_S3_31_a_customer_comments_on_a_line_and_on_the_order(jan: Customer) -> None:
    line = jan.lines[1]
    answer = jan.post(jan.at("line_comments", line.pk), {"text": "Keep the old tyre.\nThanks"})
    assert answer["Location"].endswith(f"#line-{line.pk}")
    jan.post(jan.at("comments"), {"text": "When is it ready?"})
    part = jan.post(jan.at("comments"), {"text": "And by whom?"}, headers=HTMX).content.decode()
    assert "And by whom?" in part
    assert "<html" not in part
    assert re.search(r'id="comments-order" open>\s*<summary autofocus>', part)
    said = Comment.objects.order_by("at").values_list("item__number", "text", "author_kind")
    assert list(said) == [
        (2, "Keep the old tyre.\nThanks", "contact"),
        (None, "When is it ready?", "contact"),
        (None, "And by whom?", "contact"),
    ]
    assert "Keep the old tyre." in jan.page()


def test_S3_33_the_shops_answer_stands_beside_the_question(shop: Shop, jan: Customer) -> None:
    line = jan.lines[1]
    jan.post(jan.at("line_comments", line.pk), {"text": "Why?"})
    comments.add(jan.order, line, text="The cord shows.", by=shop.tess.actor)
    page = words(jan.page())
    assert "2 comments" in page
    assert "The cord shows." in page


@pytest.mark.parametrize(("text", "reason"), [("", "Write something first."), ("x" * 4001, "at most 4,000")])
@pytest.mark.parametrize("htmx", [False, True])
def test_a_comment_that_cannot_be_taken_keeps_its_text(
    jan: Customer, text: str, reason: str, *, htmx: bool
) -> None:
    line = jan.lines[0]
    for address in (jan.at("line_comments", line.pk), jan.at("comments")):
        answer = jan.post(address, {"text": text}, headers=HTMX if htmx else {})
        page = answer.content.decode()
        assert answer.status_code == 400
        assert reason in page
        assert f">{text}</textarea>" in page
        assert ("<html" in page) is not htmx
    assert not Comment.objects.exists()


def test_markup_in_every_text_is_shown_as_text(shop: Shop, enter: Callable[..., Customer]) -> None:
    shop.organisation.name = MARKUP
    shop.organisation.save()
    shop.jan.name = MARKUP
    shop.jan.save()
    hostile = cast.line(
        MARKUP, action=MARKUP, labour_code=MARKUP[:30], parts=[orders.PartDraft(MARKUP, MARKUP[:60])]
    )
    order = shop.open_order(title=MARKUP, object_name=MARKUP, notes=MARKUP, items=[hostile])
    jan = enter(shop.invite(order))
    jan.post(jan.at("line_comments", jan.lines[0].pk), {"text": MARKUP})
    jan.post(jan.at("comments"), {"text": MARKUP})
    jan.decide(1, "approved")
    review = jan.review()
    pages = [
        jan.get(shop.path(jan.invitation)).content.decode(),
        jan.page(),
        jan.page("timeline"),
        review.content.decode(),
        jan.sign(review, name="", role=MARKUP, typed=MARKUP, strokes=MARKUP).content.decode(),
        jan.sign(review, name=MARKUP, role=MARKUP, typed=MARKUP).content.decode(),
        jan.page(),
    ]
    for page in pages:
        assert "<script>" not in page
        assert "<img" not in page
        assert "&lt;script&gt;" in page


def test_a_copy_to_read_has_no_controls_and_says_why(shop: Shop, enter: Callable[..., Customer]) -> None:
    order = shop.open_order()
    shop.invite(order)
    claire = enter(shop.invite(order, contact=shop.claire, ask=Ask.VIEW))
    claire.post(claire.at("language"), {"language": "en"})
    page = claire.page()
    assert "You received a copy to read." in page
    assert set(re.findall(r'<form[^>]* action="([^"]+)"', page)) == {claire.at("language")}
    assert claire.decide(1, "approved").status_code == 403
    assert claire.post(claire.at("approve_all")).status_code == 403
    assert claire.post(claire.at("comments"), {"text": "Hi"}).status_code == 403
    assert claire.post(claire.at("review")).status_code == 403
    assert not Decision.objects.exists()


def test_a_withdrawn_request_says_so_and_nothing_can_be_done(shop: Shop, jan: Customer) -> None:
    jan.decide(1, "approved")
    requests.withdraw(SignOff.objects.get(), by=shop.mara.actor)
    page = jan.page()
    assert "withdrew this request" in page
    assert "Withdrawn" in page
    assert set(re.findall(r'<form[^>]* action="([^"]+)"', page)) == {jan.at("language")}
    assert jan.decide(2, "approved").status_code == 409
    assert jan.post(jan.at("comments"), {"text": "Hi"}).status_code == 409
    assert jan.post(jan.at("review")).status_code == 409


def test_after_signing_decisions_are_read_only_and_questions_welcome(jan: Customer) -> None:
    jan.decide(1, "approved")
    jan.sign()
    page = words(jan.page())
    assert "You signed on" in page
    assert "Show my receipt" in page
    assert "Approve" not in page.replace("Approved", "")
    assert "Clear" not in page
    assert jan.decide(2, "approved").status_code == 409
    assert jan.post(jan.at("comments"), {"text": "When?"}).status_code == 302


def test_S3_36_lines_signed_for_earlier_stand_as_signed_in_the_next_request(
    shop: Shop, enter: Callable[..., Customer]
) -> None:
    order = shop.open_order()
    cast.signed(shop, order, [1, 2, 3])
    jan = enter(shop.invite(order))
    page = words(jan.page())
    assert page.count("Signed by Jan Jansen") == 3
    assert "Signed for, including tax" in page
    assert "4 of 7 lines need your decision" in page
    assert jan.decide(1, "rejected").status_code == 409


def test_S2_11_the_timeline_tells_the_customer_every_step(jan: Customer) -> None:
    jan.decide(1, "approved")
    jan.decide(2, "rejected")
    jan.decide(2, "pending")
    assert "Show everything that happened" in jan.page()
    page = words(jan.page("timeline"))
    for sentence in (
        "Jan Jansen opened the link.",
        "Jan Jansen approved line 1.",
        "Jan Jansen rejected line 2.",
        "Jan Jansen cleared the decision on line 2.",
    ):
        assert sentence in page
    assert "opened order" not in page


def test_a_line_the_shop_changed_after_the_signature_is_marked(
    shop: Shop, enter: Callable[..., Customer]
) -> None:
    order = shop.open_order(2)
    jan = enter(shop.invite(order))
    jan.decide(1, "approved")
    jan.sign()
    items = [replace(one, hourly_rate=9900) for one in cast.again(order).items]
    orders.revise(order, cast.again(order, items=items), expected=1, by=shop.mara.actor)
    assert "it has changed since" in jan.page()


def test_S5_reading_changes_no_row(jan: Customer, rows: Callable[[], dict[str, Any]]) -> None:
    jan.decide(1, "approved")
    review = jan.review()
    names: list[tuple[str, Any]] = [
        ("order", ()),
        ("timeline", ()),
        ("sign", (review.context["ceremony"].pk,)),
    ]
    before = rows()
    for method in (jan.get, jan.head):
        for name, args in names:
            assert method(jan.at(name, *args)).status_code == 200
        method(jan.at("print"))
        method(jan.at("receipt"))
        method(jan.at("review"))
        method(jan.at("decision", jan.lines[0].pk))
    assert rows() == before
    jan.sign(review)
    before = rows()
    for name in ("order", "timeline", "receipt", "print", "sealed", "receipt_file", "record"):
        assert jan.get(jan.at(name)).status_code == 200
        assert jan.head(jan.at(name)).status_code == 200
    assert rows() == before


def test_the_page_asks_the_database_equally_often_for_2_and_for_40_lines(
    shop: Shop, enter: Callable[..., Customer]
) -> None:
    counts = {}
    for size in (2, 40):
        jan = enter(shop.invite(shop.open_order(size)))
        jan.decide(1, "approved")
        jan.decide(2, "rejected")
        for line in jan.lines:
            comments.add(jan.order, line, text="Why?", by=cast.customer(jan.invitation))
        jan.get(jan.home)
        with CaptureQueriesContext(connection) as seen:
            jan.get(jan.home)
        signing = jan.at("sign", jan.review().context["ceremony"].pk)
        with CaptureQueriesContext(connection) as seen_signing:
            jan.get(signing)
        counts[size] = (len(seen), len(seen_signing))
    assert counts[2] == counts[40]
    assert max(counts[2]) <= 20, counts


def test_seven_lines_weigh_at_most_20_kB(jan: Customer) -> None:
    jan.decide(1, "approved")
    for number in range(7):
        comments.add(
            jan.order, jan.lines[number], text=f"Question {number}?", by=cast.customer(jan.invitation)
        )
    assert len(gzip.compress(jan.page().encode())) <= 20_000
