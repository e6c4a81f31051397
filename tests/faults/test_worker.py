"""The worker is dead, the seal key is gone, two workers work at once: signing goes on, and all is made up for once."""

from __future__ import annotations

import html
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from paraph.automation.models import Notice
from paraph.config import worker
from paraph.delivery import mailbox
from paraph.delivery.models import Delivery
from paraph.delivery.models import State as Posted
from paraph.lib import home
from paraph.signoff.facts import SEAL_FAULTS
from paraph.signoff.models import SealedCopy, Signature, SignOff, State
from paraph.work.models import Status
from tests import cast
from tests.cast import Shop
from tests.faults import house
from tests.faults.conftest import LoseKey
from tests.web.portal.conftest import Customer

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("letters")]

ORDERS = 6
SECONDS = 60
ONCE = ([Status.APPROVED], [Status.NEEDS_SIGNATURE, Status.APPROVED])


@pytest.fixture
def jan(shop: Shop) -> Customer:
    """Jan, who approved two lines."""
    return house.come_in(shop)


def sign(customer: Customer) -> None:
    """Sign through the pages."""
    posting = house.about_to_sign(customer)
    assert customer.post(posting.path, posting.fields)["Location"] == customer.at("receipt")


def test_F17_without_a_worker_the_customer_signs_holds_the_copy_and_the_mails_follow(
    shop: Shop, jan: Customer
) -> None:
    sign(jan)
    assert jan.get(jan.at("sealed")).content.startswith(b"%PDF")
    assert house.statuses(jan.order) == [Status.NEEDS_SIGNATURE, Status.APPROVED]
    assert mailbox.read() == []
    house.worker_comes()
    assert Notice.objects.filter(kind="signed").count() == 2
    assert [one.to for one in house.receipt_mails(jan)] == ["jan@vliegwerk.example"]
    assert house.broken(shop) == []


@pytest.mark.parametrize(("instead", "reason"), [(None, "key_missing"), (b"not a key", "key_unusable")])
def test_F20_without_its_key_the_seal_is_pending_in_sight_and_completes_by_itself(
    shop: Shop, jan: Customer, lose_seal_key: LoseKey, instead: bytes | None, reason: str
) -> None:
    key = lose_seal_key(instead)
    sign(jan)
    page = jan.page("receipt")
    assert "Signed and sealed" not in page
    assert str(SEAL_FAULTS[reason]) in html.unescape(page)
    assert jan.get(jan.at("sealed")).status_code == 404
    assert jan.get(jan.at("print")).content.startswith(b"%PDF")
    assert jan.get(jan.at("receipt_file")).status_code == 200
    assert house.statuses(jan.order) == [Status.NEEDS_SIGNATURE, Status.APPROVED]
    house.worker_comes()
    assert (Signature.objects.count(), SealedCopy.objects.count()) == (1, 0)
    assert Notice.objects.filter(kind="seal_pending", member=shop.mara).count() == 1
    assert ".pdf" not in str([file.name for one in house.receipt_mails(jan) for file in one.attachments])
    key.found()
    house.worker_comes()
    assert jan.get(jan.at("sealed")).content.startswith(b"%PDF")
    assert "Signed and sealed" in jan.page("receipt")
    assert [fact["late"] for fact in house.facts(jan.order, "copy.sealed")] == [True]
    copies = [file.name for mail in mailbox.to("jan@vliegwerk.example") for file in mail.attachments]
    assert len([one for one in copies if one.endswith("-sealed.pdf")]) == 1
    assert house.broken(shop) == []


def another_key() -> bytes:
    """A sound key that is not the one of the certificate."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_F20_a_seal_key_that_was_replaced_seals_nothing(
    shop: Shop, jan: Customer, lose_seal_key: LoseKey
) -> None:
    key = lose_seal_key(another_key())
    sign(jan)
    worker.run_once()
    assert (Signature.objects.count(), SealedCopy.objects.count()) == (1, 0)
    assert SignOff.objects.get().seal_fault == "key_unusable"
    key.found()
    house.worker_comes()
    assert jan.get(jan.at("sealed")).content.startswith(b"%PDF")
    assert house.broken(shop) == []


def test_F20_an_expired_seal_certificate_seals_nothing_until_it_is_renewed(shop: Shop, jan: Customer) -> None:
    ends = x509.load_pem_x509_certificate((home.keys() / "seal.pem").read_bytes()).not_valid_after_utc
    with time_machine.travel(ends + timedelta(days=1)):
        late = house.come_in(shop)
        sign(late)
        worker.run_once()
        assert (Signature.objects.count(), SealedCopy.objects.count()) == (1, 0)
        assert SignOff.objects.get(state=State.COMPLETE).seal_fault == "key_unusable"
        assert late.get(late.at("receipt_file")).status_code == 200
    # Renewed: valid again at the moment of sealing, here because the clock was wrong.
    house.worker_comes()
    assert late.get(late.at("sealed")).content.startswith(b"%PDF")
    assert house.broken(shop) == []


@pytest.fixture
def two_workers() -> Iterator[None]:
    """Two `paraph worker` processes on the test's database."""
    command = [sys.executable, "-m", "paraph.config.cli", "worker"]
    processes = [
        subprocess.Popen(command, env=house.environment(), cwd=house.REPOSITORY, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    try:
        for one in processes:
            assert one.stderr is not None
            assert any(b"worker" in line for line in one.stderr), "the worker did not start"
        yield
    finally:
        for one in processes:
            one.terminate()
        told = [one.communicate(timeout=SECONDS)[1] for one in processes]
    assert [one.returncode for one in processes] == [0, 0], told


def test_I4_two_workers_at_once_run_each_consequence_once(shop: Shop, two_workers: None) -> None:
    orders = [shop.open_order(lines=1) for _ in range(ORDERS)]
    for order in orders:
        cast.signed(shop, order, [1])
    until = time.monotonic() + SECONDS
    while Delivery.objects.filter(state=Posted.SENT).count() < 3 * ORDERS and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(1)  # a second worker that did not notice would send now
    # A worker that came late finds the order signed already, and never says that it waits.
    assert all(house.statuses(order) in ONCE for order in orders)
    assert Notice.objects.filter(kind="signed").count() == 2 * ORDERS
    assert len(mailbox.read()) == 3 * ORDERS
    assert house.broken(shop) == []
