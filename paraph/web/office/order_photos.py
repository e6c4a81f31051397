"""Photos of an order on its page: added and removed by who may report; what we drew is shown, what came is saved."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paraph.lib.blobs import BlobMissing
from paraph.people.models import Member
from paraph.web.office import files, order_page, reach
from paraph.web.office.doors import act, actor, page
from paraph.web.office.forms.photos import PhotosForm
from paraph.web.shared import errors, pictures, uploads
from paraph.work import orders, photos


@act("order.report")
def add(request: HttpRequest, member: Member, pk: UUID) -> HttpResponse:
    """Add photos; each is judged on its own, and one that is refused costs nothing else."""
    order, by = orders.load(reach.order(member, pk).pk), actor(request, member)
    form = PhotosForm(order, request.POST, request.FILES)
    if not form.is_valid():
        return order_page.answer(request, member, order, status=400, photo_form=form)
    told: dict[str, Any] = {"item": form.line, "caption": form.cleaned_data["caption"], "again": True}
    kept = uploads.keep_each(
        request,
        form.cleaned_data["photos"],
        lambda content: photos.add(order, content, by=member, actor=by, **told),
    )
    if kept:
        told_kept = ngettext("%(n)s photo is added.", "%(n)s photos are added.", kept) % {"n": kept}
        messages.success(request, told_kept)
    return redirect(reverse("office:order", args=[pk]) + "#photos")


@act("order.report")
def remove(request: HttpRequest, member: Member, pk: UUID, photo: UUID) -> HttpResponse:
    """Show one no more."""
    photos.remove(reach.photo(member, pk, photo), by=member, actor=actor(request, member))
    messages.success(request, _("The photo is removed."))
    return redirect(reverse("office:order", args=[pk]) + "#photos")


@page("order.view")
def picture(request: HttpRequest, member: Member, pk: UUID, photo: UUID) -> HttpResponse:
    """The picture that we drew of it; small where asked."""
    found = reach.photo(member, pk, photo)
    try:
        drawn = found.read_shown()
        return pictures.answer(pictures.shown(drawn) if "small" in request.GET else drawn)
    except BlobMissing:
        return errors.page(request, 503, files.GONE)


@page("order.view")
def original(request: HttpRequest, member: Member, pk: UUID, photo: UUID) -> HttpResponse:
    """The file byte by byte as it came, to be saved (line 24)."""
    found = reach.photo(member, pk, photo)
    name = f"{found.order.number}-photo-{found.added_at:%Y%m%d-%H%M%S}"
    return files.original_of(request, found.read, name, found.kind)
