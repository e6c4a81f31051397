"""Who may what. A right belongs to a role; nothing else grants it.

Rights are named `noun.verb`. Faces ask `require`, templates ask `can`; both read the one table below.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from paraph.people.models import Contact, Customer, Member, Role, User

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
}


class Forbidden(Exception):
    """The member's role does not carry this right."""

    def __init__(self, right: str) -> None:
        super().__init__(right)
        self.right = right


def can(member: Member, right: str) -> bool:
    """Whether the member may; an unknown right is a programming error (KeyError), never a yes."""
    return member.active and member.user.is_active and member.role in RIGHTS[right]


def require(member: Member, right: str) -> None:
    """Raise `Forbidden` unless the member may."""
    if not can(member, right):
        raise Forbidden(right)


def membership(user: User) -> Member | None:
    """The active membership a signed-in user works under."""
    found = (
        user.memberships.filter(active=True)
        .select_related("organisation", "user")
        .order_by("organisation__name")
    )
    return found.first()


def managers_of(organisation_id: UUID | str) -> QuerySet[Member]:
    """The managers who are told and get copies (S3-17)."""
    return Member.objects.filter(
        organisation_id=organisation_id, role=Role.MANAGER, active=True, user__is_active=True
    ).select_related("user")


def contacts_of(customer: Customer) -> QuerySet[Contact]:
    """The people at a customer's who can be asked."""
    return customer.contacts.all()
