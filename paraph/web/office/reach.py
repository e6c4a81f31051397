"""What a member can reach: every lookup starts at their organisation, so that what is not theirs is not there.

All raise Http404, in one way for *does not exist* and *is somebody else's* (security.md line 1).
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet
from django.shortcuts import get_object_or_404

from paraph.capture.models import Capture, State
from paraph.people.models import Contact, Customer, Device, Member, Site, Welcome
from paraph.signoff.models import (
    ContactPasskey,
    Dispute,
    Invitation,
    Return,
    Signature,
    SignOff,
    Verification,
)
from paraph.work.models import (
    CatalogPart,
    ChecklistPoint,
    Comment,
    LabourCode,
    OrderKind,
    Photo,
    Property,
    WorkOrder,
)


def orders(member: Member) -> QuerySet[WorkOrder]:
    """The organisation's orders."""
    return WorkOrder.objects.filter(organisation_id=member.organisation_id)


def order(member: Member, pk: UUID) -> WorkOrder:
    """One order with what every page about it names."""
    found = orders(member).select_related("organisation", "customer", "site", "technician__user")
    return get_object_or_404(found, pk=pk)


def customers(member: Member) -> QuerySet[Customer]:
    """The organisation's customers."""
    return Customer.objects.filter(organisation_id=member.organisation_id)


def customer(member: Member, pk: UUID) -> Customer:
    """One customer."""
    return get_object_or_404(customers(member), pk=pk)


def contact(member: Member, customer: UUID, pk: UUID) -> Contact:
    """One contact of a customer."""
    found = Contact.objects.select_related("customer__organisation")
    return get_object_or_404(
        found, pk=pk, customer_id=customer, customer__organisation_id=member.organisation_id
    )


def passkey(member: Member, customer: UUID, contact_id: UUID, pk: UUID) -> ContactPasskey:
    """One passkey of a contact."""
    found = ContactPasskey.objects.select_related("contact__customer")
    return get_object_or_404(found, pk=pk, contact=contact(member, customer, contact_id))


def site(member: Member, customer: UUID, pk: UUID) -> Site:
    """One site of a customer."""
    found = Site.objects.select_related("customer")
    return get_object_or_404(
        found, pk=pk, customer_id=customer, customer__organisation_id=member.organisation_id
    )


def members(member: Member) -> QuerySet[Member]:
    """The colleagues who work here now."""
    found = Member.objects.filter(organisation_id=member.organisation_id, active=True, user__is_active=True)
    return found.select_related("user").order_by("user__name")


def everybody(member: Member) -> QuerySet[Member]:
    """Everybody who works or worked here."""
    found = Member.objects.filter(organisation_id=member.organisation_id).select_related(
        "user", "organisation"
    )
    return found.order_by("-active", "user__name", "pk")


def anybody(member: Member, pk: UUID) -> Member:
    """One of them."""
    return get_object_or_404(everybody(member), pk=pk)


def devices(member: Member) -> QuerySet[Device]:
    """The phones of everybody here, those in use first; `pending`: something of theirs is not filed yet."""
    waits = Capture.objects.filter(device=OuterRef("pk"), state__in=(State.RECEIVED, State.HELD))
    found = Device.objects.filter(organisation_id=member.organisation_id).select_related("member__user")
    return found.annotate(pending=Exists(waits)).order_by(
        F("revoked_at").desc(nulls_first=True), "-enrolled_at"
    )


def device(member: Member, pk: UUID) -> Device:
    """One of them."""
    return get_object_or_404(devices(member), pk=pk)


def welcomes(member: Member) -> QuerySet[Welcome]:
    """The organisation's invitations to become a member."""
    return Welcome.objects.filter(organisation_id=member.organisation_id).select_related("organisation")


def welcome(member: Member, pk: UUID) -> Welcome:
    """One of them."""
    return get_object_or_404(welcomes(member), pk=pk)


def order_kinds(member: Member, *, archived: bool = False) -> QuerySet[OrderKind]:
    """The organisation's kinds of order, in its order."""
    found = OrderKind.objects.filter(organisation_id=member.organisation_id).select_related("organisation")
    return found if archived else found.filter(archived_at=None)


def order_kind(member: Member, pk: UUID) -> OrderKind:
    """One of them."""
    return get_object_or_404(order_kinds(member, archived=True), pk=pk)


def properties(member: Member, *, archived: bool = False) -> QuerySet[Property]:
    """The organisation's own properties, in its order."""
    found = Property.objects.filter(organisation_id=member.organisation_id).select_related("organisation")
    return found if archived else found.filter(archived_at=None)


