"""Showing who signs on the page of signing: PIN, code, own phone, or not at all (S1-09, S1-24; lines 11, 13 to 16)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from paraph.lib.actor import Actor
from paraph.signoff import own_phone
from paraph.signoff.models import Ceremony, ContactPin, OneTimeCode, Signature, Verification
from tests import cast
from tests.cast import Shop
from tests.people.device import Device
from tests.signoff.test_identity import PIN, agreed, mailed, wrong
from tests.signoff.test_own_phones import ask_for
from tests.web.portal.conftest import Customer
from tests.web.portal.test_order import words

NAME = "__Host-paraph"


def begin(jan: Customer) -> str:
    """Approve a line and begin the review; the address of the page of signing."""
    jan.decide(1, "approved")
    return str(jan.review().redirect_chain[-1][0])


def submit(jan: Customer, address: str, **more: str) -> Any:
    """Fill in the page and press *Sign*."""
    cache.clear()  # a page from memory has no context
    page = jan.get(address)
    said = {"name": "Jan Jansen", "method": "typed", "typed": "Jan Jansen", "language": "en"}
    return jan.post(address, {**said, "consent": page.context["agreed"].digest, **more})


def checks(signature: Signature) -> list[tuple[str, bool]]:
    return [(one["kind"], one["passed"]) for one in signature.record["invitation"]["checks"]]


def test_S1_09_with_the_pin_the_signature_needs_nobody_s_eyes(shop: Shop, jan: Customer) -> None:
    ask_for(shop, "pin")
    agreed(shop)
    address = begin(jan)
    before = jan.cookies[NAME].value
    assert submit(jan, address, pin=PIN).status_code == 302
    assert checks(Signature.objects.get()) == [("link", True), ("pin", True)]
    assert not Verification.objects.exists()
    assert jan.cookies[NAME].value != before, "line 11: a new session id at the step up"


def test_a_wrong_pin_signs_nothing_and_what_was_typed_is_kept_but_the_pin(shop: Shop, jan: Customer) -> None:
    ask_for(shop, "pin")
    agreed(shop)
    address = begin(jan)
    page = submit(jan, address, pin=wrong(PIN))
    assert page.status_code == 400
    told = page.content.decode()
    assert "This is not right. Try again, or sign without it." in words(told)
    assert 'value="Jan Jansen"' in told
    assert wrong(PIN) not in told
    assert not Signature.objects.exists()
    assert submit(jan, address, pin=PIN).status_code == 302
    assert checks(Signature.objects.get()) == [("link", True), ("pin", False), ("pin", True)]
    assert not Verification.objects.exists(), "in the end they showed it"


def test_S1_30_who_cannot_show_it_signs_all_the_same_and_a_manager_verifies(
    shop: Shop, jan: Customer
) -> None:
    ask_for(shop, "pin", "code")
    address = begin(jan)
    page = submit(jan, address)
    assert page.status_code == 400
    assert "or say that you cannot" in words(page.content.decode())
    assert not Signature.objects.exists()
    assert submit(jan, address, anyway="on").status_code == 302
    assert Verification.objects.get().doubts == ["identity_missing"]


def test_line_14_guessing_a_pin_on_the_page_ends_after_five_and_never_looks_passed(
    shop: Shop, jan: Customer
) -> None:
    ask_for(shop, "pin")
    agreed(shop)
    address = begin(jan)
    for number in range(5):
        assert submit(jan, address, pin=f"13579{number}").status_code == 400
    page = submit(jan, address, pin=PIN)
    assert page.status_code == 400
    assert "Too many tries" in words(page.content.decode())
    submit(jan, address, anyway="on")
    assert Verification.objects.get().doubts == ["identity_failed", "identity_missing"]
    assert not any(passed for kind, passed in checks(Signature.objects.get()) if kind == "pin")


def test_a_code_comes_by_mail_while_everything_typed_stays(shop: Shop, jan: Customer) -> None:
    ask_for(shop, "code")
    address = begin(jan)
    page = jan.post(
        address, {"name": "J. Jansen", "role": "Owner", "prove": "code", "method": "typed", "typed": "J"}
    )
    assert page.status_code == 200
    told = page.content.decode()
    assert "A code is on its way to j•••@vliegwerk.example" in words(told)
    assert 'value="J. Jansen"' in told
    assert not Signature.objects.exists()
    assert submit(jan, address, code=mailed(shop.jan)).status_code == 302
    assert checks(Signature.objects.get()) == [("link", True), ("code", True)]
    assert OneTimeCode.objects.get().used_at


def test_line_18_asking_for_codes_without_end_ends(shop: Shop, jan: Customer) -> None:
    ask_for(shop, "code")
    address = begin(jan)
    for _ in range(5):
        jan.post(address, {"prove": "code"})
    page = jan.post(address, {"prove": "code"})
    assert "Too many codes were sent" in words(page.content.decode())
    assert OneTimeCode.objects.count() == 5


def test_S1_24_the_own_phone_confirms_and_the_session_gets_a_new_id(shop: Shop, jan: Customer) -> None:
    ask_for(shop, "own_phone")
    address, phone = begin(jan), Device()
    before = jan.cookies[NAME].value
    wanted = jan.post(f"{address}own-phone/").json()
    wanted = jan.post(f"{address}own-phone/made/", {"credential": phone.make(wanted["create"])}).json()
    answer = phone.answer(wanted["get"])
    assert jan.post(f"{address}own-phone/proof/", {"credential": answer}).json() == {"passed": True}
    assert jan.cookies[NAME].value != before
    again = jan.post(f"{address}own-phone/proof/", {"credential": answer})
    assert (again.status_code, again.json()) == (400, {"passed": False})
    assert "Shown: fingerprint or face on your phone." in words(jan.get(address).content.decode())
    assert submit(jan, address).status_code == 302
    assert checks(Signature.objects.get()) == [("link", True), ("own_phone", True)]
    assert not Verification.objects.exists()


def test_what_one_session_showed_counts_for_no_other(
    shop: Shop, jan: Customer, enter: Callable[..., Customer]
) -> None:
    ask_for(shop, "own_phone")
    address, phone = begin(jan), Device()
    wanted = jan.post(f"{address}own-phone/").json()
    wanted = jan.post(f"{address}own-phone/made/", {"credential": phone.make(wanted["create"])}).json()
    jan.post(f"{address}own-phone/proof/", {"credential": phone.answer(wanted["get"])})
    other = enter(jan.invitation)
    assert "Shown:" not in words(other.get(address).content.decode()), (
        "no page of one session is shown to another"
    )
    assert submit(other, address).status_code == 400
    submit(other, address, anyway="on")
    assert Verification.objects.get().doubts == ["identity_missing"]


def test_shown_on_site_the_phone_is_offered_and_nothing_is_owed(
    shop: Shop, enter: Callable[..., Customer]
) -> None:
    order = shop.open_order(1)
    actor: Actor = shop.tess.actor
    invitation, link = own_phone.hand_over(
        order, shop.jan, device=None, by=shop.tess, actor=actor, view="estimate"
    )
    shop.links[invitation.pk] = link
    guest = enter(invitation)
    address = begin(guest)
    page = guest.get(address).content.decode()
    assert "If you like, your phone confirms that it is you" in words(page)
    assert "id_anyway" not in page
    assert submit(guest, address).status_code == 302
    assert Signature.objects.get().record["invitation"]["delivered"] == "shown on site"
    assert Verification.objects.get().doubts == ["place_unknown"], "the phone told no place"


def test_where_nothing_is_asked_the_page_says_nothing_of_it(shop: Shop, jan: Customer) -> None:
    agreed(shop)
    address = begin(jan)
    page = jan.get(address).content.decode()
    assert "Show who you are" not in page
    assert "<own-phone" not in page
    submit(jan, address, pin="not asked", anyway="on")
    assert checks(Signature.objects.get()) == [("link", True)]
    assert ContactPin.objects.exists()
    assert Ceremony.objects.get().acted_at


def test_a_signed_ceremony_asks_no_phone(shop: Shop, jan: Customer) -> None:
    ask_for(shop, "own_phone")
    address = begin(jan)
    submit(jan, address, anyway="on")
    assert jan.post(f"{address}own-phone/").status_code == 409


def test_no_secret_is_in_a_page_a_draft_or_a_log(
    shop: Shop, jan: Customer, caplog: pytest.LogCaptureFixture
) -> None:
    ask_for(shop, "pin")
    agreed(shop)
    address = begin(jan)
    submit(jan, address, pin=wrong(PIN))
    submit(jan, address, pin=PIN)
    assert PIN not in caplog.text
    assert wrong(PIN) not in caplog.text
    assert [one for one in caplog.text.splitlines() if "identity not shown" in one]
    assert cast.PASSWORD not in caplog.text
