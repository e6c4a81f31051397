"""What the order page shows, read in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from paraph.evidence import timeline
from paraph.evidence.facts import STAFF
from paraph.evidence.models import Entry
from paraph.people import access
from paraph.people.models import Member
from paraph.signoff import approvals, confirmed, progress, reporting, subjects
from paraph.signoff.models import AWAITED, Choice, Confirmation, Return, ReturnState, State, View
from paraph.signoff.subjects import Standing
from paraph.web.office.asked import Request, Signed, requests_of
from paraph.web.shared import hours
from paraph.work import orders, properties, property_words
from paraph.work.guards import Missing
from paraph.work.models import Comment, WorkOrder

MOST_ENTRIES = 300
OPEN_RETURNS = (*AWAITED, ReturnState.SENT_BACK)


@dataclass(frozen=True)
class Line:
    """One line: `told` as the customer's view says it, where it stands, what was said about it."""

    told: dict[str, Any]
    standing: Standing
    actual_hours: Decimal | None
    comments: list[Comment]

    @property
    def sign(self) -> str:
        """The state of its pill."""
        if self.standing.changed and self.standing.choice == Choice.PENDING:
            return "changed"
        return "authorised" if self.standing.authorised else str(self.standing.choice)


@dataclass(frozen=True)
class Detail:
    """One property of the order. `confirmed`: by the customer, who then said what it says."""

    name: str
    value: str
    editable: bool
    required: bool
    confirmed: Confirmation | None


@dataclass(frozen=True)
class Overview:
    """All of the page."""

    order: WorkOrder
    content: dict[str, Any]
    lines: list[Line]
    remarks: list[Comment]
    requests: list[Request]
    entries: list[timeline.Line]
    # Signed paper that came back and is not filed: being read, waiting for somebody, or sent back.
    returned: list[Return]
    figure: hours.Figure
    missing: list[Missing] = field(default_factory=list)
    digests: list[tuple[str, str]] = field(default_factory=list)
    details: list[Detail] = field(default_factory=list)

    @property
    def missing_numbers(self) -> str:
        """The lines that still need consent, as people list them (S1-04)."""
        return ", ".join(str(one.number) for one in self.missing)

    @property
    def current(self) -> Request | None:
        """The newest request that asks for something and was not withdrawn."""
        past = {State.WITHDRAWN, State.SHARED}
        return next((one for one in self.requests if one.signoff.state not in past), None)

    @property
    def to_review(self) -> list[Return]:
        """Signed paper that the machine would not file."""
        return [one for one in self.returned if one.state == ReturnState.REVIEW]

    @property
    def to_verify(self) -> list[Signed]:
        """The signatures that wait for a manager (S1-30)."""
        return [signed for request in self.requests for signed in request.to_verify]

    @property
    def signatures(self) -> list[tuple[Request, Signed]]:
        """All signatures in one place (S0-05)."""
        return [(request, signed) for request in self.requests for signed in request.signed]


def of(order: WorkOrder, member: Member, language: str) -> Overview:
    """Read everything about an order that `orders.load` returned."""
    stand = subjects.standing(order)
    content = subjects.present(order, "estimate", stand)
    said = _comments(order, member)
    by_line: dict[Any, list[Comment]] = {}
    for one in said:
        by_line.setdefault(one.item_id, []).append(one)
    shown = {**stand, **_of_report(order)}
    lines = [
        Line(told, shown[told["id"]], item.actual_hours, by_line.get(item.pk, []))
        for told, item in zip(content["items"], orders.lines_of(order), strict=True)
    ]
    log = order.organisation_id
    entries = timeline.timeline(
        log, order.topic, audience=STAFF, language=language, newest_first=True, limit=MOST_ENTRIES
    )
    return Overview(
        order,
        content,
        lines,
        by_line.get(None, []),
        requests_of(order, member, language),
        entries,
        list(_returned(order)),
        hours.figure(progress.present(order, stand)),
        approvals.missing(order, stand),
        _digests(order),
        _details(order, language),
    )


def _of_report(order: WorkOrder) -> dict[str, Standing]:
    """What the customer decided so far in a service report that waits, by line; it counts once it is signed."""
    if not reporting.is_awaited(order):
        return {}
    found = subjects.standing(order, View.REPORT)
    return {key: one for key, one in found.items() if one.choice != Choice.PENDING}


def _returned(order: WorkOrder) -> QuerySet[Return]:
    found = Return.objects.filter(party__signoff__order=order, state__in=OPEN_RETURNS)
    return found.select_related("party__contact", "decided_by__user").order_by("-sent_at")


def _details(order: WorkOrder, language: str) -> list[Detail]:
    """The order's properties, with and without a value."""
    held = {one.definition.pk: one for one in confirmed.held(order)}
    rows = Confirmation.objects.filter(signoff__order=order).select_related("party__contact").order_by("id")
    last = {one.property_id: one for one in rows}
    return [
        Detail(
            property_words.title(one.definition, language),
            property_words.said(
                held[one.definition.pk].told if one.definition.pk in held else None, language
            ),
            one.definition.editable,
            one.definition.required,
            _if_same(last.get(one.definition.pk), held.get(one.definition.pk)),
        )
        for one in properties.of(order)
    ]


def _if_same(found: Confirmation | None, held: properties.Held | None) -> Confirmation | None:
    return found if found and held and found.after == held.value else None


def _comments(order: WorkOrder, member: Member) -> list[Comment]:
    found = list(order.comments.all())
    if access.can(member, "comment.delete"):
        for one in found:
            if one.deleted_at is None:
                # The shared component shows a button where a comment carries this.
                one.delete_url = reverse("office:comment_delete", args=[order.pk, one.pk])  # type: ignore[attr-defined]
    return found


def _digests(order: WorkOrder) -> list[tuple[str, str]]:
    """Index and leaf hash of every entry, newest first: what a verifier compares."""
    entries = Entry.objects.filter(log_id=order.organisation_id, topic=order.topic).order_by("-index")
    hashes = entries.values_list("index", "leaf_hash")[:MOST_ENTRIES]
    return [(str(index), bytes(found).hex()) for index, found in hashes]
