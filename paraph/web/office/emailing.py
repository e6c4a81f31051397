"""The *Email work order* page, for managers only (S3-11 … S3-20; S0-23).

A link copied by hand is in one answer and nowhere else: not in session, address or log (decision 3).
"""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paraph.lib.actor import Actor
from paraph.people import access, limits
from paraph.people.models import Contact, Member
from paraph.signoff import invitations, requests
from paraph.signoff.errors import NobodyToAsk, SignOffError
from paraph.signoff.models import Ask, Invitation, Party, State
from paraph.web.office import reach
from paraph.web.office.doors import act, actor, form, show
from paraph.web.office.forms.email import EmailForm, LinkForm
from paraph.work.models import WorkOrder

SHOWN = "links_shown"  # session: which link forms were answered, never the links
MOST_SHOWN = 50


@form("order.email")
def email(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """The page, and the sending."""
    order = reach.order(member, pk)
    if request.method != "POST":
        return _page(request, member, order)
    filled = EmailForm(request.POST, customer=order.customer, chosen={})
    if not filled.is_valid():
        return _page(request, member, order, filled=filled, status=400)
    limits.count(limits.MAIL, str(member.organisation_id))
    try:
        sent = _send(order, filled, member, actor(request, member))
    except SignOffError as refusal:
        return _page(request, member, order, filled=filled, status=refusal.status, problems=[str(refusal)])
    told = ngettext("%(count)s message is on its way.", "%(count)s messages are on their way.", len(sent))
    messages.success(request, told % {"count": len(sent)} + " " + _("The managers get a copy."))
    return redirect("office:order", order.pk)


@act("order.email")
def link(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Make a signing link and show it, once."""
    order = reach.order(member, pk)
    filled = LinkForm(request.POST, customer=order.customer)
    if not filled.is_valid():
        return _page(request, member, order, link_form=filled, status=400)
    told, shown = filled.cleaned_data, request.session.get(SHOWN, [])
    if str(told["once"]) in shown:
        seen: dict[str, Any] = {"order": order, "contact": told["contact"]}
        return show(request, member, "link.html", section="orders", status=409, **seen)
    try:
        invitation, address = _hand_over(order, told, member, actor(request, member))
    except SignOffError as refusal:
        return _page(request, member, order, link_form=filled, status=refusal.status, problems=[str(refusal)])
    request.session[SHOWN] = [*shown, str(told["once"])][-MOST_SHOWN:]
    seen = {"order": order, "contact": told["contact"], "invitation": invitation, "address": address}
    return show(request, member, "link.html", section="orders", **seen)


@transaction.atomic
def _send(order: WorkOrder, filled: EmailForm, member: Member, by: Actor) -> list[Invitation]:
    """Ask everybody chosen, and mail each their own link; all of them or none."""
    told = filled.cleaned_data
    if not filled.asks:
        raise NobodyToAsk
    signoff = requests.ask(order, filled.asks, by=by)
    parties = {
        party.contact_id: party for party in signoff.parties.select_related("contact", "signoff__order")
    }
    return [
        invitations.send(
            parties[contact.pk],
            view=told["view"],
            by=member,
            actor=by,
            hours=told["hours"],
            text=told["text"],
            language=told["language"],
        )
        for contact, _ask in filled.asks
    ]


@transaction.atomic
def _hand_over(order: WorkOrder, told: dict[str, Any], member: Member, by: Actor) -> tuple[Invitation, str]:
    contact: Contact = told["contact"]
    asked = Party.objects.filter(signoff__order=order, signoff__state=State.OPEN, contact=contact).first()
    signoff = requests.ask(order, [(contact, asked.ask if asked else Ask.AUTHORISE)], by=by)
    party = signoff.parties.select_related("contact", "signoff__order").get(contact=contact)
    return invitations.hand_over(
        party, view=told["view"], by=member, actor=by, hours=told["hours"], language=told["language"]
    )


def _page(
    request: HttpRequest,
    member: Member,
    order: WorkOrder,
    *,
    filled: EmailForm | None = None,
    link_form: LinkForm | None = None,
    status: int = 200,
    **told: Any,
) -> HttpResponse:
    chosen = _chosen(order)
    filled = filled or EmailForm(customer=order.customer, chosen=chosen)
    asked = next((contact for contact, ask in chosen.items() if ask == Ask.AUTHORISE), None)
    first = {"contact": asked or order.contacts.first(), "once": uuid.uuid4()}
    told |= {
        "order": order,
        "form": filled,
        "link_form": link_form or LinkForm(customer=order.customer, initial=first),
        "managers": access.managers_of(member.organisation_id),
        "lines": order.items.filter(removed_at=None).count(),
    }
    return show(request, member, "email.html", section="orders", status=status, **told)


def _chosen(order: WorkOrder) -> dict[Any, str]:
    """Whom to propose: those asked already, else the order's only contact; never a guess among several."""
    open_parties = Party.objects.filter(signoff__order=order, signoff__state=State.OPEN, acted_at=None)
    asked = dict(open_parties.values_list("contact", "ask"))
    if asked:
        return asked
    able = list(order.contacts.exclude(email="")[:2])
    return {able[0].pk: Ask.AUTHORISE} if len(able) == 1 else {}
