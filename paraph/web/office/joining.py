"""Ways in for who cannot sign in yet: an invitation to become a member, and a new password by mail."""

from __future__ import annotations

from uuid import UUID, uuid4

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib import auth, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from paraph.lib.actor import Actor
from paraph.people import limits, passkeys, passwords, welcomes
from paraph.people.models import Member, User, Welcome
from paraph.web.office import sign_in, sso
from paraph.web.office.forms.sign_in import AddressForm, JoinForm, NameForm, PasswordForm
from paraph.web.shared import access_log, acting, connection, errors, signed_in, tongue
from paraph.web.shared.views import posted

MAKING = "passkey_making"


@sensitive_post_parameters("password")
@sso.offered
@acting.both
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: with name and password, with a passkey, or as who one is already."""
    limits.count(limits.WELCOME, connection.caller(request))
    try:
        welcome = welcomes.peek(token)
    except welcomes.Unwelcome:
        return _ended(request)
    if not tongue.chosen(request):
        tongue.speak(welcome.language)
    known = User.objects.filter(email=welcome.email).first()
    if known is not None:
        return _join_known(request, welcome, known)
    stranger = User(email=welcome.email, name=welcome.name)
    form = JoinForm(posted(request), initial={"name": welcome.name}, user=stranger)
    problems = []
    if request.method == "POST":
        try:
            member = _join_new(request, welcome, form)
        except passkeys.BadPasskey:
            member, problems = None, [_("The passkey could not be made. Try again, or choose a password.")]
        if member is not None:
            return redirect("office:start")
    return _join_page(request, welcome, form, problems=problems)


@acting.acting
def join_passkey(request: HttpRequest, token: str) -> HttpResponse:
    """What the browser needs to make a passkey for somebody who is about to join."""
    limits.count(limits.WELCOME, connection.caller(request))
    try:
        welcome = welcomes.peek(token)
    except welcomes.Unwelcome:
        return _ended(request)
    stranger = User(id=uuid4(), email=welcome.email, name=request.POST.get("name", "")[:200] or welcome.name)
    options, state = passkeys.begin_making(stranger)
    request.session[MAKING] = {"user": str(stranger.pk), "state": state, "welcome": str(welcome.pk)}
    return sign_in.told_to_script(options)


@acting.both
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link to choose a new password; the answer is the same whoever asks."""
    form = AddressForm(posted(request))
    if form.is_valid():
        limits.count(limits.RESET, connection.caller(request))
        passwords.ask_reset(form.cleaned_data["email"])
        access_log.came_in(request, "new password asked for", "somebody")
        return render(request, "office/forgotten.html", {"asked": True})
    return render(request, "office/forgotten.html", {"form": form}, status=400 if form.errors else 200)


@sensitive_post_parameters("password")
@acting.both
def reset(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a new password by the mailed link. Signing in with it, and with the second factor, comes after."""
    limits.count(limits.RESET, connection.caller(request))
    try:
        form = PasswordForm(posted(request), user=passwords.peek(token))
        if form.is_valid():
            user = passwords.reset(token, form.cleaned_data["password"])
            passwords.tell(user, "password")
            access_log.came_in(request, "password changed", f"user {user.pk}")
            auth.logout(request)
            messages.success(request, _("Your password is changed. Sign in with the new one."))
            return redirect("office:sign_in")
    except passwords.BadReset:
        access_log.refused(request, "refused", "a link for a new password")
        return _ended(request, ask_anew=True)
    return render(request, "office/reset.html", {"form": form}, status=400 if form.errors else 200)


def _join_known(request: HttpRequest, welcome: Welcome, known: User) -> HttpResponse:
    """Somebody who has an account signs in to it first: the link alone proves no more than the mailbox."""
    if signed_in.user_of(request) != known:
        return _join_page(request, welcome, None, known=True, status=200)
    if request.method != "POST":
        return _join_page(request, welcome, None, confirm=True)
    try:
        member = welcomes.accept(welcome, actor=_actor(request, known.name))
    except welcomes.Unwelcome:
        return _ended(request)
    access_log.came_in(request, "joined", f"member {member.pk}")
    signed_in.enter(request, member)
    return redirect("office:start")


def _join_new(request: HttpRequest, welcome: Welcome, form: JoinForm) -> Member | None:
    """Make the account and come in with it; None when something typed is wrong. Raises `BadPasskey`."""
    how: dict[str, object]
    if "credential" in request.POST:
        named = NameForm(request.POST)
        if not named.is_valid():
            return None
        name = named.cleaned_data["name"]
        member, how = _with_passkey(request, welcome, name), {"type": "webauthn", "passwordless": True}
    elif form.is_valid():
        name = form.cleaned_data["name"]
        actor = _actor(request, name)
        member = welcomes.accept(welcome, actor=actor, name=name, password=form.cleaned_data["password"])
        how = {}
    else:
        return None
    if request.user.is_authenticated:
        auth.logout(request)
    signed_in.note(request, member.user, "mfa" if how else "password", **how)
    perform_login(request, Login(user=member.user))
    access_log.came_in(request, "joined", f"member {member.pk}")
    return member


@transaction.atomic
def _with_passkey(request: HttpRequest, welcome: Welcome, name: str) -> Member:
    making = request.session.pop(MAKING, None)
    if not isinstance(making, dict) or making["welcome"] != str(welcome.pk):
        raise passkeys.BadPasskey
    # The passkey carries this id: the account gets it.
    pk = UUID(making["user"])
    member = welcomes.accept(welcome, actor=_actor(request, name), name=name, pk=pk)
    passkeys.made(member.user, making["state"], request.POST["credential"], name=_("My first passkey"))
    return member


def _join_page(
    request: HttpRequest,
    welcome: Welcome,
    form: JoinForm | None,
    *,
    status: int = 0,
    problems: list[str] | None = None,
    known: bool = False,
    confirm: bool = False,
) -> HttpResponse:
    told = {
        "welcome": welcome,
        "form": form,
        "known": known,
        "confirm": confirm,
        "problems": problems,
        "sso": settings.PARAPH_OIDC,
        "sso_url": reverse("openid_connect_login", args=["sso"]),
        "languages": (),  # the address of this page is a key
    }
    wrong = bool(problems) or (form is not None and bool(form.errors))
    return render(request, "office/join.html", told, status=status or (400 if wrong else 200))


def _ended(request: HttpRequest, *, ask_anew: bool = False) -> HttpResponse:
    """The link is worth nothing any more; what to do instead."""
    sentence = _("It was used, has expired, or a newer one took its place.")
    advice = _("Ask whoever invited you to send the invitation again. If you used it already, sign in.")
    to, label, advice = (
        (reverse("office:forgotten"), _("Ask for a new link"), "")
        if ask_anew
        else (reverse("office:sign_in"), _("To the sign-in page"), advice)
    )
    response: HttpResponse = errors.page(request, 410, sentence, home=to, home_label=label, advice=advice)
    return response


def _actor(request: HttpRequest, name: str) -> Actor:
    """Somebody on their way in, as the record names them."""
    return Actor("client", name=name).seen_from(*connection.seen(request))
