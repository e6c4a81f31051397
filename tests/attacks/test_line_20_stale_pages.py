"""Line 20: a signature binds to what was shown; if that changed meanwhile, 409 and another look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from paraph.lib import clock
from paraph.people.models import Customer, Organisation, Site
from paraph.signoff import ceremonies, consent
from paraph.signoff.models import SIGNED_VIEWS, Ceremony, Invitation, SealedCopy, Signature, View
from paraph.work import orders
from paraph.work.models import WorkOrder
from tests import cast
from tests.attacks.world import come_in
from tests.cast import Shop

pytestmark = pytest.mark.slow

Change = Callable[[Shop, WorkOrder], Any]


def _revise(**changes: Any) -> Change:
    def change(shop: Shop, order: WorkOrder) -> None:
        order.refresh_from_db()
        orders.revise(order, cast.again(order, **changes), expected=order.revision, by=shop.mara.actor)

    return change


def _line(**changes: Any) -> Change:
    def change(shop: Shop, order: WorkOrder) -> None:
        order.refresh_from_db()
        draft = cast.again(order)
        items = [replace(draft.items[0], **changes), *draft.items[1:]]
        orders.revise(order, replace(draft, items=items), expected=order.revision, by=shop.mara.actor)

    return change


def _more_lines(shop: Shop, order: WorkOrder) -> None:
    order.refresh_from_db()
    draft = cast.again(order)
    extra = replace(draft, items=[*draft.items, cast.line("One more")])
    orders.revise(order, extra, expected=order.revision, by=shop.mara.actor)


def _fewer_lines(shop: Shop, order: WorkOrder) -> None:
    order.refresh_from_db()
    draft = cast.again(order)
    orders.revise(order, replace(draft, items=draft.items[:1]), expected=order.revision, by=shop.mara.actor)


CHANGES: dict[str, Change] = {
    "a cent": _line(hourly_rate=8501),
    "the tax": _line(tax_rate=9),
    "the hours": _line(estimated_hours="2.51"),
    "a word of the finding": _line(finding="Finding I"),
    "a word of the action": _line(action="Replace."),
    "the labour code": _line(labour_code="32-41"),
    "a part less": _line(parts=[]),
    "a line more": _more_lines,
    "a line less": _fewer_lines,
    "the title": _revise(title="200-hour inspection"),
    "the object": _revise(object_name="PH-XXX"),
    "the remarks": _revise(notes="Without warranty."),
    "the shop's name": lambda shop, order: Organisation.objects.filter(pk=shop.organisation.pk).update(
        name="Other"
    ),
    "the customer's name": lambda shop, order: Customer.objects.filter(pk=shop.customer.pk).update(
        name="Other"
    ),
    "the site": lambda shop, order: Site.objects.filter(pk=shop.site.pk).update(name="Hangar 10"),
}
# What a service report shows: what was done, and how it looks.
REPORTED: dict[str, Change] = {
    "the hours worked": _line(actual_hours="2.51"),
    "a photo": lambda shop, order: order.photos.create(
        kind="jpeg",
        blob="ab",
        shown="ab",
        size=1,
        width=1,
        height=1,
        added_at=clock.now(),
        author_name="Tess",
    ),
    **{name: CHANGES[name] for name in ("a part less", "a word of the action", "a line more", "the object")},
}
# What a work authorisation, which has no prices, shows as well.
SEEN_IN_BOTH = ("the hours", "a word of the action", "a line more", "the title")


def _ready(shop: Shop, view: str) -> tuple[Invitation, Ceremony, dict[str, str]]:
    order = cast.worked(shop, shop.open_order(lines=2), "2")
    invitation = shop.invite(order, view=view)
    cast.approve(invitation, [1, 2] if view == View.REPORT else [1])
    ceremony = ceremonies.review(invitation, by=cast.customer(invitation))
    digest = consent.sentence(ceremony.snapshot, "en").digest
    said = {
        "name": "Jan",
        "consent": digest,
        "language": "en",
        "method": "typed",
        "typed": "Jan",
        "role": "Owner",
    }
    return invitation, ceremony, said


def test_line_20_whatever_changed_since_the_review_is_shown_and_nothing_is_signed(shop: Shop) -> None:
    wrong = []
    both = {name: CHANGES[name] for name in SEEN_IN_BOTH}
    for view, known in ((View.ESTIMATE, CHANGES), (View.AUTHORISATION, both), (View.REPORT, REPORTED)):
        for name, change in known.items():
            invitation, ceremony, said = _ready(shop, view)
            change(shop, invitation.party.signoff.order)
            browser = come_in(shop, invitation)
            answer = browser.post(reverse("portal:sign", args=[invitation.pk, ceremony.pk]), said)
            if answer.status_code != 409 or Signature.objects.exists() or SealedCopy.objects.exists():
                wrong.append(f"{name} in {view}: {answer.status_code}")
            if not answer.context["changes"] or ("name", "Jan") not in answer.context["kept"]:
                wrong.append(f"{name} in {view}: not shown, or what was typed is lost")
            Organisation.objects.filter(pk=shop.organisation.pk).update(name="Vliegwerk")
            Customer.objects.filter(pk=shop.customer.pk).update(name="Aero Club Vliegwerk")
            Site.objects.filter(pk=shop.site.pk).update(name="Hangar 9")
    assert not wrong, "\n".join(wrong)


def test_line_20_unchanged_it_is_signed(shop: Shop) -> None:
    """The control of the one above."""
    for view in SIGNED_VIEWS:
        invitation, ceremony, said = _ready(shop, view)
        browser = come_in(shop, invitation)
        answer = browser.post(reverse("portal:sign", args=[invitation.pk, ceremony.pk]), said)
        assert answer.status_code == 302
        record = Signature.objects.get(party=invitation.party).record
        assert record["subject"]["digest"] == ceremony.snapshot.digest


@pytest.mark.parametrize("change", ["a cent", "a line more"])
def test_line_20_a_change_between_consent_and_signature_is_caught_as_well(
    shop: Shop, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The narrowest moment: while the document is being sealed, before the transaction."""
    from paraph.signoff import completion

    invitation, ceremony, said = _ready(shop, View.ESTIMATE)
    seal = completion._seal

    def meanwhile(*given: Any, **named: Any) -> Any:
        CHANGES[change](shop, invitation.party.signoff.order)
        return seal(*given, **named)

    monkeypatch.setattr(completion, "_seal", meanwhile)
    browser = come_in(shop, invitation)
    answer = browser.post(reverse("portal:sign", args=[invitation.pk, ceremony.pk]), said)
    assert answer.status_code == 409
    assert not Signature.objects.exists()
    assert not SealedCopy.objects.exists()


