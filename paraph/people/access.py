"""Who may what. A right belongs to a role; nothing else grants it, and a toggle can only take it away.

Rights are named `noun.verb`. Faces ask `require`, templates ask `can`; both read the one table below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from paraph.lib.compiled import Compiled
from paraph.people.models import Contact, Customer, Member, Role, User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

EVERYBODY = frozenset(Role)
OFFICE = frozenset({Role.MANAGER, Role.DISPATCHER})

RIGHTS: dict[str, frozenset[Role]] = {
    "order.view": EVERYBODY,
    "order.edit": frozenset({Role.MANAGER, Role.DISPATCHER, Role.TECHNICIAN}),
    "order.open": OFFICE,
    "customer.edit": OFFICE,
    "comment.add": frozenset({Role.MANAGER, Role.DISPATCHER, Role.TECHNICIAN}),  # S3-33
    "comment.delete": frozenset({Role.MANAGER}),  # S3-32
    "order.email": frozenset({Role.MANAGER}),  # S3-20
    "order.report": frozenset({Role.MANAGER, Role.DISPATCHER, Role.TECHNICIAN}),  # S1-04
    "signature.ask": frozenset({Role.MANAGER}),  # as order.email, plus the toggle below (S0-20, S0-21)
    "dispute.answer": frozenset({Role.MANAGER, Role.DISPATCHER, Role.TECHNICIAN}),  # S0-34
    # It decides what is asked of the customer and whether it is invoiced (docs/decisions/0030).
    "dispute.resolve": frozenset({Role.MANAGER}),
    "attempt.record": frozenset({Role.MANAGER, Role.DISPATCHER, Role.TECHNICIAN}),
    # Decision 4: a manager verifies what a machine could not; accepting a paper is as good as a signature.
    "return.review": frozenset({Role.MANAGER}),
    "signature.verify": frozenset({Role.MANAGER}),
    # The customer signs on this member's own phone (S1-34).
    "signature.capture": frozenset({Role.MANAGER, Role.DISPATCHER, Role.TECHNICIAN}),
    "invoice.view": frozenset({Role.MANAGER, Role.DISPATCHER, Role.BILLER}),
    "invoice.edit": frozenset({Role.MANAGER, Role.BILLER}),
    "figures.view": OFFICE,  # S1-21 to S1-23
    "member.edit": frozenset({Role.MANAGER}),
    "settings.edit": frozenset({Role.MANAGER}),
}

# What a manager can switch off for one member in *Manage users › Access rights* (S0-20), in the words shown there.
TOGGLES: dict[str, tuple[StrPromise, StrPromise]] = {
    "signature.ask": (
        _("Allow e-sign capability"),
        _("Send orders for signature, hand over signing links, renew them and remind."),
    ),
    "return.review": (
        _("Allow reviewing signed papers"),
        _("Accept what came back on paper, or send it back to the customer."),
    ),
    "signature.verify": (
        _("Allow verifying signatures"),
        _("Stand for a signature that is in doubt, or do not accept it."),
    ),
    "signature.capture": (
        _("Allow signatures on their phone"),
        _("Enrol a phone, and let customers sign on it at their site."),
    ),
    "invoice.edit": (_("Allow making invoices"), _("Draft, issue and void invoices.")),
    "comment.delete": (
        _("Allow deleting comments"),
        _("Remove what somebody wrote; that it was there stays."),
    ),
}


class Forbidden(Exception):
    """The member's role does not carry this right, or it was taken from them."""

    def __init__(self, right: str) -> None:
        super().__init__(right)
        self.right = right


def can(member: Member, right: str) -> bool:
    """Whether the member may; an unknown right is a programming error (KeyError), never a yes."""
    return (
        member.role in RIGHTS[right]
        and right not in member.without
        and member.active
        and member.user.is_active
    )


def require(member: Member, right: str) -> None:
    """Raise `Forbidden` unless the member may."""
    if not can(member, right):
        raise Forbidden(right)


def memberships(user: User) -> list[Member]:
    """Where a user works now, by the organisation's name."""
    return _MEMBERSHIPS.objects(user.pk) if user.is_active else []


def _active(user: UUID) -> QuerySet[Member]:
    found = Member.objects.filter(user=user, active=True).select_related("organisation", "user")
    return found.order_by("organisation__name", "pk")


_MEMBERSHIPS = Compiled(_active, UUID(int=1))  # every page of the office asks


def chosen(found: list[Member], pk: str = "") -> Member | None:
    """The membership to work under: the one chosen, or the only one; None when that is for the user to say."""
    if not pk:
        return found[0] if len(found) == 1 else None
    return next((one for one in found if str(one.pk) == pk), None)


def managers_of(organisation_id: UUID | str) -> QuerySet[Member]:
    """The managers who are told and get copies (S3-17)."""
    return Member.objects.filter(
        organisation_id=organisation_id, role=Role.MANAGER, active=True, user__is_active=True
    ).select_related("user")


def contacts_of(customer: Customer) -> QuerySet[Contact]:
    """The people at a customer's who can be asked."""
    return customer.contacts.all()
