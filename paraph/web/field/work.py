"""What the phone is told: who works here, which orders, and each order with all it takes to work without network."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token

from paraph.capture import keys
from paraph.lib import clock
from paraph.people import devices, factors
from paraph.people.models import LANGUAGES, Device, Member, Organisation
from paraph.signoff import consent, policies, subjects
from paraph.signoff.models import UNFINISHED, Ask, ContactPin, Party, View
from paraph.web.field import details, doors, reach, states
from paraph.web.shared import pills
from paraph.work import checklists, lists, orders
from paraph.work.models import Item, WorkOrder


@doors.read
def work(request: HttpRequest, member: Member) -> HttpResponse:
    """Everything but the orders themselves, which are fetched one by one, so that each costs the same."""
    organisation = member.organisation
    device = reach.device(member, request.GET.get("device", ""))
    key_id, public = keys.current()
    told = {
        "now": clock.iso(clock.now()),
        "csrf": get_token(request),
        "device": _state(device),
        "member": {
            "id": str(member.pk),
            "name": member.user.name,
            "language": member.user.language,
            "passkey": factors.Kind.WEBAUTHN in factors.kinds([member.user_id]).get(member.user_id, ()),
        },
        "shop": {
            "name": organisation.name,
            "zone": organisation.time_zone,
            "tax": orders.plain(Item._meta.get_field("tax_rate").default),
        },
        "key": {"id": key_id, "public": public},
        "parts": _parts(organisation),
        "labour": [
            {"code": one.code, "name": one.name, "rate": one.hourly_rate}
            for one in lists.labour_codes_of(organisation)
        ],
        "captures": [states.describe(one) for one in states.newest(device)] if device else [],
        "orders": [str(pk) for pk in reach.orders(member).values_list("pk", flat=True)[: reach.MOST_ORDERS]],
    }
    return doors.answer(told)


@doors.read
def order(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """One order: what the customer will be shown, who can be asked, and what the policy wants."""
    found = orders.load(reach.order(member, pk).pk)
    return doors.answer(describe(found))


def describe(order: WorkOrder) -> dict[str, Any]:
    """An order as the app keeps it (frontend/src/field-types.ts, `Order`)."""
    content = subjects.present(order, View.REPORT)
    policy = policies.of(order)
    status = pills.pill("order", order.status)
    last = order.items.order_by("-number").values_list("number", flat=True).first()
    return {
        "id": str(order.pk),
        "number": order.number,
        "title": order.title,
        "object": order.object_name,
        "status": {"word": str(status.word), "tone": status.tone},
        "revision": order.revision,
        "customer": order.customer.name,
        "site": _site(order),
        "notes": order.notes,
        "next_number": (last or 0) + 1,
        "contacts": _contacts(order),
        **details.describe(order),
        "lines": _lines(order, content),
        "policy": {"identity": policy.identity, "place": str(policy.place), "prices": policy.prices},
        "checklist": _checklist(order),
        "consents": _consents(order),
        "content": content,
    }


def _state(device: Device | None) -> str:
    if device is None:
        return "unknown"
    return "enrolled" if devices.is_let_in(device) else "revoked"


def _parts(organisation: Organisation) -> list[dict[str, Any]]:
    return [
        {"number": one.number, "name": one.name, "price": one.unit_price}
        for one in lists.parts_of(organisation)
    ]


def _site(order: WorkOrder) -> dict[str, Any] | None:
    site = order.site
    if site is None:
        return None
    area = {name: getattr(site, name) for name in ("latitude", "longitude", "radius_m", "polygon")}
    return {"name": site.name, "address": site.address, "area": area}


def _contacts(order: WorkOrder) -> list[dict[str, Any]]:
    """Who can sign: those asked in the open request, and the contacts of the order."""
    parties = Party.objects.filter(
        signoff__order=order, signoff__state__in=UNFINISHED, signoff__of_report=True, ask=Ask.AUTHORISE
    ).select_related("contact")
    asked = {one.contact_id: one.contact for one in parties}
    people = {one.pk: one for one in order.contacts.all()} | asked
    pins = set(ContactPin.objects.filter(contact__in=people).values_list("contact_id", flat=True))
    return [
        {
            "id": str(one.pk),
            "name": one.name,
            "title": one.title,
            "language": one.language,
            "asked": one.pk in asked,
            "pin": one.pk in pins,
            "mail": bool(one.email),
        }
        for one in sorted(people.values(), key=lambda one: one.name)
        if one.may_e_sign  # others sign on paper (S0-20)
    ]


def _lines(order: WorkOrder, content: dict[str, Any]) -> list[dict[str, Any]]:
    """Every line with what was reported so far.

    `left`: the customer did not want it, so it is not in the report; `settled`: it was accepted under an earlier one.
    """
    reported = {one["id"]: one["authorised"] for one in content["items"]}
    return [
        {
            "item": str(one.pk),
            "number": one.number,
            "finding": one.finding,
            "action": one.action,
            "labour_code": one.labour_code,
            "hours": "" if one.actual_hours is None else orders.plain(one.actual_hours),
            "parts": [
                {
                    "name": part.name,
                    "number": part.number,
                    "quantity": orders.plain(part.quantity),
                    "unit_price": part.unit_price,
                }
                for part in one.parts.all()
            ],
            "rate": one.hourly_rate,
            "tax": orders.plain(one.tax_rate),
            "planned": orders.plain(one.estimated_hours),
            "left": str(one.pk) not in reported,
            "settled": reported.get(str(one.pk), False),
        }
        for one in orders.lines_of(order)
    ]


def _checklist(order: WorkOrder) -> list[dict[str, Any]]:
    """The points to confirm: `texts` as they are read, `told` as the report tells them (`reporting.beside`)."""
    found = {code: checklists.of(order, code) for code, _name in LANGUAGES}
    return [
        {
            "key": one.key,
            "texts": {code: points[at].text for code, points in found.items()},
            "told": dict(one.texts),
        }
        for at, one in enumerate(found["en"])
    ]


def _consents(order: WorkOrder) -> dict[str, dict[str, str]]:
    """The sentence the customer agrees to, by language; the same as the server makes when it files."""
    made = {code: consent.of_report(order.number, order.organisation.name, code) for code, _name in LANGUAGES}
    return {
        code: {"sentence": one.sentence, "alternative": one.alternative, "digest": one.digest}
        for code, one in made.items()
    }