def test_line_20_the_decisions_made_before_are_kept(shop: Shop) -> None:
    invitation, ceremony, said = _ready(shop, View.ESTIMATE)
    order = invitation.party.signoff.order
    _more_lines(shop, order)
    browser = come_in(shop, invitation)
    browser.post(reverse("portal:sign", args=[invitation.pk, ceremony.pk]), said)
    page = browser.post(reverse("portal:review", args=[invitation.pk]), said)
    assert page.status_code == 200
    fresh = page.context["ceremony"]
    assert fresh.pk != ceremony.pk
    choices = [one["decision"] for one in fresh.snapshot.facts["items"]]
    assert choices == ["approved", "pending", "pending"]
    again = {**said, "consent": page.context["agreed"].digest}
    assert browser.post(reverse("portal:sign", args=[invitation.pk, fresh.pk]), again).status_code == 302


def test_line_20_the_first_ceremony_stays_useless_after_the_second_review(shop: Shop) -> None:
    invitation, ceremony, said = _ready(shop, View.ESTIMATE)
    _more_lines(shop, invitation.party.signoff.order)
    browser = come_in(shop, invitation)
    browser.post(reverse("portal:review", args=[invitation.pk]), said)
    answer = browser.post(reverse("portal:sign", args=[invitation.pk, ceremony.pk]), said)
    assert answer.status_code == 409
    assert not Signature.objects.exists()