def property(member: Member, pk: UUID) -> Property:
    """One of them."""
    return get_object_or_404(properties(member, archived=True), pk=pk)


def catalog_parts(member: Member) -> QuerySet[CatalogPart]:
    """The organisation's parts, archived ones as well, by their numbers."""
    return CatalogPart.objects.filter(organisation_id=member.organisation_id).select_related("organisation")


def catalog_part(member: Member, pk: UUID) -> CatalogPart:
    """One of them."""
    return get_object_or_404(catalog_parts(member), pk=pk)


def labour_codes(member: Member) -> QuerySet[LabourCode]:
    """The organisation's labour codes, archived ones as well, by their codes."""
    return LabourCode.objects.filter(organisation_id=member.organisation_id).select_related("organisation")


def labour_code(member: Member, pk: UUID) -> LabourCode:
    """One of them."""
    return get_object_or_404(labour_codes(member), pk=pk)


def checklist_points(member: Member) -> QuerySet[ChecklistPoint]:
    """The points of the organisation's checklist, archived ones as well, in its order."""
    found = ChecklistPoint.objects.filter(organisation_id=member.organisation_id)
    return found.select_related("organisation", "kind")


def checklist_point(member: Member, pk: UUID) -> ChecklistPoint:
    """One of them."""
    return get_object_or_404(checklist_points(member), pk=pk)


def photo(member: Member, order: UUID, pk: UUID) -> Photo:
    """One photo of an order that was not removed."""
    found = Photo.objects.filter(removed_at=None).select_related("order", "item")
    return get_object_or_404(found, pk=pk, order_id=order, order__organisation_id=member.organisation_id)


def comment(member: Member, order: UUID, pk: UUID) -> Comment:
    """One comment of an order."""
    found = Comment.objects.select_related("order", "item")
    return get_object_or_404(found, pk=pk, order_id=order, order__organisation_id=member.organisation_id)


def signoff(member: Member, order: UUID, pk: UUID) -> SignOff:
    """One sign-off of an order."""
    found = SignOff.objects.select_related("order__organisation", "sealed_copy")
    return get_object_or_404(found, pk=pk, order_id=order, organisation_id=member.organisation_id)


def disputes(member: Member) -> QuerySet[Dispute]:
    """What customers dispute or disputed, with all that is told of it."""
    return told(Dispute.objects.filter(signoff__organisation_id=member.organisation_id))


def told(found: QuerySet[Dispute]) -> QuerySet[Dispute]:
    """Disputes with all that is told of them."""
    return found.select_related("party__contact", "signoff__order__customer", "snapshot", "resolved_by__user")


def dispute(member: Member, order: UUID, pk: UUID) -> Dispute:
    """One dispute of an order."""
    return get_object_or_404(disputes(member), pk=pk, signoff__order_id=order)


def verification(member: Member, order: UUID, pk: UUID) -> Verification:
    """One signature that needs or needed a manager's eyes."""
    found = Verification.objects.filter(organisation_id=member.organisation_id)
    related = ("signature__party__contact", "signature__signoff__sealed_copy", "decided_by__user")
    found = found.select_related(*related, "order__customer", "order__site", "order__technician__user")
    return get_object_or_404(found, pk=pk, order_id=order)


def invitation(member: Member, order: UUID, pk: UUID) -> Invitation:
    """One invitation to an order."""
    found = Invitation.objects.select_related("party__contact", "party__signoff__order__organisation")
    return get_object_or_404(
        found, pk=pk, party__signoff__order_id=order, party__signoff__organisation_id=member.organisation_id
    )


def signature(member: Member, order: UUID, pk: UUID) -> Signature:
    """One signature under an order."""
    found = Signature.objects.select_related("entry", "checkpoint", "signoff__order")
    return get_object_or_404(
        found, pk=pk, signoff__order_id=order, signoff__organisation_id=member.organisation_id
    )


def returns(member: Member) -> QuerySet[Return]:
    """The papers that came back to the organisation, newest first; drafts are the customer's own."""
    found = Return.objects.filter(party__signoff__organisation_id=member.organisation_id)
    related = ("party__contact", "party__signoff__order__customer", "decided_by__user", "sent_entry", "paper")
    return found.exclude(sent_at=None).select_related(*related).order_by("-sent_at")


def returned(member: Member, order: UUID, pk: UUID) -> Return:
    """One of them."""
    return get_object_or_404(returns(member), pk=pk, party__signoff__order_id=order)
