"""A service report goes the whole way by paper: printed, stamped, scanned, sent, filed, billed (S0-02, S1-18)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from paraph.automation import runner
from paraph.billing.models import Invoice
from paraph.evidence.models import Entry
from paraph.sealing import check
from paraph.signoff import completion, papers, reading
from paraph.signoff.models import Match, Paper, Policy, Return, ReturnState, Signature, SignOff, State, View
from paraph.work import orders, photos
from paraph.work.models import Status, WorkOrder
from tests import cast, scans
from tests.billing import bills
from tests.cast import Shop
from tests.intake import samples
from tests.paperwork import photo
from tests.web.portal.conftest import Customer

pytestmark = pytest.mark.slow


def stamped(paper: Paper) -> bytes:
    """Printed, signed, stamped, and laid into a scanner."""
    sheets, block = scans.signed_by_hand(paper), papers.block(paper)
    place = (block.left + block.width * 0.25, block.top + block.height / 2)
    sheet = samples.stamped(np.asarray(sheets[block.page - 1]), place)
    sheets[block.page - 1] = Image.fromarray(sheet)
    return scans.as_pdf(sheets)


@pytest.fixture
def order(shop: Shop) -> WorkOrder:
    """Two lines that were worked on, with a photo, reported as done; the report is asked for, and shows prices."""
    bills.ready(shop)
    Policy.objects.create(organisation=shop.organisation, prices=True)
    made = cast.worked(shop, shop.open_order(lines=2), "3", "0.75")
    photos.add(made, photo(), caption="Worn tyre", by=shop.tess, actor=shop.tess.actor)
    return made


def test_S1_18_a_report_stamped_on_paper_is_filed_by_itself_and_completes_and_bills_the_work(
    shop: Shop, order: WorkOrder, enter: Callable[..., Customer]
) -> None:
    jan = enter(shop.invite(order, view=View.REPORT))
    runner.run_all()
    jan.decide(1, "approved")
    jan.decide(2, "rejected")
    dialog = jan.page("paper")
    assert "Finding 1" in dialog.split("Your signature does not cover")[0]
    waits = jan.post(jan.at("paper"), {"format": "a4", "language": "en"})
    assert waits.status_code == 302, waits.content.decode()
    paper = Paper.objects.get()
    printed = jan.get(jan.at("paper_file", paper.pk))
    assert printed.content == paper.read()

    scan = SimpleUploadedFile("scan.pdf", stamped(paper), "application/pdf")
    assert jan.post(jan.at("upload_files"), {"files": [scan]}).status_code == 302
    assert not Return.objects.exclude(state=ReturnState.DRAFT).exists()
    jan.post(jan.at("upload_send"), {"signer_name": "Kees de Boer", "signer_role": "Chief"})
    assert "being read" in jan.page("upload")
    assert WorkOrder.objects.get(pk=order.pk).status == Status.NEEDS_VERIFICATION
    assert reading.read_due() == 1
    runner.run_all()

    returned = Return.objects.get()
    assert (returned.state, returned.outcome) == (ReturnState.FILED, Match.COMPLETE), returned.findings
    assert "Signed and filed" in jan.page("upload")
    signature = Signature.objects.get()
    record = signature.record
    assert (record["subject"]["view"], record["method"]) == ("report", "paper")
    assert record["signer"] == {**record["signer"], "name": "Kees de Boer", "role": "Chief"}
    assert [one["labour"]["hours"] for one in record["subject"]["content"]["items"]] == ["3", "0.75"]
    assert signature.items == [str(cast.lines(order)[0].pk)]
    assert "Kees de Boer" in jan.page("receipt")
    signoff = SignOff.objects.get()
    assert (signoff.state, signoff.of_report) == (State.SEALED, True)
    keys = completion.keyset()
    pdf = signoff.sealed_copy.read()
    assert check.check(pdf, seal_roots=keys.seal_root_pem, tsa_roots=keys.tsa_root_pem).valid
    assert Entry.objects.filter(kind="signature.given").count() == 1

    reported = orders.report(WorkOrder.objects.get(pk=order.pk), by=shop.tess.actor)
    runner.run_all()
    assert reported.status == Status.COMPLETED
    (made,) = Invoice.objects.filter(order=order)
    assert [(one.number, one.quantity) for one in made.lines.all() if one.labour] == [(1, Decimal(3))]
