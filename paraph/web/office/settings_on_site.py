"""*Settings › On site*: what is asked where the work is done, for all orders and for one kind (S1-09, S1-12, S1-26)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paraph.people.models import Member
from paraph.signoff import policies
from paraph.signoff.models import IdentityKind, Policy
from paraph.web.office import reach
from paraph.web.office.doors import actor, form, page, show
from paraph.web.office.forms.on_site import PolicyForm
from paraph.web.shared.views import posted
from paraph.work.models import OrderKind


@page(policies.RIGHT)
def on_site(request: HttpRequest, member: Member) -> HttpResponse:
    """What holds for all, and for each kind."""
    kinds, own = reach.order_kinds(member), policies.every(member.organisation)
    shared = own.get(None) or Policy()
    rows = [{"name": _("All orders"), "url": reverse("office:on_site_all"), "said": _said(shared)}]
    for kind in kinds:
        said = _said(own[kind.pk]) if kind.pk in own else [_("as for all orders")]
        rows.append({"name": kind.name, "url": reverse("office:on_site_kind", args=[kind.pk]), "said": said})
    return show(request, member, "on_site/list.html", section="on_site", rows=rows)


@form(policies.RIGHT)
def for_all(request: HttpRequest, member: Member) -> HttpResponse:
    """For every order whose kind has no rules of its own."""
    return _edit(request, member, None)


@form(policies.RIGHT)
def for_kind(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """For one kind of order."""
    return _edit(request, member, reach.order_kind(member, pk))


def _edit(request: HttpRequest, member: Member, kind: OrderKind | None) -> HttpResponse:
    shop = member.organisation
    sheet = PolicyForm(
        posted(request),
        holds=policies.holding(shop, kind),
        own=policies.own(shop, kind) is not None,
        may_share=kind is not None,
    )
    if sheet.is_valid():
        policies.put(shop, kind, sheet.wanted, by=member, actor=actor(request, member))
        messages.success(request, _("What is asked on site is stored."))
        return redirect("office:on_site")
    told: dict[str, Any] = {"sheet": sheet, "kind": kind}
    return show(
        request, member, "on_site/edit.html", section="on_site", status=400 if sheet.errors else 200, **told
    )


def _said(policy: Policy) -> list[str]:
    """A policy in a few words."""
    words = dict(IdentityKind.choices)
    who = [str(words.get(one, one)) for one in policy.identity]
    late = ngettext("late after %(n)s hour", "late after %(n)s hours", policy.late_hours)
    return [
        _("Who: %(ways)s") % {"ways": (" " + _("or") + " ").join(who)} if who else _("Who: nothing is asked"),
        _("Where: %(rule)s") % {"rule": policy.get_place_display()},
        _("with prices") if policy.prices else _("without prices"),
        late % {"n": policy.late_hours},
    ]
