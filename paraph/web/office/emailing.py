"""The *Email work order* page, for managers only (S3-08 … S3-20; S0-23, X-08).

Estimate, work authorisation and service report ask for a signature; progress and invoice are sent to read. A link
copied by hand is in one answer and nowhere else: not in session, address or log (decision 3).
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

from paraph.billing import invoices
from paraph.lib.actor import Actor
from paraph.people import access, limits
from paraph.people.models import Contact, Member
from paraph.signoff import invitations, requests
from paraph.signoff.errors import NobodyToAsk, SignOffError
from paraph.signoff.models import SIGNED_VIEWS, Ask, Invitation, Party, Rule, SignOff, State, View
from paraph.web.office import reach
from paraph.web.office.doors import act, actor, form, show
from paraph.web.office.forms.email import NOT_ISSUED, EmailForm, LinkForm
from paraph.work.models import WorkOrder

SHOWN = "links_shown"  # session: which link forms were answered, never the links
MOST_SHOWN = 50
# Buttons of the page that send nothing: a contact signs earlier or later.
MOVES = {"up", "down"}


@form("order.email")
def email(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """The page, and the sending."""
    order = reach.order(member, pk)
    if request.method != "POST":
        return _page(request, member, order)
    known: dict[str, Any] = {"customer": order.customer, "issued": has_invoice(order)}
    if MOVES & set(request.POST):
        return _page(request, member, order, filled=EmailForm.moved(request.POST, **known))
    filled = EmailForm(request.POST, chosen={}, **known)
    if not filled.is_valid():
        return _page(request, member, order, filled=filled, status=400)
    limits.count(limits.MAIL, str(member.organisation_id))
    try:
        sent = _send(order, filled, member, actor(request, member))
    except SignOffError as refusal:
        return _page(request, member, order, filled=filled, status=refusal.status, problems=[str(refusal)])
    messages.success(request, _told(sent))
    return redirect("office:order", order.pk)


@act("order.email")
def link(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Make a link and show it, once."""
    order = reach.order(member, pk)
    filled = LinkForm(request.POST, customer=order.customer, views=_views(order, member))
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


def has_invoice(order: WorkOrder) -> bool:
    """Whether there is an issued invoice the customer can be shown."""
    return bool(invoices.issued_of(order))


def _told(sent: list[Invitation | None]) -> str:
    """How many messages left, and how many leave when somebody's turn comes."""
    left, later = sum(1 for one in sent if one), sum(1 for one in sent if one is None)
    told = ngettext("%(count)s message is on its way.", "%(count)s messages are on their way.", left)
    told = told % {"count": left} + " " + _("The managers get a copy.")
    if later:
        words = ngettext(
            "%(count)s person gets the link when it is their turn.",
            "%(count)s people get the link when it is their turn.",
            later,
        )
        told += " " + words % {"count": later}
    return told


@transaction.atomic
def _send(order: WorkOrder, filled: EmailForm, member: Member, by: Actor) -> list[Invitation | None]:
    """Ask everybody chosen, or share with them, and mail each their own link; all of them or none.

    None stands for somebody who gets it later, when it is their turn.
    """
    told = filled.cleaned_data
    if not filled.asks:
        raise NobodyToAsk
    signoff = _request(order, told["view"], filled.asks, member, by, rule=told["rule"] or None)
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
    signoff = _request(order, told["view"], [(contact, asked.ask if asked else Ask.AUTHORISE)], member, by)
    party = signoff.parties.select_related("contact", "signoff__order").get(contact=contact)
    return invitations.hand_over(
        party, view=told["view"], by=member, actor=by, hours=told["hours"], language=told["language"]
    )


def _request(
    order: WorkOrder,
    view: str,
    asks: list[tuple[Contact, str]],
    member: Member,
    by: Actor,
    *,
    rule: str | None = None,
) -> SignOff:
    """The request a view belongs to: one to sign, or the one that is only read (S3-06, S3-07)."""
    if view not in SIGNED_VIEWS:
        return requests.share(order, [contact for contact, _ask in asks])
    access.require(member, "signature.ask")
    return requests.ask(order, asks, by=by, rule=rule, view=view)


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
    chosen, issued = _chosen(order), has_invoice(order)
    lasts = {"lasts": order.organisation.link_hours}
    if filled is None:
        first = {**lasts, "rule": _rule(order)}
        filled = EmailForm(customer=order.customer, chosen=chosen, issued=issued, initial=first)
    asked = next((contact for contact, ask in chosen.items() if ask == Ask.AUTHORISE), None)
    first = {**lasts, "contact": asked or order.contacts.first(), "once": uuid.uuid4()}
    views = _views(order, member)
    told |= {
        "order": order,
        "form": filled,
        "link_form": link_form or LinkForm(customer=order.customer, views=views, initial=first),
        "managers": access.managers_of(member.organisation_id),
        "lines": order.items.filter(removed_at=None).count(),
        "views": views,
        "issued": issued,
        "why_not": NOT_ISSUED,
    }
    return show(request, member, "email.html", section="orders", status=status, **told)


def _views(order: WorkOrder, member: Member) -> list[str]:
    """What this member can send of this order now."""
    may_ask, issued = access.can(member, "signature.ask"), has_invoice(order)
    signed = [str(view) for view in SIGNED_VIEWS] if may_ask else []
    return [*signed, str(View.PROGRESS), *([str(View.INVOICE)] if issued else [])]


def _rule(order: WorkOrder) -> str:
    """Who must sign as it was asked before; else everybody."""
    found = SignOff.objects.filter(order=order, state=State.OPEN).values_list("rule", flat=True).first()
    return found or Rule.TOGETHER


def _chosen(order: WorkOrder) -> dict[Any, str]:
    """Whom to propose: those asked already, in turn, else the order's only contact; never a guess among several."""
    open_parties = Party.objects.filter(
        signoff__order=order, signoff__state=State.OPEN, acted_at=None, decline=None
    )
    asked = dict(open_parties.order_by("position", "contact__name").values_list("contact", "ask"))
    if asked:
        return asked
    able = list(order.contacts.exclude(email="")[:2])
    return {able[0].pk: Ask.AUTHORISE} if len(able) == 1 else {}
