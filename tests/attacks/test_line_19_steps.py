"""Line 19: no step can be skipped and none done twice, whoever posts what in which order."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from paraph.automation import runner
from paraph.evidence.models import Entry
from paraph.signoff import ceremonies, completion, consent, invitations, requests
from paraph.signoff.errors import AlreadySigned, Closed, NotReviewed, Stale, Unusable
from paraph.signoff.models import Ceremony, Invitation, SealedCopy, Signature, SignOff, State
from tests import cast
from tests.attacks.world import Knocker, Rows, changed, come_in, rows
from tests.cast import Shop

pytestmark = pytest.mark.slow


@pytest.fixture
def invitation(shop: Shop) -> Invitation:
    return shop.invite(shop.open_order(lines=2))


def _at(invitation: Invitation, name: str, *more: Any) -> str:
    return reverse(f"portal:{name}", args=[invitation.pk, *more])


def _said(ceremony: Ceremony, **others: str) -> dict[str, str]:
    digest = consent.sentence(ceremony.snapshot, "en").digest
    told = {"name": "Jan", "role": "", "consent": digest, "language": "en", "method": "typed", "typed": "Jan"}
    return {**told, "strokes": "", **others}


def _review(invitation: Invitation) -> Ceremony:
    return ceremonies.review(invitation, by=cast.customer(invitation))


def _decide(invitation: Invitation, number: int, choice: str) -> None:
    item = next(one for one in cast.lines(invitation.party.signoff.order) if one.number == number)
    ceremonies.decide(invitation, item.pk, choice, by=cast.customer(invitation))


def _unsigned(before: Rows) -> None:
    assert not Signature.objects.exists()
    assert not SealedCopy.objects.exists()
    assert "signoff_signoff" not in changed(before)


def test_line_19_without_a_review_there_is_nothing_to_sign(shop: Shop, invitation: Invitation) -> None:
    cast.approve(invitation, [1])
    browser, before = come_in(shop, invitation), rows()
    assert browser.post(_at(invitation, "sign", uuid4()), {"name": "Jan"}).status_code == 404
    assert changed(before) == []


def test_line_19_without_a_decision_there_is_nothing_to_review(shop: Shop, invitation: Invitation) -> None:
    browser, before = come_in(shop, invitation), rows()
    assert browser.post(_at(invitation, "review")).status_code == 409
    assert changed(before) == []


@pytest.mark.parametrize(
    "digest", ["", "yes", "sha256:" + "0" * 64, "on"], ids=["none", "a word", "another digest", "a checkbox"]
)
def test_line_19_without_consent_to_this_very_sentence_nothing_is_signed(
    shop: Shop, invitation: Invitation, digest: str
) -> None:
    cast.approve(invitation, [1])
    ceremony, browser = _review(invitation), come_in(shop, invitation)
    before = rows()
    answer = browser.post(_at(invitation, "sign", ceremony.pk), _said(ceremony, consent=digest))
    assert answer.status_code in {400, 409}
    assert changed(before) == []


def test_line_19_the_consent_of_another_language_or_order_is_no_consent(
    shop: Shop, invitation: Invitation
) -> None:
    other = shop.invite(shop.open_order(lines=2))
    for one in (invitation, other):
        cast.approve(one, [1])
    ceremony, foreign = _review(invitation), _review(other)
    digest = consent.sentence(foreign.snapshot, "en").digest
    with pytest.raises(NotReviewed):
        cast.sign(ceremony, consent=digest)
    with pytest.raises(NotReviewed):
        cast.sign(ceremony, consent=consent.sentence(ceremony.snapshot, "nl").digest, language="en")
    assert not Signature.objects.exists()


@pytest.mark.parametrize("choice", ["rejected", "pending"])
def test_line_19_signing_after_the_decision_was_taken_back_is_refused(
    shop: Shop, invitation: Invitation, choice: str
) -> None:
    cast.approve(invitation, [1])
    ceremony, browser = _review(invitation), come_in(shop, invitation)
    _decide(invitation, 1, choice)
    before = rows()
    answer = browser.post(_at(invitation, "sign", ceremony.pk), _said(ceremony))
    assert answer.status_code == 409
    _unsigned(before)


def test_line_19_approving_more_after_the_review_is_not_signed_for_by_it(
    shop: Shop, invitation: Invitation
) -> None:
    cast.approve(invitation, [1])
    ceremony, browser = _review(invitation), come_in(shop, invitation)
    _decide(invitation, 2, "approved")
    before = rows()
    assert browser.post(_at(invitation, "sign", ceremony.pk), _said(ceremony)).status_code == 409
    _unsigned(before)


def test_line_19_signing_twice_gives_one_signature_and_the_same_receipt(
    shop: Shop, invitation: Invitation
) -> None:
    cast.approve(invitation, [1])
    ceremony, browser = _review(invitation), come_in(shop, invitation)
    said = _said(ceremony)
    first = browser.post(_at(invitation, "sign", ceremony.pk), said)
    receipt = browser.get(_at(invitation, "receipt")).content
    before = rows()
    again = browser.post(
        _at(invitation, "sign", ceremony.pk), {**said, "name": "Somebody Else", "typed": "Other"}
    )
    reviewed = browser.post(_at(invitation, "review"), said)
    assert {first["Location"], again["Location"], reviewed["Location"]} == {_at(invitation, "receipt")}
    assert changed(before) == []
    assert Signature.objects.count() == SealedCopy.objects.count() == 1
    assert Entry.objects.filter(kind="signature.given").count() == 1
    assert len(browser.get(_at(invitation, "receipt")).content) == len(receipt)


def test_line_19_after_signing_nothing_can_be_decided_any_more(shop: Shop, invitation: Invitation) -> None:
    cast.approve(invitation, [1])
    ceremony, browser = _review(invitation), come_in(shop, invitation)
    browser.post(_at(invitation, "sign", ceremony.pk), _said(ceremony))
    before = rows()
    for item in cast.lines(invitation.party.signoff.order):
        for choice in ("approved", "rejected", "pending"):
            answer = browser.post(_at(invitation, "decision", item.pk), {"choice": choice})
            assert answer.status_code == 409, (item.number, choice)
    assert browser.post(_at(invitation, "approve_all")).status_code == 409
    assert changed(before) == []


def test_line_19_a_withdrawn_request_can_neither_be_decided_nor_signed(
    shop: Shop, invitation: Invitation
) -> None:
    cast.approve(invitation, [1])
    ceremony, browser = _review(invitation), come_in(shop, invitation)
    requests.withdraw(invitation.party.signoff, by=shop.mara.actor)
    runner.run_all()
    before = rows()
    item = cast.lines(invitation.party.signoff.order)[0]
    for name, more, body in (
        ("sign", [ceremony.pk], _said(ceremony)),
        ("decision", [item.pk], {"choice": "rejected"}),
        ("approve_all", [], {}),
        ("review", [], {}),
        ("comments", [], {"text": "Hello?"}),
    ):
        assert browser.post(_at(invitation, name, *more), body).status_code == 409, name
    assert changed(before) == []


def test_line_19_the_verbs_themselves_refuse_what_no_page_would_send(
    shop: Shop, invitation: Invitation
) -> None:
    cast.approve(invitation, [1])
    ceremony = _review(invitation)
    said: dict[str, Any] = {
        "name": "Jan", "role": "", "consent": consent.sentence(ceremony.snapshot, "en").digest, "language": "en",
        "method": "typed", "mark": "Jan", "by": cast.customer(invitation),
    }  # fmt: skip
    for field, nothing in (
        ("name", " "),
        ("consent", ""),
        ("method", "stamp"),
        ("mark", " "),
        ("name", "x" * 10_000),
    ):
        with pytest.raises(Unusable):
            completion.sign(ceremony, **{**said, field: nothing})
    _decide(invitation, 1, "pending")
    with pytest.raises(Stale):
        completion.sign(ceremony, **said)
    _decide(invitation, 1, "approved")
    completion.sign(ceremony, **said)
    with pytest.raises(AlreadySigned):
        completion.sign(ceremony, **said)
    with pytest.raises((AlreadySigned, Closed)):
        _decide(invitation, 2, "approved")
    assert SignOff.objects.get().state == State.SEALED


def test_line_19_a_new_link_of_the_same_party_cannot_sign_a_second_time(
    shop: Shop, invitation: Invitation
) -> None:
    cast.approve(invitation, [1])
    cast.sign(_review(invitation))
    fresh = invitations.renew(invitation, by=shop.mara, actor=shop.mara.actor)
    with pytest.raises(AlreadySigned):
        _review(fresh)
    assert isinstance(come_in(shop), Knocker)
