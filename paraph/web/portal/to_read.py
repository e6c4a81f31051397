"""The views a customer only reads: progress (S3-06) and invoice (S3-07).

Both stand in the same frame: head, what it is about, print, questions, what happened. Nothing can be decided or signed
in them; `door.to_sign` keeps the routes for that shut.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from paraph.signoff.models import Invitation, Party, SignOff, View
from paraph.web.portal import invoice, pages
from paraph.web.portal.pages import Visit
from paraph.web.portal.sheet import Sheet
from paraph.web.shared import hours
from paraph.work.models import WorkOrder

TEMPLATES = {View.PROGRESS: "portal/progress.html", View.INVOICE: "portal/invoice.html"}


def show(request: HttpRequest, found: Visit, *, status: int = 200, **more: Any) -> HttpResponse:
    """Render the page of a view to read."""
    view = View(found.invitation.view)
    told = {**pages.context(found), "order": found.order}
    told |= content(view, found.order, found.sheet, found.invitation)
    return render(request, TEMPLATES[view], {**told, **more}, status=status)


def content(
    view: View, order: WorkOrder, sheet: Sheet, invitation: Invitation | None = None
) -> dict[str, Any]:
    """What the body of a view reads besides the sheet; without an invitation, for the preview."""
    if view == View.PROGRESS:
        return {"figure": hours.figure(sheet.content)}
    if view == View.INVOICE:
        return invoice.context(invitation or Invitation(party=Party(signoff=SignOff(order=order)), view=view))
    return {}
