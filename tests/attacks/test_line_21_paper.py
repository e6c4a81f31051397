"""Line 21 on paper: two upload, send, read or accept at once, or one signs meanwhile: exactly one wins."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connections

from paraph.evidence.models import Entry
from paraph.signoff import ceremonies, reading, returns, verification
from paraph.signoff.errors import SignOffError
from paraph.signoff.models import Return, Signature
from tests import scans
from tests.cast import Shop, customer, make_keys, make_shop, sign
from tests.scans import Machine

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def busy_shop(transactional_db: None) -> Shop:
    make_keys()
    return make_shop()


def together(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all jobs from one starting gun, each on a connection of its own; a refusal is an answer."""
    gun = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        try:
            gun.wait(60)
            return job()
        except SignOffError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def test_two_uploads_at_once_are_both_in_the_one_draft(busy_shop: Shop, machine: Machine) -> None:
    invitation = busy_shop.invite(busy_shop.open_order(lines=1))
    by = customer(invitation)
    files = [scans.any_scan(1), scans.any_scan(2), scans.any_scan(1)]
    together([partial(returns.add_file, invitation, one, "a.pdf", by=by) for one in files])
    draft = Return.objects.get()
    assert len(returns.files_of(draft)) == 2
    assert sorted(one.position for one in returns.pages_of(draft)) == [1, 2, 3]


def test_sent_read_and_accepted_by_two_at_once_is_one_signature(busy_shop: Shop, machine: Machine) -> None:
    invitation = busy_shop.invite(busy_shop.open_order(lines=1))
    busy_shop.paper(invitation)
    draft = scans.hand_in(invitation, scans.any_scan(1), send=False)
    together([lambda: returns.send(draft, invitation, by=customer(invitation))] * 2)
    assert Entry.objects.filter(kind="copy.uploaded").count() == 1
    machine.sees(None)
    together([reading.read_due] * 2)
    assert Entry.objects.filter(kind="copy.matched").count() == 1
    mara = busy_shop.mara
    answers = together([lambda: verification.accept(draft, by=mara, actor=mara.actor)] * 2)
    assert Signature.objects.count() == 1
    assert sum(isinstance(one, Signature) for one in answers) == 1


def test_signing_on_the_screen_while_the_paper_is_filed_is_one_signature(
    busy_shop: Shop, machine: Machine
) -> None:
    invitation = busy_shop.invite(busy_shop.open_order(lines=1))
    machine.sees(busy_shop.paper(invitation))
    returned = scans.hand_in(invitation, scans.any_scan(1))
    ceremony = ceremonies.review(invitation, by=customer(invitation))
    together([reading.read_due, lambda: sign(ceremony)])
    signature = Signature.objects.get()
    returned.refresh_from_db()
    assert returned.state == ("filed" if signature.method == "paper" else "overtaken")
