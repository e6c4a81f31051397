"""*Manage users › Access rights*: who works here, as what, and what they may (S0-20, S0-21)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paraph.evidence import timeline
from paraph.evidence.facts import STAFF
from paraph.lib import clock
from paraph.people import access, factors, limits, members, passwords, welcomes
from paraph.people.models import Member, Welcome
from paraph.web.office import reach
from paraph.web.office.doors import act, actor, form, page, show
from paraph.web.office.forms.settings import AccessForm, InviteForm
from paraph.web.shared import access_log
from paraph.web.shared.views import posted

MOST_CHANGES = 20


@dataclass(frozen=True)
class Colleague:
    """A member, how they prove who they are, and whether they may ask for signatures."""

    member: Member
    factors: tuple[str, ...]
    asks: str
    """``on``, ``off``, or "" where the role has no such right."""


@page("member.edit")
def member_list(request: HttpRequest, member: Member) -> HttpResponse:
    """Everybody, those who are invited, and what was changed lately."""
    found = list(reach.everybody(member))
    told: dict[str, Any] = {
        "colleagues": _colleagues(found),
        "welcomes": reach.welcomes(member).filter(accepted_at=None, withdrawn_at=None),
        "now": clock.now(),
        "changes": timeline.timeline(
            member.organisation.log,
            f"organisation:{member.organisation_id}",
            audience=STAFF,
            language=get_language() or "en",
            newest_first=True,
            limit=MOST_CHANGES,
        ),
    }
    return show(request, member, "members.html", section="members", **told)


@form("member.edit")
def member_edit(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Role and rights of one member; both hold at their next click."""
    found = reach.anybody(member, pk)
    sheet = AccessForm(posted(request), initial={"role": found.role}, without=found.without)
    if sheet.is_valid():
        role, without = sheet.cleaned_data["role"], sheet.without
        acted = _kindly(
            request, lambda: members.change(found, role=role, without=without, by=actor(request, member))
        )
        if acted:
            access_log.came_in(request, "access changed", f"member {found.pk} by member {member.pk}")
            messages.success(request, _("The access of %(name)s is stored.") % {"name": found.user.name})
        return redirect("office:members" if acted else "office:member", *([] if acted else [pk]))
    told = {
        "sheet": sheet,
        "found": found,
        "kinds": _colleagues([found])[0].factors,
        "may_forget": members.may_forget_factors(found),
    }
    status = 400 if sheet.errors else 200
    return show(request, member, "member.html", section="members", status=status, **told)


@form("member.edit")
def invite(request: HttpRequest, member: Member) -> HttpResponse:
    """Invite somebody by mail."""
    # A colleague without e-sign is the exception a manager makes, so every tick is set at first.
    start = {"role": "technician", "language": member.organisation.language}
    sheet = InviteForm(posted(request), initial=start)
    if sheet.is_valid():
        limits.count(limits.MAIL, str(member.organisation_id))
        told = {name: sheet.cleaned_data[name] for name in ("email", "name", "role", "language")}
        try:
            welcomes.invite(
                member.organisation, by=member, actor=actor(request, member), without=sheet.without, **told
            )
        except welcomes.AlreadyThere:
            sheet.add_error("email", _("Somebody with this address works here, or is invited already."))
        else:
            messages.success(request, _("An invitation is on its way to %(name)s.") % {"name": told["name"]})
            return redirect("office:members")
    return show(
        request,
        member,
        "invite.html",
        section="members",
        status=400 if sheet.errors else 200,
        sheet=sheet,
        days=welcomes.VALID.days,
    )


@act("member.edit")
def switch_off(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Take all access away, at once."""
    found = reach.anybody(member, pk)
    if _kindly(request, lambda: members.switch_off(found, by=actor(request, member))):
        access_log.came_in(request, "access switched off", f"member {found.pk} by member {member.pk}")
        messages.success(
            request,
            _("%(name)s can no longer come in, not even from a window that is open.")
            % {"name": found.user.name},
        )
    return redirect("office:members")


@act("member.edit")
def switch_on(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Let somebody in again."""
    found = reach.anybody(member, pk)
    members.switch_on(found, by=actor(request, member))
    access_log.came_in(request, "access switched on", f"member {found.pk} by member {member.pk}")
    messages.success(request, _("%(name)s can come in again.") % {"name": found.user.name})
    return redirect("office:members")


@act("member.edit")
def forget_factors(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """For who lost their telephone and their codes."""
    found = reach.anybody(member, pk)
    members.forget_factors(found, by=actor(request, member))
    passwords.tell(found.user, "forgotten")
    access_log.came_in(request, "second factors removed", f"member {found.pk} by member {member.pk}")
    messages.success(
        request,
        _("%(name)s signs in without a second factor now, and was told so.") % {"name": found.user.name},
    )
    return redirect("office:member", pk)


@act("member.edit")
def welcome_again(request: HttpRequest, member: Member, welcome: UUID) -> HttpResponse:
    """Mail a new link; the earlier one stops working."""
    limits.count(limits.MAIL, str(member.organisation_id))
    found = reach.welcome(member, welcome)
    return _about(
        request,
        found,
        lambda: welcomes.send_again(found, by=member, actor=actor(request, member)),
        _("A new invitation is on its way to %(name)s."),
    )


@act("member.edit")
def welcome_withdraw(request: HttpRequest, member: Member, welcome: UUID) -> HttpResponse:
    """Make the link useless."""
    found = reach.welcome(member, welcome)
    return _about(
        request,
        found,
        lambda: welcomes.withdraw(found, by=member, actor=actor(request, member)),
        _("The invitation of %(name)s no longer works."),
    )


def _about(request: HttpRequest, found: Welcome, verb: Callable[[], object], words: str) -> HttpResponse:
    try:
        verb()
    except welcomes.Unwelcome:
        messages.error(request, _("This invitation was used or withdrawn in the meantime."))
    else:
        messages.success(request, words % {"name": found.name})
    return redirect("office:members")


def _kindly(request: HttpRequest, verb: Callable[[], object]) -> bool:
    """Whether the verb went through; the one refusal that a manager can run into is told as a message."""
    try:
        verb()
    except members.LastManager:
        messages.error(
            request, _("Somebody must be able to let people in: make another member a manager first.")
        )
        return False
    return True


def _colleagues(found: list[Member]) -> list[Colleague]:
    """Read in two queries, however many they are."""
    users = [one.user_id for one in found]
    kinds = factors.kinds(users)
    linked = set(SocialAccount.objects.filter(user_id__in=users).values_list("user_id", flat=True))
    return [
        Colleague(
            one,
            (*sorted(kinds.get(one.user_id, ())), *(["sso"] if one.user_id in linked else [])),
            _asks(one),
        )
        for one in found
    ]


def _asks(member: Member) -> str:
    if member.role not in access.RIGHTS["signature.ask"]:
        return ""
    return "off" if "signature.ask" in member.without else "on"
