"""Settings: the organisation, *Manage users › Access rights*, one's own account."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from paraph.delivery import outbox
from paraph.people import members
from paraph.people.models import Member, Organisation, Role, User, Welcome
from tests.attacks.world import make_welcome
from tests.cast import PASSWORD, Shop
from tests.web.office.conftest import Staff

Come = Callable[..., Staff]


@pytest.fixture
def mara(shop: Shop, staff: Come) -> Staff:
    return staff(shop.mara)


def proved(browser: Staff) -> Staff:
    """The same, having proved themselves just now."""
    assert browser.post("/confirm/", {"password": PASSWORD}).status_code == 302
    return browser


# --- the organisation ----------------------------------------------------------------------------------------------


def test_settings_are_stored(shop: Shop, mara: Staff) -> None:
    told = {
        "name": "Vliegwerk II",
        "time_zone": "Europe/Brussels",
        "currency": "chf",
        "accent": "#1F3F8C",
        "days": "14",
        "paper": "on",
        "paper_days": "21",
    }
    assert mara.fill("/settings/", **told)["Location"] == "/settings/"
    now = Organisation.objects.get(pk=shop.organisation.pk)
    assert (now.name, now.time_zone, now.currency, now.accent) == (
        "Vliegwerk II",
        "Europe/Brussels",
        "CHF",
        "#1f3f8c",
    )
    assert now.link_hours == 14 * 24
    assert "The settings are stored" in mara.text("/settings/")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("time_zone", "Mars/Olympus", "There is no such time zone"),
        ("time_zone", "../../etc/passwd", "There is no such time zone"),
        ("currency", "XXQ", "There is no such currency"),
        ("accent", "blue", "six digits"),
        ("accent", "#ffff66", "hard to see on white"),
        ("days", "0", "greater than or equal to 1"),
        ("days", "181", "less than or equal to 180"),
        ("name", "", "required"),
        ("email", "nobody", "valid email"),
        ("language", "tlh", "valid choice"),
    ],
)
def test_a_value_that_makes_no_sense_is_said_beside_its_field(
    shop: Shop, mara: Staff, field: str, value: str, said: str
) -> None:
    before = Organisation.objects.filter(pk=shop.organisation.pk).values().get()
    answer = mara.fill("/settings/", **{field: value})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert Organisation.objects.filter(pk=shop.organisation.pk).values().get() == before


def test_a_pale_colour_is_answered_with_one_that_is_dark_enough(mara: Staff) -> None:
    page = mara.fill("/settings/", accent="#ffff66").content.decode()
    better = re.search(r"(#[0-9a-f]{6}) is the same one", page)
    assert better
    assert mara.fill("/settings/", accent=better[1]).status_code == 302


def test_a_form_of_the_other_organisation_is_not_stored_in_this_one(
    shop: Shop, rival: Shop, mara: Staff
) -> None:
    answer = mara.fill("/settings/", name="Mixed up", organisation=str(rival.organisation.pk))
    assert answer.status_code == 409
    assert not Organisation.objects.filter(name="Mixed up").exists()


# --- Manage users › Access rights -----------------------------------------------------------------------------------


def test_S0_20_the_list_shows_role_e_sign_factor_last_visit_and_state(shop: Shop, mara: Staff) -> None:
    members.switch_off(shop.tess, by=shop.mara.actor)
    page = mara.text("/settings/members/")
    for word in ("Mara of Vliegwerk", "Manager", "Allowed", "Never", "Switched off", "Can come in", "None"):
        assert word in page, word
    assert "Mara of Vliegwerk: Tess of Vliegwerk was switched off" in page


def test_S0_20_S0_21_the_toggle_holds_at_the_next_click(shop: Shop, staff: Come) -> None:
    second = members.add(
        shop.organisation, "m2@vliegwerk.example", name="Mo", role="manager", by=shop.mara.actor
    )
    mo, mara = staff(second), staff(shop.mara)
    order = shop.open_order()
    assert "Send email" in mo.text(f"/orders/{order.pk}/")
    path = f"/settings/members/{second.pk}/"
    assert "Allow e-sign capability" in mara.text(path)
    assert mara.fill(path, may_signature_ask=None)["Location"] == "/settings/members/"
    assert Member.objects.get(pk=second.pk).without == ["signature.ask"]
    told = {f"ask-{shop.jan.pk}": "authorise", "view": "estimate", "lasts": "48"}
    assert mo.post(f"/orders/{order.pk}/email/", told).status_code == 403
    assert "Not allowed" in mara.text("/settings/members/")
    assert mara.fill(path, may_signature_ask="on").status_code == 302
    assert mo.post(f"/orders/{order.pk}/email/", told).status_code == 302


def test_another_role_holds_at_the_next_click(shop: Shop, staff: Come, mara: Staff) -> None:
    bram = staff(shop.members[Role.BILLER])
    assert bram.get("/orders/new/").status_code == 403
    assert mara.fill(f"/settings/members/{bram.member.pk}/", role="dispatcher").status_code == 302
    assert bram.get("/orders/new/").status_code == 200


def test_the_last_manager_is_kept_and_told_why(shop: Shop, mara: Staff) -> None:
    path = f"/settings/members/{shop.mara.pk}/"
    assert mara.fill(path, role="biller")["Location"] == path
    assert "make another member a manager first" in mara.text(path)
    mara.post(path + "off/")
    assert Member.objects.get(pk=shop.mara.pk).active
    assert mara.get("/settings/members/").status_code == 200


def test_line_41_who_is_switched_off_is_out_at_the_next_click_and_may_come_back(
    shop: Shop, staff: Come, mara: Staff
) -> None:
    tess = staff(shop.tess)
    assert tess.get("/").status_code == 200
    mara.post(f"/settings/members/{shop.tess.pk}/off/")
    assert tess.get("/")["Location"].startswith("/sign-in/")
    assert tess.post("/customers/new/", {"name": "x"}).status_code == 302
    mara.post(f"/settings/members/{shop.tess.pk}/on/")
    assert staff(Member.objects.get(pk=shop.tess.pk)).get("/").status_code == 200


def test_inviting_sends_a_letter_and_the_list_shows_who_waits(shop: Shop, mara: Staff) -> None:
    told: dict[str, Any] = {
        "name": "Nora",
        "email": "nora@new.example",
        "role": "manager",
        "may_signature_ask": None,
    }
    assert mara.fill("/settings/members/invite/", **told)["Location"] == "/settings/members/"
    welcome = Welcome.objects.get()
    assert (welcome.role, welcome.without) == ("manager", ["signature.ask"])
    page = mara.text("/settings/members/")
    assert "nora@new.example" in page
    assert "Send again" in page
    assert mara.fill("/settings/members/invite/", **told).status_code == 400
    mara.post(f"/settings/members/invited/{welcome.pk}/again/")
    outbox.deliver_due()
    assert len(mail.outbox) == 2
    mara.post(f"/settings/members/invited/{welcome.pk}/withdraw/")
    assert "Send again" not in mara.text("/settings/members/")
    mara.post(f"/settings/members/invited/{welcome.pk}/again/")
    assert "used or withdrawn in the meantime" in mara.text("/settings/members/")


def test_the_list_takes_as_many_queries_for_many_as_for_few(
    shop: Shop, mara: Staff, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_welcome(shop)
    mara.text("/settings/members/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        mara.text("/settings/members/")
    for number in range(12):
        members.add(
            shop.organisation, f"x{number}@new.example", name=f"X {number}", role="biller", by=shop.mara.actor
        )
    with django_assert_num_queries(len(few)):
        mara.text("/settings/members/")


# --- joining -------------------------------------------------------------------------------------------------------

JOIN = re.compile(r"http://localhost:8000(/join/[^/\s]+/)")


@pytest.fixture
def letter(shop: Shop, mara: Staff) -> str:
    """The path of the link that Nora got."""
    mara.fill("/settings/members/invite/", name="Nora", email="nora@new.example", role="technician")
    outbox.deliver_due()
    found = JOIN.search(str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_joining_with_a_password(shop: Shop, letter: str) -> None:
    browser = Client()
    assert "Join Vliegwerk" in browser.get(letter).content.decode()
    assert browser.post(letter, {"name": "Nora B.", "password": "password1"}).status_code == 400
    assert browser.post(letter, {"name": "", "password": "a long password"}).status_code == 400
    assert not User.objects.filter(email="nora@new.example").exists()
    assert browser.post(letter, {"name": "Nora B.", "password": "a long password"})["Location"] == "/"
    assert browser.get("/").context["member"].user.name == "Nora B."
    assert Client().get(letter).status_code == 410


def test_looking_at_the_link_uses_nothing_up(shop: Shop, letter: str) -> None:
    for _ in range(3):
        assert Client().get(letter).status_code == 200
    assert Welcome.objects.get().accepted_at is None


def test_joining_with_a_passkey(shop: Shop, letter: str) -> None:
    import json

    from tests.people.device import Device

    browser, device = Client(), Device()
    options = json.loads(browser.post(letter + "passkey/", {"name": "Nora"}).content)
    assert options["publicKey"]["user"]["name"] == "nora@new.example"
    assert browser.post(letter, {"name": "Nora", "credential": "{}"}).status_code == 400
    assert not User.objects.filter(email="nora@new.example").exists()
    options = json.loads(browser.post(letter + "passkey/", {"name": "Nora"}).content)
    assert browser.post(letter, {"name": "Nora", "credential": device.make(options)})["Location"] == "/"
    assert browser.get("/").status_code == 200
    other = Client()
    asked = json.loads(other.post("/sign-in/passkey/options/").content)
    assert other.post("/sign-in/passkey/", {"credential": device.answer(asked)}).status_code == 302
    assert not User.objects.get(email="nora@new.example").has_usable_password()


def test_somebody_who_is_known_signs_in_first(shop: Shop, rival: Shop, mara: Staff, staff: Come) -> None:
    mara.fill("/settings/members/invite/", name="Tess", email="tess@rivaal.example", role="technician")
    outbox.deliver_due()
    found = JOIN.search(str(mail.outbox[-1].body))
    assert found
    link = found[1]
    stranger = Client()
    assert "signs in here already" in stranger.get(link).content.decode()
    stranger.post(link, {"name": "Mallory", "password": "taken over now"})
    assert Welcome.objects.get().accepted_at is None
    assert staff(rival.mara).post(link).status_code == 200, "somebody else's session is no proof"
    assert Welcome.objects.get().accepted_at is None
    tess = staff(rival.tess)
    assert tess.post(link)["Location"] == "/"
    assert tess.get("/").context["member"].organisation == shop.organisation
    assert User.objects.get(email="tess@rivaal.example").check_password(PASSWORD)


def test_line_7_the_page_of_a_key_offers_no_way_to_carry_it_elsewhere(letter: str) -> None:
    page = Client().get(letter).content.decode()
    assert letter not in page
    assert "language" not in page.split("<main")[0].split("<header")[1]


# --- several organisations -----------------------------------------------------------------------------------------


@pytest.fixture
def both(shop: Shop, rival: Shop) -> Member:
    """Tess of Vliegwerk bills for Rivaal, too."""
    return members.add(
        rival.organisation, shop.tess.user.email, name="Tess", role="biller", by=rival.mara.actor
    )


def test_who_works_for_two_chooses_and_switches(shop: Shop, rival: Shop, both: Member, staff: Come) -> None:
    tess = staff(shop.tess)
    order = shop.open_order()
    asked = tess.get(f"/orders/{order.pk}/")["Location"]
    assert asked.startswith("/organisations/?next=")
    page = tess.text(asked)
    assert "Rivaal" in page
    assert "Vliegwerk" in page
    chosen = tess.post("/organisations/", {"member": str(shop.tess.pk), "next": f"/orders/{order.pk}/"})
    assert chosen["Location"] == f"/orders/{order.pk}/"
    assert "Work for Rivaal" in tess.text(f"/orders/{order.pk}/")
    tess.post("/organisations/", {"member": str(both.pk)})
    assert tess.get(f"/orders/{order.pk}/").status_code == 404
    assert tess.get("/orders/new/").status_code == 403, "there she is a biller"
    assert Member.objects.get(pk=both.pk).seen_at is not None


def test_line_1_nobody_chooses_a_membership_that_is_not_theirs(
    shop: Shop, rival: Shop, both: Member, staff: Come
) -> None:
    tess = staff(shop.tess)
    for wanted in (str(rival.mara.pk), str(shop.mara.pk), "", "nonsense"):
        assert tess.post("/organisations/", {"member": wanted}).status_code == 404
    assert tess.get("/")["Location"].startswith("/organisations/")


def test_line_41_a_membership_that_ends_is_left_at_the_next_click_and_no_other_takes_its_place(
    shop: Shop, rival: Shop, both: Member, staff: Come
) -> None:
    tess = staff(shop.tess)
    tess.post("/organisations/", {"member": str(both.pk)})
    assert tess.get("/").context["member"] == both
    members.switch_off(both, by=rival.mara.actor)
    assert tess.get("/")["Location"].startswith("/organisations/")
    assert tess.post("/customers/new/", {"name": "In the wrong place"})["Location"].startswith(
        "/organisations/"
    )
    assert "Rivaal" not in tess.text("/organisations/")
    tess.post("/organisations/", {"member": str(shop.tess.pk)})
    assert tess.get("/").context["member"] == shop.tess


def test_a_choice_does_not_outlive_signing_out(shop: Shop, both: Member) -> None:
    browser = Client()
    told = {"email": shop.tess.user.email, "password": PASSWORD}
    browser.post("/sign-in/", told)
    browser.post("/organisations/", {"member": str(both.pk)})
    browser.post("/sign-in/", told)
    assert browser.get("/")["Location"].startswith("/organisations/")


def test_the_preview_shows_the_orders_of_the_chosen_organisation_only(
    shop: Shop, rival: Shop, staff: Come
) -> None:
    chief = members.add(
        rival.organisation, shop.mara.user.email, name="M", role="manager", by=rival.mara.actor
    )
    mara, order = staff(shop.mara), shop.open_order()
    assert mara.get(f"/preview/{order.pk}/estimate/").status_code == 404
    mara.post("/organisations/", {"member": str(chief.pk)})
    assert mara.get(f"/preview/{order.pk}/estimate/").status_code == 404
    mara.post("/organisations/", {"member": str(shop.mara.pk)})
    assert mara.get(f"/preview/{order.pk}/estimate/").status_code == 200


# --- one's own account ---------------------------------------------------------------------------------------------


def test_name_and_language_are_one_s_own(shop: Shop, mara: Staff) -> None:
    assert mara.fill("/account/", name="Mara de Wit", language="fr").status_code == 302
    user = User.objects.get(pk=shop.mara.user_id)
    assert (user.name, user.language) == ("Mara de Wit", "fr")


def test_a_new_password_ends_the_other_sessions_and_not_this_one(
    shop: Shop, staff: Come, mara: Staff
) -> None:
    other = staff(shop.mara)
    proved(mara)
    assert mara.fill("/account/password/", password="password1").status_code == 400
    assert mara.fill("/account/password/", password="another long password")["Location"] == "/account/"
    assert mara.get("/account/").status_code == 200
    assert other.get("/").status_code == 302
    assert User.objects.get(pk=shop.mara.user_id).check_password("another long password")


def test_line_41_signing_out_everywhere_ends_every_session_of_mine_and_nobody_else_s(
    shop: Shop, staff: Come, mara: Staff
) -> None:
    other, tess = staff(shop.mara), staff(shop.tess)
    assert mara.get("/account/sign-out/").status_code == 405
    mara.post("/account/sign-out/")
    for browser in (mara, other):
        assert browser.get("/")["Location"].startswith("/sign-in/")
    assert tess.get("/").status_code == 200


RESET = re.compile(r"http://localhost:8000(/reset/[^/\s]+/)")


def test_a_forgotten_password_is_replaced_by_mail(shop: Shop, staff: Come) -> None:
    open_window, browser = staff(shop.mara), Client()
    browser.post("/sign-in/forgotten/", {"email": "mara@vliegwerk.example"})
    outbox.deliver_due()
    found = RESET.search(str(mail.outbox[-1].body))
    assert found
    assert browser.get(found[1]).status_code == 200
    assert browser.post(found[1], {"password": "short"}).status_code == 400
    answer: Any = browser.post(found[1], {"password": "a fresh long password"})
    assert answer["Location"] == "/sign-in/"
    assert "Your password is changed" in browser.get("/sign-in/").content.decode()
    assert browser.get("/").status_code == 302, "the link alone opens no session"
    assert open_window.get("/").status_code == 302
    assert Client().get(found[1]).status_code == 410
    told = {"email": "mara@vliegwerk.example", "password": "a fresh long password"}
    assert browser.post("/sign-in/", told).status_code == 302


def test_line_17_asking_for_a_password_gets_one_answer(shop: Shop) -> None:
    texts = set()
    for email in ("mara@vliegwerk.example", "nobody@vliegwerk.example"):
        answer = Client().post("/sign-in/forgotten/", {"email": email})
        texts.add((answer.status_code, re.sub(r'value="[^"]{64}"', "", answer.content.decode())))
    assert len(texts) == 1
