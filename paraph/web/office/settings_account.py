"""One's own account: name, language, password, and signing out everywhere."""

from __future__ import annotations

from allauth.socialaccount.models import SocialAccount
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from paraph.people import factors, members, passwords
from paraph.people.models import Member
from paraph.web.office import settings_sessions
from paraph.web.office.confirm import lately
from paraph.web.office.doors import act, form, show
from paraph.web.office.forms.settings import AccountForm
from paraph.web.office.forms.sign_in import PasswordForm
from paraph.web.shared import access_log
from paraph.web.shared.views import posted


@form(early=True)
def account(request: HttpRequest, member: Member) -> HttpResponse:
    """Name and language, and what there is about signing in."""
    user = member.user
    sheet = AccountForm(posted(request), initial={"name": user.name, "language": user.language})
    if sheet.is_valid():
        user.name, user.language = sheet.cleaned_data["name"], sheet.cleaned_data["language"]
        user.save(update_fields=["name", "language"])
        messages.success(request, _("Your account is stored."))
        return redirect("office:account")
    told = {
        "sheet": sheet,
        "kinds": factors.kinds([user.pk]).get(user.pk, set()),
        "linked": SocialAccount.objects.filter(user=user).exists(),
        "has_password": user.has_usable_password(),
        "sessions": settings_sessions.rows(request, member),
    }
    status = 400 if sheet.errors else 200
    return show(request, member, "account.html", section="account", status=status, **told)


@sensitive_post_parameters("password")
@form(early=True)
@lately
def password(request: HttpRequest, member: Member) -> HttpResponse:
    """Choose another password; every other session ends."""
    user = member.user
    sheet = PasswordForm(posted(request), user=user)
    if sheet.is_valid():
        passwords.replace(user, sheet.cleaned_data["password"])
        passwords.tell(user, "password")
        auth.update_session_auth_hash(request, user)
        access_log.came_in(request, "password changed", f"user {user.pk}")
        messages.success(request, _("Your password is changed. Other devices are signed out."))
        return redirect("office:account")
    status = 400 if sheet.errors else 200
    return show(request, member, "password.html", section="account", status=status, sheet=sheet)


@act(early=True)
def sign_out_everywhere(request: HttpRequest, member: Member) -> HttpResponse:
    """End every session of mine, this one too (security.md line 41)."""
    members.sign_out_everywhere(member.user)
    access_log.came_in(request, "signed out everywhere", f"user {member.user_id}")
    auth.logout(request)
    messages.success(request, _("You are signed out everywhere."))
    return redirect("office:start")  # which leads to signing in
