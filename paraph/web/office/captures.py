"""What came from the field and could not be filed: both versions, and a manager's decision (F15, S1-30)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from paraph.capture import held
from paraph.capture.models import Capture, State
from paraph.capture.payloads import Payload
from paraph.lib import differ
from paraph.people import access
from paraph.people.models import Member
from paraph.signoff import subjects
from paraph.signoff.errors import SignOffError, Unusable
from paraph.signoff.models import View
from paraph.web.office.doors import act, actor, page, show
from paraph.web.office.forms.captures import DiscardForm
from paraph.web.shared import changes
from paraph.web.shared.changes import Changed
from paraph.work import orders

ON_A_PAGE = 50
# All that tells what came of a capture; what is filed is on its order's page.
TOLD = (State.HELD, State.REFUSED, State.DISCARDED, State.RECEIVED)


@page("order.view")
def capture_list(request: HttpRequest, member: Member) -> HttpResponse:
    """What waits for a decision first, then what else did not become a signature, newest first."""
    found = _of(member).filter(state__in=TOLD).order_by("-received_at")
    waiting = [(one, held.words(one.reasons[0])) for one in held.waiting(member.organisation_id)]
    shown = Paginator(found.exclude(state=State.HELD), ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [(one, held.words(one.reasons[0]) if one.reasons else "") for one in shown.object_list]
    told: dict[str, Any] = {"waiting": waiting, "rows": rows, "page": shown, "query": ""}
    return show(request, member, "captures/list.html", section="orders", **told)


@page("order.view")
def capture_page(request: HttpRequest, member: Member, capture: UUID) -> HttpResponse:
    """One of them: what the customer was shown, and what the order says now."""
    return _answer(request, member, _one(member, capture))


@act(held.RIGHT)
def take(request: HttpRequest, member: Member, capture: UUID) -> HttpResponse:
    """Let the phone's version count."""
    found = _one(member, capture)
    try:
        held.take(found, by=member, actor=actor(request, member))
    except SignOffError as problem:
        return _answer(request, member, _one(member, capture), problems=[str(problem)], status=problem.status)
    messages.success(request, _("Filed as the customer saw and signed it."))
    return redirect("office:order", found.order_id)


@act(held.RIGHT)
def discard(request: HttpRequest, member: Member, capture: UUID) -> HttpResponse:
    """Let nothing come of it, with a reason."""
    found = _one(member, capture)
    form = DiscardForm(request.POST)
    if not form.is_valid():
        return _answer(request, member, found, form=form, status=400)
    try:
        sentence = form.cleaned_data["sentence"]
        held.discard(found, sentence=sentence, by=member, actor=actor(request, member))
    except Unusable as problem:
        form.add_error("sentence", str(problem))
        return _answer(request, member, found, form=form, status=400)
    except SignOffError as problem:
        again = _one(member, capture)
        return _answer(request, member, again, form=form, problems=[str(problem)], status=problem.status)
    messages.success(request, _("Discarded. What came is kept, and the technician reads why."))
    return redirect("office:captures")


def _of(member: Member) -> Any:
    related = ("order__customer", "device__member__user", "decided_by__user")
    return Capture.objects.filter(organisation=member.organisation_id).select_related(*related)


def _one(member: Member, pk: UUID) -> Capture:
    found: Capture = get_object_or_404(_of(member), pk=pk)
    return found


def _answer(
    request: HttpRequest, member: Member, capture: Capture, *, status: int = 200, **more: Any
) -> HttpResponse:
    payload = held.shown(capture)
    told: dict[str, Any] = {
        "capture": capture,
        "why": held.words(capture.reasons[0]) if capture.reasons else "",
        "payload": payload,
        "contact": _name(capture, payload),
        "differences": _differences(capture, payload),
        "lines": _lines(payload),
        "form": DiscardForm(),
        "may_decide": access.can(member, held.RIGHT) and capture.state == State.HELD,
    }
    return show(request, member, "captures/capture.html", section="orders", status=status, **{**told, **more})


def _name(capture: Capture, payload: Payload | None) -> str:
    """Whom the phone named, if they are a contact of the order's customer."""
    if capture.order is None or payload is None or payload.contact is None:
        return ""
    found = capture.order.customer.contacts.filter(pk=payload.contact).first()
    return found.name if found else ""


def _differences(capture: Capture, payload: Payload | None) -> list[Changed] | None:
    """What the order says otherwise than what was shown; None where there is nothing to compare."""
    if capture.order_id is None or payload is None or payload.content is None:
        return None
    now = subjects.present(orders.load(capture.order_id), View.REPORT)
    shown, here = _undecided(payload.content), _undecided(now)
    try:
        return changes.explain(differ.changes(shown, here), shown, get_language() or "en")
    except (KeyError, TypeError, ValueError, IndexError):
        return None  # what the phone sent has another shape: nothing to set beside the order


def _undecided(content: dict[str, Any]) -> dict[str, Any]:
    """What is shown without what the customer decided, which is no difference of the order."""
    lines = [{**one, "decision": "", "authorised": False, "notes": []} for one in content.get("items", [])]
    return {key: value for key, value in content.items() if key != "sums"} | {"items": lines}


def _lines(payload: Payload | None) -> list[dict[str, Any]]:
    """The lines as the customer was shown them, with what they decided."""
    if payload is None or payload.content is None:
        return []
    told = payload.content.get("items")
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
