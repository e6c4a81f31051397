"""What customers dispute: the list, and on the order page the thread, the answer and the resolution (S0-34)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from paraph.lib import figures
from paraph.people.models import Member
from paraph.signoff import dispute_photos, disputes
from paraph.signoff.errors import Unusable
from paraph.signoff.models import Dispute, DisputeState, Resolution, SignOff, State
from paraph.web.office import disputes_panel, files, order_page, reach
from paraph.web.office.doors import act, actor, page, show
from paraph.web.office.forms.dispute import ResolveForm, answer_form
from paraph.web.office.leaves import Leaves
from paraph.web.shared import disputed, uploads
from paraph.work import orders

PAGE = 25
MOST_WORDS = 6  # each is a condition of its own


class FilterForm(forms.Form):
    """What the reader looks for; a value that makes no sense is no filter."""

    q = forms.CharField(
        label=gettext_lazy("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=[("", gettext_lazy("Every status")), *DisputeState.choices],
    )


@page("order.view")
def dispute_list(request: HttpRequest, member: Member) -> HttpResponse:
    """One page of the disputes that fit: the open ones first, the oldest first."""
    form = FilterForm(request.GET)
    form.is_valid()
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    found = _search(reach.disputes(member), chosen)
    pages = Leaves(found.order_by(F("resolved_at").desc(nulls_first=True), "raised_at"), PAGE)
    leaf = pages.get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    told: dict[str, Any] = {
        "form": form,
        "pages": pages,
        "page": leaf,
        "rows": [(one, _took(one)) for one in leaf.object_list],
        "query": kept.urlencode() + "&" if kept else "",
        "filtered": bool(chosen),
    }
    return show(request, member, "disputes.html", section="orders", **told)


@act("dispute.answer")
def answer(request: HttpRequest, member: Member, pk: UUID, dispute: UUID) -> HttpResponse:
    """Answer with words, photos, or both."""
    found = reach.dispute(member, pk, dispute)
    form = answer_form(found, request.POST, request.FILES)
    if not form.is_valid():
        return _refused(request, member, found, answer=form)
    by, text = actor(request, member), form.cleaned_data["text"]
    if text:
        disputes.answer(found, text=text, by=member, actor=by)
        messages.success(request, _("Your answer is sent."))
    uploads.keep_each(
        request,
        form.cleaned_data["photos"],
        lambda content: dispute_photos.add_by_shop(found, content, by=member, actor=by),
    )
    return redirect(_place(found))


@act("dispute.resolve")
def resolve(request: HttpRequest, member: Member, pk: UUID, dispute: UUID) -> HttpResponse:
    """Resolve it; what was corrected is offered again, by mail or by asking anew."""
    found = reach.dispute(member, pk, dispute)
    form = ResolveForm(found, request.POST)
    if not form.is_valid():
        return _refused(request, member, found, resolve=form)
    said = form.cleaned_data
    try:
        found = disputes.resolve(
            found, resolution=said["resolution"], text=said["text"], by=member, actor=actor(request, member)
        )
    except Unusable as problem:
        form.add_error(problem.field, str(problem))
        return _refused(request, member, found, resolve=form)
    return _onward(request, found)


@page("order.view")
def photo(
    request: HttpRequest, member: Member, pk: UUID, dispute: UUID, photo: UUID, page_number: int
) -> HttpResponse:
    """One page of a photo, as it was drawn anew."""
    return disputed.picture(reach.dispute(member, pk, dispute), photo, page_number)


@page("order.view")
def original(request: HttpRequest, member: Member, pk: UUID, dispute: UUID, photo: UUID) -> HttpResponse:
    """A photo byte by byte as it came, to be saved (line 24)."""
    found = reach.dispute(member, pk, dispute)
    one = get_object_or_404(found.photos, pk=photo)
    name = f"{found.signoff.order.number}-photo-{one.at:%Y%m%d-%H%M%S}"
    return files.original_of(request, one.read, name, one.kind)


def _refused(request: HttpRequest, member: Member, found: Dispute, **typed: Any) -> HttpResponse:
    """The order page with the form as typed."""
    order = orders.load(found.signoff.order_id)
    rows = disputes_panel.panel(order, member)["disputed"]
    shown = [
        disputes_panel.shown(found, member, **typed) if one.thread.dispute.pk == found.pk else one
        for one in rows
    ]
    return order_page.answer(request, member, order, status=400, disputed=shown)


def _onward(request: HttpRequest, found: Dispute) -> HttpResponse:
    """Back to the order; or on to asking anew where a corrected order has no open request."""
    state = SignOff.objects.values_list("state", flat=True).get(pk=found.signoff_id)
    signed = found.signoff.signatures.exists()
    if found.resolution == Resolution.CORRECTED and (state != State.OPEN or signed):
        told = _("The dispute is resolved. Now ask again for what changed after it was signed.")
        messages.success(request, told)
        return redirect("office:email", found.signoff.order_id)
    messages.success(request, _("The dispute is resolved. The customer is told by mail."))
    return redirect(_place(found))


def _place(found: Dispute) -> str:
    return reverse("office:order", args=[found.signoff.order_id]) + f"#dispute-{found.pk}"


def _search(found: QuerySet[Dispute], chosen: dict[str, Any]) -> QuerySet[Dispute]:
    if "state" in chosen:
        found = found.filter(state=chosen["state"])
    for word in chosen.get("q", "").split()[:MOST_WORDS]:
        found = found.filter(
            Q(signoff__order__number__icontains=word)
            | Q(signoff__order__title__icontains=word)
            | Q(signoff__order__customer__name__icontains=word)
            | Q(party__contact__name__icontains=word)
            | Q(reason__icontains=word)
        )
    return found


def _took(found: Dispute) -> str:
    """How long it took, from the two times the facts have as well; "" while it is open."""
    if found.resolved_at is None:
        return ""
    return figures.duration(found.resolved_at - found.raised_at, get_language() or "en")
