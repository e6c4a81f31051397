"""*Email work order*: asking for a signature by mail, or by a link copied by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from paraph.delivery.models import Delivery
from paraph.evidence.models import Entry
from paraph.signoff.models import Ask, Invitation, Party, SignOff
from paraph.work.models import Status
from tests import cast
from tests.cast import Shop
from tests.web.office.conftest import Staff


@pytest.fixture
def mara(shop: Shop, staff: Callable[..., Staff]) -> Staff:
    """The manager at work."""
    return staff(shop.mara)


@pytest.fixture
def asking(shop: Shop) -> str:
    """The address of the email page of a fresh order."""
    return f"/orders/{shop.open_order(2).pk}/email/"


def test_S3_20_only_managers_reach_the_email_feature(
    shop: Shop, staff: Callable[..., Staff], asking: str
) -> None:
    for role in ("dispatcher", "technician", "biller"):
        browser = staff(shop.members[role])
        assert browser.get(asking).status_code == 403
        assert (
            browser.post(asking, {"view": "estimate", f"ask-{shop.jan.pk}": "authorise"}).status_code == 403
        )
        assert browser.post(asking + "link/", {}).status_code == 403
        assert asking not in browser.text(asking.replace("email/", ""))
    assert not SignOff.objects.exists()


def test_S3_12_S3_13_the_page_offers_previews_views_recipients_text_hours_and_language(
    shop: Shop, mara: Staff, asking: str
) -> None:
    text = mara.text(asking)
    order = asking.split("/")[2]
    for part in (
        "Email work order",
        f"/preview/{order}/estimate/",
        f"/preview/{order}/authorisation/",
        "Email estimate",
        "Email work authorisation",
        "Additional text",
        'name="lasts" value="48"',
        "Email progress",
        f"/preview/{order}/progress/",
        "Lotte Vermeer cannot be mailed",
        f"The managers get a copy without the link: {shop.mara.user.name}",
    ):
        assert part in text


def test_S3_08_S3_14_S3_16_the_button_mails_each_recipient_and_S3_17_the_managers(
    shop: Shop, mara: Staff, asking: str
) -> None:
    answer = mara.fill(
        asking,
        "email",
        **{f"ask-{shop.jan.pk}": "authorise", f"ask-{shop.claire.pk}": "view"},
        text="See you Monday",
        view="estimate",
    )
    assert answer.status_code == 302
    asked = {party.contact: party.ask for party in Party.objects.all()}
    assert asked == {shop.jan: Ask.AUTHORISE, shop.claire: Ask.VIEW}
    to = sorted(Delivery.objects.values_list("to", flat=True))
    assert to == sorted([shop.jan.email, shop.claire.email, shop.mara.user.email, shop.mara.user.email])
    for invitation in Invitation.objects.all():
        assert invitation.view == "estimate"
        assert invitation.expires_at == invitation.created_at + timedelta(hours=48), "S3-18"
    assert {one.language for one in Invitation.objects.all()} == {"en", "fr"}, "each contact's own"
    assert SignOff.objects.get().order.status == Status.NEEDS_SIGNATURE, "the rules ran at once (S0-22)"


def test_S3_04_S3_15_S3_19_view_text_hours_and_language_are_the_senders_choice(
    shop: Shop, mara: Staff, asking: str
) -> None:
    told = {f"ask-{shop.jan.pk}": "authorise"}
    mara.fill(asking, "email", **told, lasts="72", language="nl", view="authorisation")
    invitation = Invitation.objects.get()
    assert (invitation.view, invitation.language) == ("authorisation", "nl")
    assert invitation.expires_at == invitation.created_at + timedelta(hours=72)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"lasts": "0"}, "greater than or equal to 1"),
        ({"lasts": "4321"}, "between 1 hour and 180 days"),
        ({"lasts": "181", "unit": "days"}, "between 1 hour and 180 days"),
        ({"lasts": "two"}, "Enter a whole number"),
        ({"lasts": ""}, "Say for how long, or choose no end date"),
        ({"text": "x" * 4001}, "at most 4000 characters"),
        ({"view": "invoice"}, "No invoice is issued for this order yet"),
        ({"view": "receipt"}, "Select a valid choice"),
        ({"view": "progress", "jan": ""}, "Choose at least one contact who gets it"),
        ({"jan": "view"}, "Choose at least one contact who decides and signs"),
        ({"jan": ""}, "Choose at least one contact who decides and signs"),
    ],
)
def test_what_cannot_be_sent_is_said_and_nothing_is_sent(
    shop: Shop, mara: Staff, asking: str, changes: dict[str, str], sentence: str
) -> None:
    told = {f"ask-{shop.jan.pk}": "authorise", "view": "estimate", "text": "Keep these words", **changes}
    told[f"ask-{shop.jan.pk}"] = told.pop("jan", "authorise")
    answer = mara.fill(asking, "email", **told)
    assert answer.status_code == 400
    text = answer.content.decode()
    assert sentence in text
    assert told["text"][:50] in text
    assert not Delivery.objects.exists()
    assert not SignOff.objects.exists()


def test_a_contact_without_address_is_not_mailed_even_when_the_form_is_bent(
    shop: Shop, mara: Staff, asking: str
) -> None:
    told = {f"ask-{shop.jan.pk}": "authorise", f"ask-{shop.lotte.pk}": "authorise", "view": "estimate"}
    mara.fill(asking, "email", **told)
    assert [party.contact for party in Party.objects.all()] == [shop.jan]


def test_an_order_whose_lines_are_all_signed_for_has_nothing_to_ask(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    cast.signed(shop, order, (1,))
    answer = mara.fill(
        f"/orders/{order.pk}/email/", "email", **{f"ask-{shop.jan.pk}": "authorise"}, view="estimate"
    )
    assert answer.status_code == 409
    assert "There is nothing to ask" in answer.content.decode()


@pytest.mark.slow
def test_S3_10_a_copied_link_is_shown_once_works_and_is_recorded(
    shop: Shop, mara: Staff, asking: str, caplog: pytest.LogCaptureFixture
) -> None:
    told = Staff.fields(mara.text(asking), "link", link__contact=str(shop.lotte.pk), link__view="estimate")
    with caplog.at_level("DEBUG"):
        answer = mara.post(asking + "link/", told)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    address = text.split("data-text")[1].split(">")[1].split("<")[0]
    token = address.split("/s/")[1].strip("/")
    assert mara.get(f"/s/{token}/").status_code == 200
    assert token not in caplog.text
    assert token not in str(dict(mara.session.items()))
    assert Entry.objects.get(kind="invitation.handed_over").actor.ref == str(shop.mara.pk)
    again = mara.post(asking + "link/", told)
    assert again.status_code == 409
    assert "/s/" not in again.content.decode()
    assert Invitation.objects.count() == 1, "loading the answer again makes no second link"
    order = asking.replace("email/", "")
    for path in (asking, order, "/", "/notices/", order + "edit/"):
        later = mara.text(path)
        assert token not in later, path
        assert "/s/" not in later, path
    assert "copied a signing link for Lotte Vermeer" in mara.text(order)
    assert "Handed over by" in mara.text(order)


def test_a_link_copied_for_a_reader_does_not_make_them_a_signer(shop: Shop, mara: Staff, asking: str) -> None:
    order = shop.open_order(1)
    shop.invite(order)
    shop.invite(order, contact=shop.claire, ask=Ask.VIEW)
    email = f"/orders/{order.pk}/email/"
    told = Staff.fields(mara.text(email), "link", link__contact=str(shop.claire.pk))
    assert mara.post(email + "link/", told).status_code == 200
    assert Party.objects.get(contact=shop.claire).ask == Ask.VIEW


def test_who_was_asked_already_is_proposed_again(shop: Shop, mara: Staff) -> None:
    order = shop.open_order(1)
    shop.invite(order, contact=shop.claire)
    fields = Staff.fields(mara.text(f"/orders/{order.pk}/email/"), "email")
    assert fields[f"ask-{shop.claire.pk}"] == ["authorise"]
    assert fields[f"ask-{shop.jan.pk}"] == [""]


def test_line_5_reading_the_page_changes_nothing(shop: Shop, mara: Staff, asking: str) -> None:
    before = Entry.objects.count()
    mara.text(asking)
    mara.text(asking.replace("email/", ""))
    assert Entry.objects.count() == before
    assert not SignOff.objects.exists()
