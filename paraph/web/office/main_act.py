"""The one main action of an order's page: what its next step asks for, as a button (look.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from paraph.billing.models import Invoice
from paraph.people import access
from paraph.people.models import Member
from paraph.web.office.next_step import Step
from paraph.web.office.overview import Overview
from paraph.work.models import Status


@dataclass(frozen=True)
class Act:
    """A link that looks like a button; `icon` is one of `icons.py`."""

    label: str
    url: str
    icon: str


def of(
    seen: Overview, step: Step, member: Member, *, bills: Iterable[Invoice], reportable: bool
) -> list[Act]:
    """The main action and perhaps a quieter one beneath it; empty where this member can do nothing."""
    order = seen.order
    if not seen.lines:
        add = Act(_("Add the first line"), reverse("office:order_edit", args=[order.pk]), "plus")
        return [add] if access.can(member, "order.edit") else []
    waiting = _looking(seen, member)
    if waiting:
        return [waiting]
    sealed = seen.current.sealed if seen.current and step.tone == "good" else None
    copy = [Act(_("Sealed copy"), reverse("office:sealed", args=[order.pk]), "seal")] if sealed else []
    draft = next((one for one in bills if one.is_draft), None)
    if order.status == Status.COMPLETED and draft and access.can(member, "invoice.edit"):
        return [Act(_("Check the invoice"), reverse("office:invoice", args=[draft.pk]), "search"), *copy]
    if order.status != Status.COMPLETED and step.place == "report" and reportable:
        return [Act(_("Report the work"), "#report", "check"), *copy]
    return [*copy, *_mail(seen, member)][:2]


def _looking(seen: Overview, member: Member) -> Act | None:
    """Where somebody has to look before anything goes on."""
    order = seen.order
    if seen.to_verify and access.can(member, "signature.verify"):
        doubted = seen.to_verify[0].verification
        assert doubted is not None
        address = reverse("office:verification", args=[order.pk, doubted.pk])
        return Act(_("Verify the signature"), address, "eye")
    if order.status == Status.DISPUTED:
        may = access.can(member, "dispute.answer") or access.can(member, "dispute.resolve")
        return Act(_("Answer the dispute"), "#disputes", "comment") if may else None
    if seen.to_review:
        address = reverse("office:return", args=[order.pk, seen.to_review[0].pk])
        return Act(_("Review returned paper"), address, "eye")
    return None


def _mail(seen: Overview, member: Member) -> list[Act]:
    """The page to send it from, worded by the order's status (S0-23, S3-11)."""
    if not access.can(member, "order.email"):
        return []
    asks = seen.order.status == Status.NEEDS_SIGNATURE and access.can(member, "signature.ask")
    label = _("Email for signature") if asks else _("Send email")
    return [Act(label, reverse("office:email", args=[seen.order.pk]), "mail")]
