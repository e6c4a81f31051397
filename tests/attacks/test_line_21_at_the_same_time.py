"""Line 21: eight at the same time: one order is signed once, eight orders once each, and the ledger is whole."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.urls import reverse

from paraph.evidence import audit
from paraph.evidence.models import Entry
from paraph.signoff import ceremonies, completion, consent
from paraph.signoff.models import Ceremony, Invitation, SealedCopy, Signature, SignOff, State
from tests import cast
from tests.attacks.world import Knocker, come_in
from tests.cast import Shop, make_keys, make_shop

AT_ONCE = 8
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def busy_shop(transactional_db: None) -> Shop:
    make_keys()
    return make_shop()


def _together(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all jobs from one starting gun, each on a connection of its own."""
    gun = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        try:
            gun.wait(60)
            return job()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def _ready(shop: Shop, lines: int = 2) -> Ceremony:
    invitation = shop.invite(shop.open_order(lines=lines))
    cast.approve(invitation, [1])
    return ceremonies.review(invitation, by=cast.customer(invitation))


def _said(ceremony: Ceremony, name: str) -> dict[str, str]:
    digest = consent.sentence(ceremony.snapshot, "en").digest
    return {"name": name, "consent": digest, "language": "en", "method": "typed", "typed": name, "role": ""}


def _post(browser: Knocker, ceremony: Ceremony, name: str) -> Callable[[], tuple[int, str]]:
    address = reverse("portal:sign", args=[ceremony.invitation_id, ceremony.pk])

    def job() -> tuple[int, str]:
        answer = browser.post(address, _said(ceremony, name))
        return answer.status_code, answer.get("Location", "")

    return job


def _whole(shop: Shop) -> None:
    assert audit.verify_log(shop.organisation.log) == []


def test_line_21_eight_people_on_one_link_leave_one_signature_one_copy_one_receipt(busy_shop: Shop) -> None:
    ceremony = _ready(busy_shop)
    browsers = [come_in(busy_shop, ceremony.invitation) for _ in range(AT_ONCE)]
    answers = _together([_post(one, ceremony, f"Jan {number}") for number, one in enumerate(browsers)])
    receipt = reverse("portal:receipt", args=[ceremony.invitation_id])
    assert answers == [(302, receipt)] * AT_ONCE
    assert Signature.objects.count() == SealedCopy.objects.count() == 1
    for kind in ("signature.given", "copy.sealed", "signoff.completed", "ceremony.consented"):
        assert Entry.objects.filter(kind=kind).count() == 1, kind
    assert SignOff.objects.get().state == State.SEALED
    assert Signature.objects.get().record["signer"]["name"].startswith("Jan ")
    assert SealedCopy.objects.get().read().startswith(b"%PDF")
    _whole(busy_shop)


def test_line_21_eight_customers_of_one_shop_lose_no_signature(busy_shop: Shop) -> None:
    ready = [_ready(busy_shop) for _ in range(AT_ONCE)]
    browsers = [come_in(busy_shop, one.invitation) for one in ready]
    answers = _together([_post(one, ceremony, "Jan") for one, ceremony in zip(browsers, ready, strict=True)])
    assert [status for status, _ in answers] == [302] * AT_ONCE
    assert Signature.objects.count() == SealedCopy.objects.count() == AT_ONCE
    assert set(SignOff.objects.values_list("state", flat=True)) == {State.SEALED}
    indexes = sorted(Entry.objects.values_list("index", flat=True))
    assert indexes == list(range(len(indexes)))
    _whole(busy_shop)


def test_line_21_two_parties_of_one_request_who_sign_at_once_complete_it_once(busy_shop: Shop) -> None:
    order = busy_shop.open_order(lines=2)
    jan, claire = busy_shop.invite(order), busy_shop.invite(order, contact=busy_shop.claire)
    cast.approve(jan, [1])
    ready = [ceremonies.review(one, by=cast.customer(one)) for one in (jan, claire)]
    browsers = [come_in(busy_shop, one.invitation) for one in ready]
    answers = _together([_post(one, ceremony, "Both") for one, ceremony in zip(browsers, ready, strict=True)])
    assert [status for status, _ in answers] == [302, 302]
    assert Signature.objects.count() == 2
    assert Entry.objects.filter(kind="signoff.completed").count() == 1
    # Neither knew to be the last one: then the worker makes the copy.
    completion.seal_pending()
    assert completion.seal_pending() == 0
    assert SealedCopy.objects.count() == Entry.objects.filter(kind="copy.sealed").count() == 1
    assert SignOff.objects.get().state == State.SEALED
    _whole(busy_shop)


def test_line_21_deciding_while_another_one_signs_leaves_one_truth(busy_shop: Shop) -> None:
    ceremony = _ready(busy_shop)
    invitation: Invitation = ceremony.invitation
    item = cast.lines(invitation.party.signoff.order)[0]
    signer, other = come_in(busy_shop, invitation), come_in(busy_shop, invitation)

    def clear() -> tuple[int, str]:
        address = reverse("portal:decision", args=[invitation.pk, item.pk])
        return other.post(address, {"choice": "pending"}).status_code, ""

    (signed, _), (cleared, _) = _together([_post(signer, ceremony, "Jan"), clear])
    assert (signed, cleared) in {(302, 409), (409, 302)}, "exactly one of the two came first"
    assert Signature.objects.count() == int(signed == 302)
    _whole(busy_shop)
