"""Members of an organisation: let in, given a role and rights, switched off.

The secret: a membership is the only thing that gives access, every change of it is a fact, and an organisation never
loses its last manager.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from paraph.evidence import ledger
from paraph.lib.actor import Actor
from paraph.people import access, factors, open_sessions
from paraph.people.facts import AccessChanged
from paraph.people.models import Member, Organisation, Role, User


class LastManager(Exception):
    """Nobody would be left who can let people in."""


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
    without: Iterable[str] = (),
) -> Member:
    """Let a person in, with a role; the person may be known already from another organisation.

    `password` was validated by the caller; None leaves an existing one alone, and makes a new person wait for one.
    Somebody who is a member already becomes what is said here: for the operator's command line, which can undo it.
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
        organisation=organisation,
        user=user,
        defaults={"role": role, "active": True, "without": _known(without)},
    )
    _record(member, "joined", by)
    return member


@transaction.atomic
def change(member: Member, *, role: str, without: Iterable[str], by: Actor) -> Member:
    """Give another role and other rights (S0-20); it holds at the member's next click. Raises `LastManager`."""
    if role != Role.MANAGER:
        _keep_a_manager(member)
    lacking = _known(without)
    if (member.role, sorted(member.without)) != (role, lacking):
        member.role, member.without = role, lacking
        member.save(update_fields=["role", "without"])
        _record(member, "changed", by)
    return member


@transaction.atomic
def switch_off(member: Member, *, by: Actor) -> Member:
    """Take all access away, from open sessions too (security.md line 41). Twice is once. Raises `LastManager`."""
    _keep_a_manager(member)
    if Member.objects.filter(pk=member.pk, active=True).update(active=False):
        member.active = False
        _record(member, "off", by)
        if not access.memberships(member.user):
            sign_out_everywhere(member.user)
    return member


@transaction.atomic
def switch_on(member: Member, *, by: Actor) -> Member:
    """Let somebody in again, as what they were."""
    if Member.objects.filter(pk=member.pk, active=False).update(active=True):
        member.active = True
        _record(member, "on", by)
    return member


@transaction.atomic
def forget_factors(member: Member, *, by: Actor) -> None:
    """Somebody lost their telephone and their codes: they sign in by password once more and set up new ones.

    Only where no other organisation relies on the same factors; `may_forget_factors` says so.
    """
    if not may_forget_factors(member):
        raise access.Forbidden("member.edit")
    factors.forget_all(member.user)
    sign_out_everywhere(member.user)
    _record(member, "factors_forgotten", by)


def may_forget_factors(member: Member) -> bool:
    """Whether this organisation is the only one whose access the member's factors guard."""
    return all(one.pk == member.pk for one in access.memberships(member.user))


def sign_out_everywhere(user: User) -> None:
    """End every session of a user at its next request."""
    open_sessions.end_all(user)
    User.objects.filter(pk=user.pk).update(epoch=F("epoch") + 1)
    user.refresh_from_db(fields=["epoch"])


def _keep_a_manager(member: Member) -> None:
    """Called before a manager stops being one; two who do it to each other at once wait here for one another."""
    Organisation.objects.select_for_update().get(pk=member.organisation_id)
    now = Member.objects.get(pk=member.pk)
    if now.role != Role.MANAGER or not now.active:
        return
    others = access.managers_of(member.organisation_id).exclude(pk=member.pk)
    if not others.exists():
        raise LastManager


def _known(without: Iterable[str]) -> list[str]:
    return sorted(set(without) & set(access.TOGGLES))


def _record(member: Member, change: str, by: Actor) -> None:
    ledger.append(
        AccessChanged(
            member=str(member.pk),
            role=str(member.role),
            active=member.active,
            change=change,
            without=list(member.without),
            who=member.user.name,
        ),
        log=member.organisation.log,
        topic=f"organisation:{member.organisation_id}",
        by=by,
    )
