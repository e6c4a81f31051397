"""Review, sign, receipt: each step in order, once, with nothing lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from paraph.evidence import verify
from paraph.evidence.models import Entry
from paraph.sealing.errors import KeyMissing
from paraph.signoff import completion, invitations, requests
from paraph.signoff.models import Ceremony, Signature, SignOff, State, View
from paraph.work import orders
from paraph.work.models import Status
from tests import cast
from tests.cast import DRAWN, Shop
from tests.web.portal.conftest import Customer
from tests.web.portal.test_order import words

pytestmark = pytest.mark.slow


def raise_price(shop: Shop, customer: Customer, number: int = 1, rate: int = 9900) -> None:
    """The shop changes the hourly rate of a line."""
    draft = cast.again(customer.order)
    items = [replace(one, hourly_rate=rate) if at == number else one for at, one in enumerate(draft.items, 1)]
    now = orders.load(customer.order.pk)
    orders.revise(now, replace(draft, items=items), expected=now.revision, by=shop.mara.actor)


def test_S1_18_S3_30_the_summary_to_sign_is_frozen_and_says_what_is_covered(jan: Customer) -> None:
    jan.decide(1, "approved")
    jan.decide(2, "approved")
    jan.decide(3, "rejected")
    page = jan.review()
    assert page.redirect_chain[-1][0] == jan.at("sign", Ceremony.objects.get().pk)
    text = words(page.content.decode())
    assert "You sign for lines 1, 2: €805.86" in text
    assert "Your signature does not cover these lines: 3 (rejected) · 4, 5, 6, 7 (undecided)" in text
    assert page.context["agreed"].sentence in text
    assert "you can print the document and sign it on paper" in text
    assert 'value="Jan Jansen"' in page.content.decode()
    assert 'value="Owner"' in page.content.decode()
    assert "Approve</button>" not in page.content.decode()


@pytest.mark.parametrize("mark", [{"method": "typed"}, {"method": "drawn", "typed": "", "strokes": DRAWN}])
def test_S3_29_S1_11_S1_14_signing_seals_approves_and_shows_the_receipt(
    jan: Customer, mark: dict[str, str]
) -> None:
    jan.decide(1, "approved")
    answer = jan.sign(**mark)
    assert answer.redirect_chain == [(jan.at("receipt"), 302)]
    signature = Signature.objects.get()
    assert signature.method == mark["method"]
    assert signature.items == [str(jan.lines[0].pk)]
    assert signature.signoff.state == State.SEALED
    page = words(answer.content.decode())
    for text in (
        "You have signed",
        "Jan Jansen, Owner",
        "€402.93",
        "Signed and sealed",
        "This receipt proves it to anyone",
    ):
        assert text in page
    assert signature.record_digest in page


def test_S1_14_the_order_is_approved_at_once(jan: Customer) -> None:
    jan.post(jan.at("approve_all"))
    jan.sign()
    jan.order.refresh_from_db()
    assert orders.load(jan.order.pk).status == Status.APPROVED


def test_the_receipt_file_is_proof_without_our_database(jan: Customer) -> None:
    jan.decide(1, "approved")
    jan.sign()
    told = json.loads(jan.get(jan.at("receipt_file")).content)
    seen = verify.verify(told["leaf"].encode(), told["proof"], told["vkey"])
    assert seen.leaf["kind"] == "signature.given"
    assert told["proof"].strip() in jan.get(jan.at("receipt")).context["proof"][3][1]


def test_S1_10_steps_cannot_be_skipped(shop: Shop, jan: Customer, enter: Callable[..., Customer]) -> None:
    assert jan.post(jan.at("sign", uuid4()), {}).status_code == 404
    nothing = jan.post(jan.at("review"))
    assert nothing.status_code == 409
    assert "Approve at least one line before you sign" in nothing.content.decode()
    jan.decide(1, "approved")
    page = jan.review()
    other = enter()
    other.decide(1, "approved")
    theirs = other.review().context["ceremony"]
    assert jan.post(jan.at("sign", theirs.pk), jan.form(page)).status_code == 404
    forged = jan.sign(page, consent="sha256:" + "0" * 64)
    assert forged.status_code == 409
    assert not Signature.objects.exists()


def test_a_receipt_before_signing_is_the_order(jan: Customer) -> None:
    assert jan.get(jan.at("receipt"))["Location"] == jan.home
    for name in ("sealed", "receipt_file", "record"):
        assert jan.get(jan.at(name)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"name": ""}, "id_name", "Please enter your name."),
        ({"name": "…"}, "id_name", "Please enter your name."),
        ({"name": "N" * 10_000}, "id_name", "at most 200 characters"),
        ({"role": "R" * 201}, "id_role", "at most 200 characters"),
        ({"consent": ""}, "id_consent", "Tick the statement"),
        ({"typed": ""}, "signature-error", "Type your name to sign."),
        ({"typed": "T" * 121}, "signature-error", "at most 120 characters"),
        ({"method": "drawn", "strokes": ""}, "signature-error", "The signature field is empty"),
        (
            {"method": "drawn", "strokes": '{"aspect":2,"strokes":[]}'},
            "signature-error",
            "The signature field is empty",
        ),
        ({"method": "drawn", "strokes": "{"}, "signature-error", "could not be read"),
        (
            {"method": "drawn", "strokes": '{"aspect":2,"strokes":[[["NaN",1],[2,3]]]}'},
            "signature-error",
            "could not be read",
        ),
        ({"method": "wet"}, "id_method", "Choose how you want to sign"),
    ],
)
def test_what_cannot_be_used_is_told_beside_its_field_and_at_the_top_and_nothing_is_lost(
    jan: Customer, changes: dict[str, str], field: str, reason: str
) -> None:
    jan.decide(1, "approved")
    sent = {"name": "Jan J.", "role": "Captain", "typed": "J. Jansen", "strokes": DRAWN, **changes}
    answer = jan.sign(**sent)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert page.count(reason) == 2
    assert f'href="#{field}"' in page
    for name in ("name", "role", "typed", "strokes"):
        assert answer.context["form"][name].value() == sent[name]
    assert ("checked" in page.split('id="id_consent"')[1][:120]) is (changes.get("consent") != "")
    assert not Signature.objects.exists()
    assert jan.sign(page=answer).redirect_chain[-1][0] == jan.at("receipt")


def test_all_problems_are_told_at_once(jan: Customer) -> None:
    jan.decide(1, "approved")
    answer = jan.sign(name="", consent="", typed="")
    assert set(answer.context["form"].errors) == {"name", "consent", "typed"}


def test_S20_a_price_changed_while_reading_is_shown_and_nothing_is_signed(shop: Shop, jan: Customer) -> None:
    jan.decide(1, "approved")
    jan.decide(2, "rejected")
    page = jan.review()
    raise_price(shop, jan)
    answer = jan.sign(page, name="Jan J.", method="drawn", typed="half", strokes=DRAWN)
    text = words(answer.content.decode())
    assert answer.status_code == 409
    assert not Signature.objects.exists()
    assert "Nothing was signed" in text
    assert "Line 1: Finding 1" in text
    assert "Price without tax €333.00 €368.00" in text
    assert "Line 2" not in text
    again = jan.review(**dict(answer.context["kept"]))
    assert again.status_code == 200
    form = again.context["form"]
    assert [form[name].value() for name in ("name", "role", "method", "typed", "strokes")] == [
        "Jan J.", "Owner", "drawn", "half", DRAWN,
    ]  # fmt: skip
    assert "€445.28" in words(again.content.decode())
    assert "Rejected" in again.content.decode()
    done = jan.sign(again, method="drawn", strokes=DRAWN)
    assert done.redirect_chain[-1][0] == jan.at("receipt")


def test_every_kind_of_change_is_told_in_words(shop: Shop, jan: Customer) -> None:
    jan.post(jan.at("approve_all"))
    page = jan.review()
    draft = cast.again(jan.order)
    first, second, third, *rest = draft.items
    changed = [
        replace(first, finding="Tyre gone", action="", parts=[]),
        replace(second, parts=[orders.PartDraft("Tube", "T9", Decimal("2"), 1000)], tax_rate=Decimal(9)),
        *rest,
        cast.line("Brake worn"),
    ]
    assert third not in changed
    order = orders.load(jan.order.pk)
    orders.revise(
        order, replace(draft, items=changed, title="Annual"), expected=order.revision, by=shop.mara.actor
    )
    text = words(jan.sign(page).content.decode())
    for told in (
        "The order itself What You read Now Title 100-hour inspection Annual",
        "Finding Finding 1 Tyre gone",
        "Corrective action Replace and test. –",
        "Parts 1 × Tyre 156E66 €120.50 0 parts",
        "Parts 1 × Tyre 156E66 €120.50 2 × Tube T9 €20.00",
        "Tax 21% 9%",
        "Line 3: Finding 3 The shop removed this line.",
        "Line 8: Brake worn This line is new.",
    ):
        assert told in text


def test_a_decision_changed_elsewhere_is_a_change_too(
    shop: Shop, jan: Customer, enter: Callable[..., Customer]
) -> None:
    jan.decide(1, "approved")
    jan.decide(2, "approved")
    page = jan.review()
    enter(jan.invitation).decide(2, "rejected")
    answer = jan.sign(page)
    assert answer.status_code == 409
    assert "Your decision Approved Rejected" in words(answer.content.decode())


def test_a_question_asked_in_between_changes_nothing_to_sign(jan: Customer) -> None:
    jan.decide(1, "approved")
    page = jan.review()
    jan.post(jan.at("line_comments", jan.lines[0].pk), {"text": "Soon?"})
    assert jan.sign(page).redirect_chain[-1][0] == jan.at("receipt")


def test_a_double_click_and_a_lost_answer_end_at_the_one_receipt(jan: Customer) -> None:
    jan.decide(1, "approved")
    page = jan.review()
    for _ in range(3):
        assert jan.sign(page).redirect_chain == [(jan.at("receipt"), 302)]
    assert jan.post(jan.at("review"))["Location"] == jan.at("receipt")
    assert jan.get(jan.at("sign", page.context["ceremony"].pk))["Location"] == jan.at("receipt")
    assert Signature.objects.count() == 1
    assert Entry.objects.filter(kind="signature.given").count() == 1


def test_two_people_on_one_link_make_one_signature_and_see_one_receipt(
    jan: Customer, enter: Callable[..., Customer]
) -> None:
    jan.decide(1, "approved")
    other = enter(jan.invitation)
    pages = [jan.review(), other.review()]
    first, second = jan.sign(pages[0]), other.sign(pages[1], name="Somebody else", typed="Somebody else")
    assert first.context["code"] == second.context["code"]
    assert "Jan Jansen, Owner" in words(second.content.decode())
    assert Signature.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_S21_two_posts_at_the_same_moment_make_one_signature(
    transactional_db: None, shop: Shop, jan: Customer, enter: Callable[..., Customer]
) -> None:
    jan.decide(1, "approved")
    page = jan.review()
    people = [jan, enter(jan.invitation)]
    start, ends = threading.Barrier(len(people)), []

    def act(person: Customer) -> None:
        try:
            start.wait()
            ends.append(person.sign(page))
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[one]) for one in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one.redirect_chain for one in ends] == [[(jan.at("receipt"), 302)]] * 2
    assert Signature.objects.count() == 1


@pytest.mark.parametrize("end", ["revoke", "withdraw"])
def test_signing_after_the_end_signs_nothing(shop: Shop, jan: Customer, end: str) -> None:
    jan.decide(1, "approved")
    page = jan.review()
    if end == "revoke":
        invitations.revoke(jan.invitation, by=shop.mara, actor=shop.mara.actor)
    else:
        requests.withdraw(SignOff.objects.get(), by=shop.mara.actor)
    assert jan.sign(page).status_code == (410 if end == "revoke" else 409)
    assert not Signature.objects.exists()


def test_S20_the_seal_key_gone_keeps_the_signature_and_says_why(
    jan: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> Any:
        raise KeyMissing("seal key")

    jan.decide(1, "approved")
    with monkeypatch.context() as patch:
        patch.setattr(completion, "keyset", gone)
        answer = jan.sign()
    text = words(answer.content.decode())
    assert "Your signature is kept. The seal is pending: the seal key is missing." in text
    assert "sealed.pdf" not in answer.content.decode()
    assert "The sealed copy follows" in jan.page()
    assert jan.get(jan.at("sealed")).status_code == 404
    assert completion.seal_pending() == 1
    assert "sealed.pdf" in jan.page("receipt")
    assert jan.get(jan.at("sealed")).content.startswith(b"%PDF")


def test_the_sentence_agreed_to_is_in_the_language_of_the_page(
    shop: Shop, enter: Callable[..., Customer]
) -> None:
    jan = enter()
    jan.post(jan.at("language"), {"language": "nl"})
    jan.decide(1, "approved")
    answer = jan.sign()
    assert answer.context["record"]["consent"]["language"] == "nl"


def test_the_record_names_the_connection_the_server_saw(jan: Customer) -> None:
    jan.decide(1, "approved")
    page = jan.review()
    address = jan.at("sign", page.context["ceremony"].pk)
    jan.post(
        address,
        jan.form(page),
        REMOTE_ADDR="203.0.113.9",
        headers={"user-agent": "Phone/1", "x-forwarded-for": "1.2.3.4"},
    )
    connection_seen = json.loads(jan.get(jan.at("record")).content)["connection"]
    assert connection_seen == {"address": "203.0.113.9", "address_source": "socket peer", "agent": "Phone/1"}


def test_S4_extra_fields_change_nothing(jan: Customer) -> None:
    jan.decide(1, "approved")
    page = jan.review()
    before = orders.describe(orders.load(jan.order.pk))
    jan.post(
        jan.at("sign", page.context["ceremony"].pk),
        jan.form(
            page, items="[]", order="x", total="1", status="approved", signed_at="2020-01-01", level="QES"
        ),
    )
    assert orders.describe(orders.load(jan.order.pk)) == before
    assert Signature.objects.get().record["level"] == "SES"


def test_views_are_kept_apart_between_invitations(
    shop: Shop, jan: Customer, enter: Callable[..., Customer]
) -> None:
    """Who was invited to the work authorisation never gets the priced document that somebody else signed (S3-04)."""
    lotte = enter(shop.invite(jan.order, contact=shop.lotte, view=View.AUTHORISATION, ask="view"))
    jan.decide(1, "approved")
    jan.sign()
    assert lotte.get(lotte.at("sealed")).status_code == 404
    assert lotte.get(lotte.at("print")).content != jan.get(jan.at("sealed")).content
    assert "€" not in lotte.page()
