"""Where a site is: a circle or an outline, on a map that asks no other machine, or in fields (S1-12, S1-26)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from paraph.lib import figures
from paraph.people import sites
from paraph.people.models import Member, Site
from paraph.people.sites import BadArea
from paraph.web.office import reach
from paraph.web.office.doors import actor, form, show
from paraph.web.office.forms import area as sheets
from paraph.web.office.forms.area import AreaSheet

BUTTONS = frozenset({"add", "remove", "up", "down", "paste"})


@form(sites.RIGHT)
def area(request: HttpRequest, member: Member, pk: UUID, site: UUID) -> HttpResponse:
    """Show it, store it."""
    found = reach.site(member, pk, site)
    if request.method != "POST":
        return _answer(request, member, found, sheets.start(found))
    if BUTTONS & set(request.POST):
        return _answer(request, member, found, sheets.again(request.POST))
    sheet = sheets.read(request.POST)
    if not sheet.is_valid():
        return _answer(request, member, found, sheet, status=400)
    try:
        sites.put_area(found, sheet.draft, by=member, actor=actor(request, member))
    except BadArea as problem:
        sheet.refuse(problem)
        return _answer(request, member, found, sheet, status=400)
    messages.success(request, _("The area of %(name)s is stored.") % {"name": found.name})
    return redirect("office:customer", pk)


def said(site: Site) -> str:
    """The area in a few words."""
    if site.polygon:
        return ngettext("%(n)s corner", "%(n)s corners", len(site.polygon)) % {"n": len(site.polygon)}
    if not sites.shape(site):
        return _("No area yet: nobody can tell whether it was signed there.")
    radius = figures.quantity(site.radius_m or 0, get_language() or "en")
    return _("Circle of %(radius)s m") % {"radius": radius}


def tiles() -> dict[str, Any]:
    """What a map shows behind its grid, if anything (docs/operate/configuration.md)."""
    return {"tiles": settings.PARAPH_TILES, "attribution": settings.PARAPH_TILES_ATTRIBUTION}


def _answer(
    request: HttpRequest, member: Member, site: Site, sheet: AreaSheet, *, status: int = 200
) -> HttpResponse:
    told = {"sheet": sheet, "site": site, "near": _near(site), **tiles()}
    answer = show(request, member, "site_area.html", section="customers", status=status, **told)
    answer.asks_position = True  # type: ignore[attr-defined]  # read by `middleware.SecurityHeaders`
    return answer


def _near(site: Site) -> str:
    """Where to begin looking: "latitude,longitude" of another site of the same customer, or ""."""
    others = Site.objects.filter(customer=site.customer_id).exclude(pk=site.pk).exclude(latitude=None)
    known = others.values_list("latitude", "longitude").first()
    return f"{known[0]},{known[1]}" if known else ""
