"""One's own second factors: an authenticator app, passkeys, recovery codes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from paraph.people import factors, limits, passkeys, passwords
from paraph.people.models import Member
from paraph.web.office import sign_in
from paraph.web.office.confirm import lately
from paraph.web.office.doors import act, form, page, show
from paraph.web.office.forms.sign_in import CodeForm
from paraph.web.shared import access_log, connection, qr, signed_in
from paraph.web.shared.views import posted

SECRET, MAKING = "app_secret", "passkey_making"


@page(early=True)
def factor_list(request: HttpRequest, member: Member) -> HttpResponse:
    """What is set up, and what can be."""
    found = factors.of(member.user)
    told: dict[str, Any] = {
        "app": next((one for one in found if one.type == factors.Kind.TOTP), None),
        "keys": [(one, one.data["name"]) for one in found if one.type == factors.Kind.WEBAUTHN],
        "codes": factors.codes_left(member.user),
        "owed": signed_in.owes_factor(request, member),
        "has_any": any(one.type in factors.STRONG for one in found),
    }
    return show(request, member, "factors.html", section="account", **told)


@form(early=True)
@lately
def app(request: HttpRequest, member: Member) -> HttpResponse:
    """Set up an authenticator app: scan, then prove it by a first code."""
    secret = str(request.session.get(SECRET) or factors.new_secret())
    sheet = CodeForm(posted(request))
    if sheet.is_valid():
        limits.count(limits.CODE, f"{member.user_id}:{connection.caller(request)}")
        if factors.add_app(member.user, secret, sheet.cleaned_data["code"]):
            del request.session[SECRET]
            return _set_up(request, member, "app", "totp")
        sheet.add_error("code", _("This code does not fit. Type the one the app shows now."))
    request.session[SECRET] = secret
    address = factors.uri(member.user, secret)
    sheet.fields["code"].help_text = _("The six digits the app shows now.")
    told = {"sheet": sheet, "secret": secret, "address": address, "qr": qr.drawing(address)}
    status = 400 if sheet.errors else 200
    return show(request, member, "factor_app.html", section="account", status=status, **told)


@form(early=True)
@lately
def passkey(request: HttpRequest, member: Member) -> HttpResponse:
    """Set up a passkey: the page's script makes it, the form brings it."""
    problems = []
    if request.method == "POST":
        state = request.session.pop(MAKING, None)
        name = request.POST.get("name", "").strip() or _("Passkey")
        try:
            passkeys.made(member.user, state or {}, request.POST.get("credential", ""), name=name)
        except passkeys.BadPasskey:
            problems = [_("The passkey could not be made. Please try again.")]
        else:
            return _set_up(request, member, "passkey", "webauthn")
    status = 400 if problems else 200
    return show(request, member, "factor_passkey.html", section="account", status=status, problems=problems)


@act(early=True)
@lately
def passkey_options(request: HttpRequest, member: Member) -> HttpResponse:
    """What the browser needs to make a passkey."""
    options, state = passkeys.begin_making(member.user)
    request.session[MAKING] = state
    return sign_in.told_to_script(options)


@act(early=True)
@lately
def remove(request: HttpRequest, member: Member, factor: int) -> HttpResponse:
    """Take one away; the last one stays where an organisation asks for one."""
    strong = [one for one in factors.of(member.user) if one.type in factors.STRONG]
    asked = any(one.organisation.second_factor for one in signed_in.memberships(request))
    if asked and len(strong) == 1:
        messages.error(request, _("Your organisation asks for a second factor: set up another one first."))
    elif factors.remove(member.user, factor):
        passwords.tell(member.user, "removed")
        access_log.came_in(request, "second factor removed", f"user {member.user_id}")
        messages.success(request, _("It is removed."))
    return redirect("office:factors")


@form(early=True)
@lately
def codes(request: HttpRequest, member: Member) -> HttpResponse:
    """New recovery codes, shown this once."""
    if request.method == "POST" and factors.has(member.user):
        passwords.tell(member.user, "codes")
        access_log.came_in(request, "recovery codes made", f"user {member.user_id}")
        return _show_codes(request, member, factors.recovery_codes(member.user, anew=True))
    told: dict[str, Any] = {"left": factors.codes_left(member.user), "has_any": factors.has(member.user)}
    return show(request, member, "factor_codes.html", section="account", **told)


def _set_up(request: HttpRequest, member: Member, what: str, kind: str) -> HttpResponse:
    """After a first factor come recovery codes; the session counts as strong from here, under a new id."""
    signed_in.note(request, member.user, "mfa", type=kind)
    request.session.cycle_key()
    passwords.tell(member.user, what)
    access_log.came_in(request, "second factor added", f"user {member.user_id} ({kind})")
    fresh = factors.recovery_codes(member.user)
    if fresh:
        return _show_codes(request, member, fresh)
    messages.success(request, _("It is set up."))
    return redirect("office:factors")


def _show_codes(request: HttpRequest, member: Member, fresh: list[str]) -> HttpResponse:
    return show(request, member, "factor_codes.html", section="account", fresh=fresh)
