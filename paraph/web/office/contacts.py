"""How a contact shows who they are: their PIN, and the passkeys on their own phones (S1-09, S1-24)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paraph.people.models import Contact, Customer, Member
from paraph.signoff import passkeys, pins
from paraph.signoff.errors import NoAddress, Unusable
from paraph.signoff.models import ContactPasskey, ContactPin
from paraph.web.office import reach
from paraph.web.office.doors import act, actor, page, show

MAIL, AGREE, REMOVE = "mail", "agree", "remove"


@page("customer.edit")
def contact(request: HttpRequest, member: Member, pk: UUID, contact: UUID) -> HttpResponse:
    """What they have."""
    return _show(request, member, reach.contact(member, pk, contact))


@act("customer.edit")
def pin(request: HttpRequest, member: Member, pk: UUID, contact: UUID) -> HttpResponse:
    """Mail a PIN, keep the one that was agreed on, or take it away; `do` says which."""
    found, by = reach.contact(member, pk, contact), actor(request, member)
    wish = request.POST.get("do", "")
    try:
        if wish == MAIL:
            pins.mail(found, by=member, actor=by)
            messages.success(request, _("A PIN is on its way to %(to)s.") % {"to": found.email})
        elif wish == AGREE:
            pins.agree(found, request.POST.get("pin", ""), by=member, actor=by)
            messages.success(request, _("The PIN is set."))
        elif wish == REMOVE:
            pins.remove(found, by=member, actor=by)
            messages.success(request, _("The PIN is removed."))
    except (Unusable, NoAddress) as problem:
        return _show(request, member, found, problem=str(problem), status=400)
    return redirect("office:contact", pk, contact)


@act("customer.edit")
def forget_passkey(
    request: HttpRequest, member: Member, pk: UUID, contact: UUID, passkey: UUID
) -> HttpResponse:
    """Let a passkey count no more: a phone was lost, or is somebody else's now."""
    found = reach.passkey(member, pk, contact, passkey)
    passkeys.remove(found, by=member, actor=actor(request, member))
    messages.success(request, _("The passkey is removed."))
    return redirect("office:contact", pk, contact)


@dataclass(frozen=True)
class Has:
    """One contact of a customer, with what they have, in words."""

    contact: Contact
    said: str


def had(customer: Customer) -> list[Has]:
    """The contacts of a customer with what each has; three queries."""
    people = list(customer.contacts.order_by("name"))
    with_pin = set(ContactPin.objects.filter(contact__in=people).values_list("contact_id", flat=True))
    kept = ContactPasskey.objects.filter(contact__in=people, removed_at=None)
    keys = list(kept.values_list("contact_id", flat=True))
    return [Has(one, _said(one.pk in with_pin, keys.count(one.pk))) for one in people]


def _said(has_pin: bool, keys: int) -> str:
    told = [_("PIN")] if has_pin else []
    if keys:
        told.append(ngettext("%(n)s passkey", "%(n)s passkeys", keys) % {"n": keys})
    return " · ".join(told) or _("no PIN")


def _show(
    request: HttpRequest, member: Member, found: Contact, *, problem: str = "", status: int = 200
) -> HttpResponse:
    told: dict[str, Any] = {
        "contact": found,
        "pin": ContactPin.objects.filter(contact=found).select_related("set_by__user").first(),
        "passkeys": passkeys.of(found),
        "problem": problem,
    }
    return show(request, member, "contact.html", section="customers", status=status, **told)
