"""Members of an organisation: let in, and given a role.

The secret: a membership is the only thing that gives access, and every change of it is a fact.
"""

from __future__ import annotations

from django.db import transaction

from paraph.evidence import ledger
from paraph.lib.actor import Actor
from paraph.people.facts import AccessChanged
from paraph.people.models import Member, Organisation, User


@transaction.atomic
def add(
    organisation: Organisation,
    email: str,
    *,
    name: str,
    role: str,
    by: Actor,
    password: str | None = None,
    language: str = "",
) -> Member:
    """Let a person in, with a role; the person may be known already from another organisation.

    `password` was validated by the caller; None leaves an existing one alone, and makes a new person wait for one.
    """
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        user = User.objects.create_user(
            email, password, name=name, language=language or organisation.language
        )
    elif password is not None:
        user.set_password(password)
        user.save(update_fields=["password"])
    member, _ = Member.objects.update_or_create(
        organisation=organisation, user=user, defaults={"role": role, "active": True}
    )
    _record(member, by)
    return member


def _record(member: Member, by: Actor) -> None:
    ledger.append(
        AccessChanged(member=str(member.pk), role=str(member.role), active=member.active),
        log=member.organisation.log,
        topic=f"organisation:{member.organisation_id}",
        by=by,
    )
