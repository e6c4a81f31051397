"""Paper and declining: who declined has no way by paper either, and who is left keeps theirs (X-08, S0-11, S0-33)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from paraph.people.models import Contact
from paraph.signoff import ceremonies, invitations, papers, reading, requests, returns
from paraph.signoff.errors import Closed, Declined, SignOffError
from paraph.signoff.models import Ask, Invitation, Return, ReturnState, Rule, Signature, View
from tests import paperwork, scans
from tests.cast import Shop, customer
from tests.scans import Machine


def decline(invitation: Invitation) -> None:
    ceremonies.decline(invitation, reason="Too dear", by=customer(invitation))


def refused_alike(invitation: Invitation, why: type[SignOffError]) -> None:
    """Printing, uploading and sending are refused."""
    by = customer(invitation)
    draft = Return.objects.filter(party=invitation.party).first()
    acts: list[Callable[[], object]] = [
        lambda: papers.issue(invitation, format="a4", language="en", by=by),
        lambda: returns.add_file(invitation, paperwork.photo(9), "late.jpg", by=by),
        lambda: returns.begin(invitation, by=by),
    ]
    if draft is not None:
        acts.append(lambda: returns.send(draft, invitation, by=by))
    for act in acts:
        with pytest.raises(why):
            act()


def test_X_08_who_declined_can_neither_print_nor_upload_nor_send(shop: Shop) -> None:
    invitation = shop.invite(shop.open_order(lines=1))
    shop.paper(invitation)
    paperwork.page(invitation)
    decline(invitation)
    assert Return.objects.get().state == ReturnState.OVERTAKEN
    refused_alike(invitation, Closed)


def test_X_08_paper_that_was_sent_before_is_kept_and_never_filed(shop: Shop, machine: Machine) -> None:
    invitation = shop.invite(shop.open_order(lines=1))
    machine.sees(shop.paper(invitation))
    sent = scans.hand_in(invitation, scans.any_scan(1))
    decline(invitation)
    assert reading.read_due() == 0
    sent.refresh_from_db()
    assert (sent.state, sent.files.count()) == (ReturnState.OVERTAKEN, 1)
    assert sent.files.get().read() == scans.any_scan(1)
    assert not Signature.objects.exists()


def test_X_08_of_any_one_who_is_left_still_signs_on_paper(shop: Shop, machine: Machine) -> None:
    order = shop.open_order(lines=1)
    asks = [(shop.jan, Ask.AUTHORISE), (shop.claire, Ask.AUTHORISE)]
    signoff = requests.ask(order, asks, by=shop.mara.actor, rule=Rule.ANY_ONE)

    def invite(contact: Contact) -> Invitation:
        party = signoff.parties.get(contact=contact)
        return invitations.hand_over(party, view=View.ESTIMATE, by=shop.mara, actor=shop.mara.actor)[0]

    jan, claire = invite(shop.jan), invite(shop.claire)
    shop.paper(jan)
    paperwork.page(jan)
    decline(jan)
    assert Return.objects.get().state == ReturnState.OVERTAKEN
    refused_alike(jan, Declined)
    machine.sees(shop.paper(claire))
    scans.hand_in(claire, scans.any_scan(1))
    assert reading.read_due() == 1
    assert Signature.objects.get().party == claire.party
