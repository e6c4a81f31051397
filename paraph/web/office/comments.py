"""What the shop says about a line: staff answer (S3-33); only a manager deletes (S3-32)."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from paraph.people.models import Member
from paraph.web.office import reach
from paraph.web.office.doors import act, actor
from paraph.work import comments
from paraph.work.models import TEXT_CHARS, Item, WorkOrder


class CommentForm(forms.Form):
    """A remark."""

    text = forms.CharField(max_length=TEXT_CHARS)


@act("comment.add")
def add(request: HttpRequest, member: Member, pk: UUID, item: UUID | None = None) -> HttpResponse:
    """Comment on a line, or on the order as a whole."""
    order = reach.order(member, pk)
    line = _line(order, item) if item else None
    form = CommentForm(request.POST)
    if form.is_valid():
        comments.add(order, line, text=form.cleaned_data["text"], by=actor(request, member))
    else:
        messages.error(request, _("Nothing was sent: write between 1 and 4,000 characters."))
    return redirect(_back(order, line))


@act("comment.delete")
def delete(request: HttpRequest, member: Member, pk: UUID, comment: UUID) -> HttpResponse:
    """Hide a comment; the fact that it was there stays in the timeline."""
    found = reach.comment(member, pk, comment)
    comments.delete(found, by=member, actor=actor(request, member))
    messages.success(request, _("The comment is deleted. That it was there stays in the timeline."))
    return redirect(_back(found.order, found.item))


def _line(order: WorkOrder, pk: UUID) -> Item:
    found = order.items.filter(pk=pk, removed_at=None).first()
    if found is None:
        raise Http404
    return found


def _back(order: WorkOrder, line: Item | None) -> str:
    return reverse("office:order", args=[order.pk]) + (f"#line-{line.pk}" if line else "#comments-order")
