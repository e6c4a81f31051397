"""The demo's door: one click for each role, the customer's links, and every mail sent. Absent in production."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.conf import settings
from django.contrib import auth
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from paraph.delivery import mailbox
from paraph.delivery.mailbox import Mail, NoSuchMail
from paraph.people.models import Contact, Member
from paraph.web.office.files import attached
from paraph.web.shared import acting, signed_in

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
BACKEND = "django.contrib.auth.backends.ModelBackend"
PAGE, MOST_LINKS = 25, 8
# Of the demo's contacts alone, so that one can try to sign with it; the demo's page says so.
PIN = "730158"
# A letter may be looked at and its links followed; it may load and run nothing.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "sandbox allow-popups allow-top-navigation-by-user-activation"
)


def only_here(view: View[P]) -> View[P]:
    """Outside the demo there is nothing here."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not settings.PARAPH_DEMO:
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except NoSuchMail as problem:
            raise Http404 from problem

    return guarded


@only_here
@acting.reading
def door(request: HttpRequest) -> HttpResponse:
    """Everybody who can come in, and how."""
    members = Member.objects.filter(active=True, user__is_active=True).select_related("user", "organisation")
    letters = [(mail, link) for mail in mailbox.read() if (link := _link(mail))][:MOST_LINKS]
    told = {
        "members": members.order_by("organisation__name", "user__name"),
        "letters": letters,
        "pin": PIN,
        "with_pin": Contact.objects.filter(pin__mailed=False).order_by("name"),
    }
    return render(request, "office/demo.html", told)


@only_here
@acting.acting
def enter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sign in as a member of the demo company."""
    member = get_object_or_404(
        Member.objects.select_related("user"), pk=pk, active=True, user__is_active=True
    )
    auth.login(request, member.user, backend=BACKEND)
    # One click is proof enough here, also for an organisation that asks for a second factor.
    signed_in.note(request, member.user, "demo")
    signed_in.enter(request, member)
    return redirect("office:start")


@only_here
@acting.reading
def mails(request: HttpRequest) -> HttpResponse:
    """The mailbox."""
    found = Paginator(mailbox.read(), PAGE).get_page(request.GET.get("page"))
    return render(request, "office/demo_mails.html", {"page": found, "query": ""})


@only_here
@acting.reading
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: its text, its files."""
    return render(request, "office/demo_mail.html", {"mail": mailbox.find(name)})


@only_here
@acting.reading
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """The mail as a mail program would show it, in a sandbox."""
    response = HttpResponse(mailbox.find(name).html)
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    return response


@only_here
@acting.reading
def attachment(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """One attached file."""
    files = mailbox.find(name).attachments
    if number >= len(files):
        raise Http404
    return attached(files[number].content, files[number].name, files[number].mime)


def _link(mail: Mail) -> str:
    """The customer's link in a mail, as a path of this site; "" when there is none."""
    found = re.search(rf"{re.escape(settings.PARAPH_ORIGIN)}(/s/\S+)", mail.text)
    return found[1] if found else ""
