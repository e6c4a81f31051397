"""How a customer shows who they are while there is network: a one-time code by mail (S1-09)."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from paraph.people.limits import TooMany
from paraph.people.models import Contact, Member
from paraph.signoff import codes
from paraph.signoff.errors import NoAddress
from paraph.web.field import doors, reach
from paraph.work.models import WorkOrder


@doors.act
def send_code(request: HttpRequest, member: Member) -> HttpResponse:
    """Mail a fresh code to a contact of one of the member's orders; it goes into the envelope with what was signed."""
    order, contact = meant(request, member)
    try:
        code = codes.send(contact, order, by=doors.actor(request, member))
    except NoAddress as problem:
        return doors.refuse(problem.reason, problem, problem.status)
    except TooMany:
        return doors.refuse(
            "too-many", _("Too many codes were sent. Wait an hour, or choose another way."), 429
        )
    return doors.answer({"id": str(code.pk)}, 201)


def meant(request: HttpRequest, member: Member) -> tuple[WorkOrder, Contact]:
    """The order and the contact a request names. Raises Http404 for others' (security.md line 1)."""
    told = doors.asked(request)
    try:
        order = reach.order(member, UUID(str(told.get("order"))))
        contact = Contact.objects.get(customer=order.customer_id, pk=UUID(str(told.get("contact"))))
    except (ValueError, Contact.DoesNotExist) as problem:
        raise Http404 from problem
    return order, contact
