"""The service report by mail: from work that is finished to an approved order, a record for good, and a draft (S1)."""

from __future__ import annotations

import io
import json
import re
from decimal import Decimal
from typing import Any

import pikepdf
import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from paraph.automation import runner
from paraph.billing.models import InvoiceLine
from paraph.delivery import outbox
from paraph.signoff import completion
from paraph.signoff.models import Ceremony, Decision, Signature
from paraph.work import orders
from paraph.work.models import Status, WorkOrder
from tests.cast import Shop, lines, worked

LINK = re.compile(r"https?://[^/\s]+(/s/[\w.\-]+/)")


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def mailed(shop: Shop, order: WorkOrder, mailoutbox: list[EmailMessage]) -> Client:
    """Mara mails the report; Jan opens the link of his letter."""
    desk = Client()
    desk.force_login(shop.mara.user)
    asked = {f"ask-{shop.jan.pk}": "authorise", "lasts": "48", "text": "", "language": "", "view": "report"}
    assert desk.post(reverse("office:email", args=[order.pk]), asked).status_code == 302
    outbox.deliver_due()
    letter = next(one for one in mailoutbox if one.to == [shop.jan.email])
    assert letter.subject.startswith("Service report")
    jan, found = Client(), LINK.search(str(letter.body))
    assert found
    assert "asks for your decision" in text(jan.get(found[1]))
    entered = jan.post(found[1])
    assert entered.status_code == 302
    jan.defaults["HTTP_REFERER"] = entered["Location"]
    return jan


@pytest.mark.slow
def test_S1_06_S1_08_S1_10_S1_18_S1_37_finished_work_is_reviewed_accepted_and_kept(
    shop: Shop, mailoutbox: list[EmailMessage]
) -> None:
    order = shop.open_order(2)
    desk = Client()
    desk.force_login(shop.mara.user)
    asked = {f"ask-{shop.jan.pk}": "authorise", "lasts": "48", "text": "", "language": "", "view": "report"}
    refused = desk.post(reverse("office:email", args=[order.pk]), asked)
    assert refused.status_code == 409
    assert "Report the hours first: lines 1, 2 have none." in text(refused)

    # "The process begins when the technician finishes the physical repair" (S1-06).
    worked(shop, order, "3.25", "0.5")
    jan = mailed(shop, order, mailoutbox)
    runner.run_all()
    page = jan.defaults["HTTP_REFERER"]

    # "a clear, non-editable summary of completed tasks, parts replaced, labor hours" (S1-18), to review (S1-08).
    shown = jan.get(page)
    for word in (
        "Service report",
        "Replace and test.",
        "3.25 h worked",
        "0.5 h worked",
        "Tyre",
        "156E66",
        "32-40",
    ):
        assert word in text(shown), word
    assert "€" not in text(shown)
    assert not re.search(
        r'<(input|textarea)[^>]+name="(hours|actual_hours|quantity|action)"', shown.content.decode()
    )

    # Review comes before signing (S1-10): there is nothing to sign with until every line is decided and reviewed.
    assert "Approve at least one line" in text(jan.post(page + "review/"))
    first, second = lines(order)
    jan.post(f"{page}lines/{first.pk}/decision/", {"choice": "approved"})
    assert "Decide about line 2 first" in text(jan.post(page + "review/"))
    assert not Ceremony.objects.exists()
    jan.post(f"{page}lines/{second.pk}/decision/", {"choice": "rejected"})
    reviewed = jan.post(page + "review/")
    assert reviewed.status_code == 302
    frozen = jan.get(reviewed["Location"])
    assert "This summary cannot change while you sign." in text(frozen)
    sentence = f"I have read service report {order.number} of Vliegwerk. I accept the work reported in it"
    assert sentence in text(frozen)
    digest = re.search(r'name="consent"[^>]*value="([^"]+)"', frozen.content.decode())
    assert digest
    said = {"name": "Jan Jansen", "role": "Owner", "language": "en", "method": "typed", "typed": "Jan Jansen"}
    assert jan.post(reviewed["Location"], said).status_code == 400  # not ticked
    signing = jan.post(reviewed["Location"], {**said, "consent": digest[1]})
    assert signing.status_code == 302
    assert "You have signed" in text(jan.get(signing["Location"]))
    runner.run_all()
    order.refresh_from_db()
    assert order.status == Status.APPROVED  # S1-14, with no manager's act

    # "Immutable records of signatures linked to specific job IDs, parts, and labor codes", retrievable (S1-37).
    signature = Signature.objects.get()
    told = json.loads(desk.get(reverse("office:record", args=[order.pk, signature.pk])).content)
    assert told["order"] == {"id": str(order.pk), "number": order.number}
    assert told["meaning"]["code"] == "accept"
    item = told["subject"]["content"]["items"][0]
    assert item["labour"] == {"code": "32-40", "hours": "3.25"}
    assert item["parts"] == [{"name": "Tyre", "number": "156E66", "quantity": "1"}]
    sealed = jan.get(page + "sealed.pdf")
    with pikepdf.open(io.BytesIO(sealed.content)) as opened:
        assert json.loads(opened.attachments["record.json"].get_file().read_bytes()) == told
    worked(shop, order, "9")
    assert json.loads(desk.get(reverse("office:record", args=[order.pk, signature.pk])).content) == told
    worked(shop, order, "3.25", "0.5")

    # It can be completed now (S1-04), and a draft bills the accepted line with the hours worked (S1-20).
    orders.report(WorkOrder.objects.get(pk=order.pk), by=shop.tess.actor)
    runner.run_all()
    billed = InvoiceLine.objects.filter(invoice__order=order, labour=True)
    assert [(one.number, one.quantity) for one in billed] == [(1, Decimal("3.25"))]
    assert Decision.objects.filter(item=second).latest("pk").choice == "rejected"
    printed = completion.printed(orders.load(order.pk), "report", "en", signoff=signature.signoff)
    assert printed == sealed.content
