"""Who an identity provider vouches for, and whether they work here.

The secret: being known to the provider opens nothing. What opens is a membership, an invitation to the address the
provider verified, or a group or domain the operator named. A membership that a manager switched off stays off.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from paraph.lib.actor import Actor
from paraph.people import access, members, welcomes
from paraph.people.models import Member, Organisation, User
from paraph.people.single_sign_on import SingleSignOn


@transaction.atomic
def admit(known: User | None, claims: Mapping[str, Any], provider: SingleSignOn) -> User | None:
    """The user who may come in, made a member where that is due; None when nobody let them in.

    `known` is whose account was linked at an earlier sign-in. Without it the verified address decides.
    """
    email = str(claims.get("email") or "").strip().lower()
    # Not every provider says it, and some let people type any address: only a plain yes counts.
    verified = claims.get("email_verified") is True
    name = str(claims.get("name") or email)[:200]
    user = known or (User.objects.filter(email=email).first() if verified else None)
    if user is not None and not user.is_active:
        return None
    actor = Actor("system", name=f"single sign-on ({provider.name})")
    address = user.email if user else email
    if verified:
        for welcome in welcomes.waiting_for(email):
            if email == address:
                user = welcomes.accept(welcome, actor=actor, name=welcome.name or name).user
    if user is not None or verified:
        user = _by_rule(user, address, name, claims, provider, actor, verified=bool(verified)) or user
    return user if user is not None and access.memberships(user) else None


def _by_rule(
    user: User | None,
    email: str,
    name: str,
    claims: Mapping[str, Any],
    provider: SingleSignOn,
    actor: Actor,
    *,
    verified: bool,
) -> User | None:
    """Join or change by group; join by domain, which changes nobody who is a member already."""
    organisation = _organisation(provider)
    if organisation is None:
        return None
    member = Member.objects.filter(organisation=organisation, user=user).first() if user else None
    by_group = provider.role_of_groups(claims)
    role = by_group or (provider.role_of_domain(email) if verified and member is None else "")
    if not role or (member is not None and not member.active):
        return None
    if member is None:
        return members.add(organisation, email, name=name, role=role, by=actor).user
    if member.role != role:
        try:
            members.change(member, role=role, without=member.without, by=actor)
        except members.LastManager:
            return member.user  # the organisation keeps its manager, whatever the group says
    return member.user


def _organisation(provider: SingleSignOn) -> Organisation | None:
    """Where groups and domains lead: the organisation that is named, or the only one; else nowhere."""
    if provider.organisation:
        found = Organisation.objects.filter(name=provider.organisation)[:2]
    else:
        found = Organisation.objects.all()[:2]
    return found[0] if len(found) == 1 else None
