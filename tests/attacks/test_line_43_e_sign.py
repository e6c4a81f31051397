"""Line 43: *Allow e-sign capability* off, and page, verb and worker refuse alike (S0-20, S0-21)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from paraph.delivery import outbox
from paraph.lib import clock
from paraph.people import access, contacts, members
from paraph.people.models import Member, Role
from paraph.signoff import ceremonies, completion, consent, followups, invitations, requests
from paraph.signoff.errors import NoElectronicWay
from paraph.signoff.models import Ask, Invitation, Party, SealedCopy, Signature, View
from tests.attacks.world import once, sign_in
from tests.cast import Shop, approve, customer, sign


@pytest.fixture
def without(shop: Shop) -> Member:
    """Mo manages as Mara does, but may not ask for signatures."""
    return members.add(
        shop.organisation, "mo@vliegwerk.example", name="Mo", role=Role.MANAGER, without=["signature.ask"],
        by=shop.mara.actor,
    )  # fmt: skip


@pytest.fixture
def out(shop: Shop) -> Invitation:
    """A link that Mara sent; its letter is gone out."""
    found = shop.invite(shop.open_order(lines=2))
    outbox.deliver_due()
    mail.outbox.clear()
    return found


def _party(shop: Shop) -> Party:
    signoff = requests.ask(shop.open_order(lines=1), [(shop.jan, Ask.AUTHORISE)], by=shop.mara.actor)
    return signoff.parties.get()


def _nothing_went_out(before: int) -> None:
    outbox.deliver_due()
    assert mail.outbox == []
    assert Invitation.objects.count() == before


@pytest.mark.parametrize("view", [View.ESTIMATE, View.AUTHORISATION])
def test_S0_21_every_verb_refuses(shop: Shop, without: Member, out: Invitation, view: str) -> None:
    party, before = _party(shop), Invitation.objects.count()
    told: dict[str, Any] = {"by": without, "actor": without.actor}
    for verb in (
        lambda: invitations.send(party, view=view, **told),
        lambda: invitations.hand_over(party, view=view, **told),
        lambda: invitations.renew(out, **told),
        lambda: invitations.remind(out, **told),
        lambda: invitations.extend(out, hours=48, **told),
    ):
        with pytest.raises(access.Forbidden) as refused:
            verb()
        assert refused.value.right == "signature.ask"
    _nothing_went_out(before)


def test_S0_21_every_address_refuses(shop: Shop, without: Member, out: Invitation) -> None:
    browser, order, before = sign_in(without), out.party.signoff.order, Invitation.objects.count()
    ask = {f"ask-{shop.jan.pk}": "authorise", "lasts": "48", "text": "", "language": ""}
    link = {"contact": shop.jan.pk, "lasts": "48", "language": "", "once": once()}
    for view in ("estimate", "authorisation"):
        posts = [
            (reverse("office:email", args=[order.pk]), {**ask, "view": view}),
            (
                reverse("office:link", args=[order.pk]),
                {f"link-{k}": v for k, v in {**link, "view": view}.items()},
            ),
            (reverse("office:renew", args=[order.pk, out.pk]), {}),
        ]
        for address, body in posts:
            # The form for links offers no such view to them, so what was not offered is not understood.
            assert browser.post(address, body).status_code == (400 if address.endswith("/link/") else 403), (
                address
            )
    _nothing_went_out(before)


def test_S0_21_no_page_offers_it(shop: Shop, without: Member, out: Invitation) -> None:
    order = out.party.signoff.order
    mara, mo = sign_in(shop.mara), sign_in(without)
    for path, words in (
        (f"/orders/{order.pk}/", ["Renew by mail"]),
        (f"/orders/{order.pk}/email/", ["Email estimate", "Email work authorisation", 'value="estimate"']),
    ):
        shown, hidden = (one.get(path).content.decode() for one in (mara, mo))
        for word in words:
            assert word in shown, (path, word)
            assert word not in hidden, (path, word)


def test_S0_21_the_worker_reminds_nobody_in_the_name_of_who_lost_the_right(
    shop: Shop, out: Invitation
) -> None:
    second = members.add(
        shop.organisation, "m2@vliegwerk.example", name="M", role="manager", by=shop.mara.actor
    )
    Invitation.objects.filter(pk=out.pk).update(remind_at=clock.now())
    members.change(shop.mara, role=Role.MANAGER, without=["signature.ask"], by=second.actor)
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        assert followups.remind_due() == 0
    _nothing_went_out(Invitation.objects.count())
    members.change(shop.mara, role=Role.MANAGER, without=[], by=second.actor)
    Invitation.objects.filter(pk=out.pk).update(remind_at=clock.now())
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        assert followups.remind_due() == 1


def test_S0_21_what_is_only_read_can_still_be_mailed(shop: Shop, without: Member) -> None:
    """Progress and invoice ask for nothing, so the right to mail is enough."""
    shared = requests.share(shop.open_order(lines=1), [shop.jan])
    told: dict[str, Any] = {"by": without, "actor": without.actor}
    assert invitations.send(shared.parties.get(), view=View.PROGRESS, **told)


def test_S0_20_the_record_says_who_took_it_away(shop: Shop, without: Member) -> None:
    members.change(without, role=Role.MANAGER, without=[], by=shop.mara.actor)
    from paraph.evidence.models import Entry

    told = [one.content["fact"] for one in Entry.objects.filter(kind="access.changed").order_by("index")]
    assert [one["without"] for one in told] == [["signature.ask"], []]


def test_S0_21_a_contact_who_may_not_sign_electronically_is_refused_at_every_step(
    shop: Shop, out: Invitation
) -> None:
    """Even in the middle of it: what was opened before the right went is refused after."""
    approve(out, [1])
    ceremony = ceremonies.review(out, by=customer(out))
    agreed = consent.sentence(ceremony.snapshot, "en").digest
    contacts.allow_e_sign(shop.jan, False, by=shop.mara, actor=shop.mara.actor)
    with pytest.raises(NoElectronicWay):
        ceremonies.consent(ceremony, digest=agreed, language="en", by=customer(out))
    with pytest.raises(NoElectronicWay):
        sign(ceremony)
    assert not Signature.objects.exists()
    assert not SealedCopy.objects.exists()


def test_S0_21_a_right_taken_while_the_copy_is_being_sealed_is_taken(
    shop: Shop, out: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(out, [1])
    ceremony = ceremonies.review(out, by=customer(out))

    def sealed_meanwhile(*given: Any) -> completion.Sealing:
        contacts.allow_e_sign(shop.jan, False, by=shop.mara, actor=shop.mara.actor)
        return completion.Sealing(fault="key_missing")

    monkeypatch.setattr(completion, "_seal", sealed_meanwhile)
    with pytest.raises(NoElectronicWay):
        sign(ceremony)
    assert not Signature.objects.exists()
