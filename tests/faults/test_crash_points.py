"""F2, F3: the process dies at every named point of signing; nothing is lost, nothing happens twice."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import pytest

from paraph.billing.models import Invoice
from paraph.capture import filing
from paraph.capture.models import Capture
from paraph.capture.models import State as Filed
from paraph.delivery import mailbox
from paraph.evidence.models import Entry
from paraph.lib import clock, crash
from paraph.signoff.models import (
    Ceremony,
    ReturnState,
    SealedCopy,
    Signature,
    SignOff,
    State,
    Verification,
)
from paraph.work.models import Status
from tests import scans
from tests.billing import bills
from tests.capture.phone import Phone, arrive, send
from tests.cast import Shop
from tests.faults import house
from tests.faults import test_keeping as keeping
from tests.faults.conftest import LoseKey
from tests.scans import Machine
from tests.web.portal.conftest import Customer

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("letters")]


@dataclass(frozen=True)
class Left:
    """What a process that died at a point leaves behind; so a point that moves is noticed."""

    consents: int = 1
    parts: int = 0
    files: int = 0
    signatures: int = 0
    approved: int = 0
    answered: bool = False
    mails: int = 0


LEFT = {
    "consent.committed": Left(),
    "pdf.rendered": Left(),
    "pdf.sealed": Left(),
    "blob.written": Left(parts=1),
    "blob.renamed": Left(files=1),
    "sign.before_commit": Left(files=1),
    "sign.committed": Left(files=1, signatures=1),
    "run.before_commit": Left(files=1, signatures=1),
    "run.committed": Left(files=1, signatures=1, approved=1),
    "mail.before_send": Left(files=1, signatures=1, approved=1, answered=True),
    "mail.sent": Left(files=1, signatures=1, approved=1, answered=True, mails=1),
}
# The points of issuing an invoice, and whether it is issued when the process dies there.
ISSUING = {
    "blob.written": False,
    "blob.renamed": False,
    "invoice.before_commit": False,
    "invoice.issued": True,
}
# The points of filing a paper that came back, and where it stands when the process dies there.
FILING = {
    "return.read": ReturnState.SENT,
    "return.before_commit": ReturnState.SENT,
    "return.filed": ReturnState.FILED,
}
# The points of filing what a phone sent, and whether its customer has signed when the process dies there.
CAPTURING = {
    "capture.reviewed": False,
    "consent.committed": False,
    "blob.renamed": False,
    "sign.before_commit": False,
    "sign.committed": True,
    "capture.signed": True,
}
# The points that a worker passes when it makes up for a seal.
LATE = ("pdf.rendered", "pdf.sealed", "blob.written", "blob.renamed")


@pytest.fixture
def jan(shop: Shop) -> Customer:
    """Jan, who approved two lines; what the shop did until here is worked off."""
    customer = house.come_in(shop)
    house.worker_comes()
    return customer


@pytest.mark.parametrize("point", LEFT)
def test_F2_killed_at_every_point_of_signing_one_signature_one_copy_one_receipt(
    point: str, shop: Shop, jan: Customer
) -> None:
    posting = house.about_to_sign(jan)
    files, parts = house.blob_files()
    mails = len(mailbox.read())
    died = house.child("signer", crash_at=point, told=asdict(posting))
    assert died.returncode == house.CRASHED, f"{point} was not reached:\n{died.stdout}{died.stderr}"
    now_files, now_parts = house.blob_files()
    assert LEFT[point] == Left(
        consents=Ceremony.objects.exclude(consent_entry=None).count(),
        parts=len(now_parts - parts),
        files=len(now_files - files),
        signatures=Signature.objects.count(),
        approved=house.statuses(jan.order).count(Status.APPROVED),
        answered=bool(died.stdout.strip()),
        mails=len(mailbox.read()) - mails,
    )
    kept = house.notes()

    answer = jan.post(posting.path, posting.fields, follow=True)

    assert answer.redirect_chain[-1][0] == jan.at("receipt")
    assert answer.status_code == 200
    copy = jan.get(jan.at("sealed")).content
    house.worker_comes()
    assert jan.post(posting.path, posting.fields)["Location"] == jan.at("receipt")
    house.worker_comes()
    assert house.broken(shop, kept=kept, sent_twice=int(point == "mail.sent")) == []
    assert Signature.objects.count() == SealedCopy.objects.count() == 1
    assert jan.get(jan.at("sealed")).content == copy
    assert house.statuses(jan.order) == [Status.NEEDS_SIGNATURE, Status.APPROVED]
    assert len({one.message_id for one in house.receipt_mails(jan)}) == 1


@pytest.mark.parametrize("point", LATE)
def test_F3_a_worker_killed_while_it_makes_up_for_a_seal_leaves_one_copy(
    point: str, shop: Shop, jan: Customer, lose_seal_key: LoseKey
) -> None:
    key = lose_seal_key()
    posting = house.about_to_sign(jan)
    assert jan.post(posting.path, posting.fields)["Location"] == jan.at("receipt")
    assert SignOff.objects.get().state == State.COMPLETE
    key.found()
    died = house.child("sealer", crash_at=point)
    assert died.returncode == house.CRASHED, f"{point} was not reached:\n{died.stdout}{died.stderr}"
    assert SignOff.objects.get().state == State.COMPLETE
    house.worker_comes()
    assert house.broken(shop) == []
    assert SealedCopy.objects.count() == 1
    assert jan.get(jan.at("sealed")).status_code == 200


@pytest.mark.parametrize("point", CAPTURING)
def test_F2_I8_killed_while_a_capture_is_filed_it_is_filed_once(
    point: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = Phone.enrolled(shop.tess)
    sent = phone.signs(shop.open_order(1), shop.jan, place={"missing": "denied"})
    assert [one.kept for one in send(sent)] == [True]
    died = house.child("filer", crash_at=point)
    assert died.returncode == house.CRASHED, f"{point} was not reached:\n{died.stdout}{died.stderr}"
    assert Signature.objects.exists() == CAPTURING[point]
    kept = house.notes()

    later = clock.now() + filing.LEASE
    monkeypatch.setattr(clock, "now", lambda: later)
    arrive(sent, sent)
    house.worker_comes()

    assert Capture.objects.get().state == Filed.FILED
    assert Signature.objects.count() == SealedCopy.objects.count() == Verification.objects.count() == 1
    assert house.statuses(Signature.objects.get().signoff.order)[-1] == Status.NEEDS_VERIFICATION
    assert house.broken(shop, kept=kept) == []


def test_F2_every_named_point_is_tried() -> None:
    assert {*LEFT, *ISSUING, *FILING, *CAPTURING, *keeping.BACKUP, *keeping.RESTORE} == set(crash.POINTS)


@pytest.mark.parametrize("point", FILING)
def test_F2_I9_killed_while_a_paper_is_read_it_is_filed_once(
    point: str, shop: Shop, machine: Machine
) -> None:
    paper = shop.paper(shop.invite(shop.open_order(lines=1)))
    machine.sees(paper)
    returned = scans.hand_in(paper.invitation, scans.any_scan(paper.pages))
    died = house.child("reader", crash_at=point, told=paper.code)
    assert died.returncode == house.CRASHED, f"{point} was not reached:\n{died.stdout}{died.stderr}"
    returned.refresh_from_db()
    assert returned.state == FILING[point]
    house.worker_comes()
    returned.refresh_from_db()
    assert returned.state == ReturnState.FILED
    assert Signature.objects.count() == SealedCopy.objects.count() == 1
    assert Entry.objects.filter(kind="copy.matched").count() == 1
    assert house.broken(shop) == []


@pytest.mark.parametrize("point", ISSUING)
def test_F2_I3_killed_while_an_invoice_is_issued_one_invoice_and_no_gap(point: str, shop: Shop) -> None:
    bills.ready(shop)
    first = bills.issued(shop)
    draft = bills.drafted(shop, bills.reported(shop))
    died = house.child("biller", crash_at=point, told=str(draft.pk))
    assert died.returncode == house.CRASHED, f"{point} was not reached:\n{died.stdout}{died.stderr}"
    draft.refresh_from_db()
    assert draft.is_issued == ISSUING[point]
    again = house.child("biller", told=str(draft.pk))
    assert again.returncode == 0, again.stderr
    draft.refresh_from_db()
    assert (first.sequence, draft.sequence) == (1, 2)
    assert draft.read().startswith(b"%PDF")
    assert Invoice.objects.count() == 2
    house.worker_comes()
    assert house.broken(shop) == []
