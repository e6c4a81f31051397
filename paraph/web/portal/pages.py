"""The order page as its templates read it: the sheet, what this visitor may do with it, and what happened so far.

The permissions here only choose what is shown; the verbs of `signoff` decide what may happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from paraph.evidence.facts import CUSTOMER
from paraph.evidence.timeline import Line, timeline
from paraph.signoff import confirmed, papers, progress, requests, subjects, verifying, ways
from paraph.signoff.confirmed import Field
from paraph.signoff.models import (
    AWAITED,
    CONSENTED,
    SIGNED_VIEWS,
    Ask,
    Decline,
    Dispute,
    Invitation,
    Paper,
    Party,
    Return,
    ReturnState,
    Rule,
    Signature,
    SignOff,
    State,
    Verification,
    View,
)
from paraph.signoff.ways import Ways
from paraph.web.portal.sheet import Sheet
from paraph.web.shared.changes import SinceSigned, since_signed
from paraph.work import orders
from paraph.work.models import Comment, WorkOrder

# Steps shown on the order page; the timeline's own page shows all.
RECENT = 5
# What a customer sent and hears of on their order page.
NOT_FILED = (*AWAITED, ReturnState.SENT_BACK)


@dataclass(frozen=True)
class Visit:
    """One invitation's customer at one order, as things stand now."""

    invitation: Invitation
    order: WorkOrder
    sheet: Sheet
    signatures: Sequence[Signature]
    # Whoever has to sign before this party may.
    first: Party | None = None
    # What changed since somebody signed (decision 6).
    since: Sequence[SinceSigned] = ()

    @property
    def signoff(self) -> SignOff:
        """The request."""
        return self.invitation.party.signoff

    @property
    def is_asked(self) -> bool:
        """Whether a decision is asked of this party, or a copy was sent to read."""
        return self.invitation.party.ask == Ask.AUTHORISE

    @property
    def is_to_read(self) -> bool:
        """Whether the view is only read: progress and invoice (S3-06, S3-07)."""
        return self.invitation.view not in SIGNED_VIEWS

    @property
    def is_withdrawn(self) -> bool:
        """Whether the shop took the request back."""
        return self.signoff.state == State.WITHDRAWN

    @property
    def signature(self) -> Signature | None:
        """This party's own signature."""
        return next((one for one in self.signatures if one.party_id == self.invitation.party_id), None)

    @property
    def others(self) -> list[str]:
        """Who else signed this request."""
        return [one.party.contact.name for one in self.signatures if one.party_id != self.invitation.party_id]

    @property
    def is_superseded(self) -> bool:
        """Whether the shop changed the order after it was signed in this request (decision 6)."""
        return self.signoff.state == State.SUPERSEDED

    @cached_property
    def rejection(self) -> Verification | None:
        """A manager's word that what was signed here is not accepted (decision 4)."""
        return verifying.rejection(self.signoff) if self.signoff.state == State.REJECTED else None

    @property
    def own_since(self) -> SinceSigned | None:
        """What changed since this very request was signed."""
        return next((one for one in self.since if one.signoff.pk == self.signoff.pk), None)

    @property
    def asked_again(self) -> Sequence[SinceSigned]:
        """What changed since earlier requests were signed, where this one asks about it again."""
        if self.signoff.state != State.OPEN:
            return ()
        return [one for one in self.since if one.lines and one.signoff.pk != self.signoff.pk]

    @cached_property
    def decline(self) -> Decline | None:
        """This party's own refusal, else the one that ended the request (X-08)."""
        declined = self.signoff.state == State.DECLINED
        if not declined and self.signoff.rule != Rule.ANY_ONE:
            return None
        found = list(
            Decline.objects.filter(signoff=self.signoff).select_related("party__contact").order_by("at")
        )
        own = [one for one in found if one.party_id == self.invitation.party_id]
        return (own or found)[-1] if own or (found and declined) else None

    @cached_property
    def returned(self) -> Return | None:
        """The signed paper this party sent last, while it is not filed."""
        if not self.may_act or self.is_to_read or self.signature:
            return None
        found = Return.objects.filter(party=self.invitation.party_id, state__in=NOT_FILED)
        return found.order_by("-sent_at").first()

    @property
    def is_checked(self) -> bool:
        """Whether that paper is being read or looked at, so that nothing is asked of this party now."""
        return self.returned is not None and self.returned.is_awaited

    @cached_property
    def dispute(self) -> Dispute | None:
        """The newest dispute of this request: the open one, if there is one (S0-34)."""
        found = Dispute.objects.filter(signoff=self.signoff).select_related("party__contact")
        return found.first() if self.is_asked and not self.is_to_read else None

    @cached_property
    def parked(self) -> Return | None:
        """The signed paper of this party that waits for the dispute to be resolved (S0-34)."""
        if self.dispute is None or not self.dispute.is_open or self.signature:
            return None
        return Return.objects.filter(party=self.invitation.party_id, state__in=AWAITED).first()

    @property
    def has_signed(self) -> bool:
        """Whether this party signed, or whoever had to."""
        return self.signature is not None or self.signoff.is_signed

    @property
    def may_dispute(self) -> bool:
        """Whether *Dispute* is offered: before signing and after, once at a time."""
        open_to_them = self.signoff.state == State.OPEN and not self.decline
        may = open_to_them or self.signoff.state in CONSENTED
        return self.is_asked and not self.is_to_read and may and not (self.dispute and self.dispute.is_open)

    @property
    def may_act(self) -> bool:
        """Whether the request is open, it is this party's turn, and they did not decline."""
        return self.is_asked and self.signoff.state == State.OPEN and self.first is None and not self.decline

    @property
    def may_decide(self) -> bool:
        """Decisions are fixed from the first signature on (decision 6)."""
        return self.may_act and not self.signatures and not self.is_checked

    @property
    def may_comment(self) -> bool:
        """Questions stay welcome after signing, and about what is only read."""
        return (self.is_asked or self.is_to_read) and not self.is_withdrawn

    @property
    def may_sign(self) -> bool:
        """Whether *Review and sign* is this party's next step."""
        return self.may_act and self.signature is None and not self.is_checked

    @cached_property
    def to_confirm(self) -> list[Field]:
        """What this party may confirm or change, while nobody has signed (decision 5)."""
        return confirmed.fields(self.signoff, self.order) if self.may_decide else []

    @property
    def must_confirm(self) -> bool:
        """Whether something has to be confirmed before anybody can sign (S0-27)."""
        return any(not one.is_settled for one in self.to_confirm)

    @cached_property
    def ways(self) -> Ways:
        """How this party may answer (S0-10, S0-20)."""
        return ways.of(self.invitation.party_id)

    @cached_property
    def paper(self) -> Paper | None:
        """The paper this party took last."""
        return papers.newest(self.invitation.party) if self.is_asked and not self.is_to_read else None

    @cached_property
    def is_paper_current(self) -> bool:
        """Whether the order still says what that paper says."""
        paper = self.paper
        if paper is None:
            return False
        if paper.snapshot.view == self.sheet.view:
            return subjects.says(paper.snapshot, self.sheet.content)  # the sheet was read already
        return papers.is_current(paper)

    @property
    def awaits_paper(self) -> bool:
        """Whether the signed pages are the next thing to come (S0-30)."""
        return self.may_sign and not self.is_checked and self.is_paper_current

    @property
    def may_paper(self) -> bool:
        """Whether this party may print now."""
        return self.may_sign and not self.is_checked and self.ways.paper

    @cached_property
    def steps(self) -> list[Line]:
        """The newest entries of the customer's timeline, one more than is shown."""
        return history(self.order, RECENT + 1)


def visit(invitation: Invitation) -> Visit:
    """Load everything the order page shows, in a constant number of queries."""
    party = invitation.party
    order = orders.load(party.signoff.order_id)
    signatures = Signature.objects.filter(signoff=party.signoff).select_related("party__contact")
    sheet = live(order, invitation.view)
    return Visit(
        invitation,
        order,
        sheet,
        list(signatures.order_by("signed_at")),
        requests.waits_for(party),
        _since(party.signoff, order, sheet),
    )


def _since(signoff: SignOff, order: WorkOrder, sheet: Sheet) -> Sequence[SinceSigned]:
    """What changed since somebody signed; one query, and only where something did."""
    if sheet.view not in SIGNED_VIEWS:
        return ()
    if signoff.state != State.SUPERSEDED and not any(one.changed for one in sheet.standing.values()):
        return ()
    return since_signed(order, get_language() or "en", priced=sheet.priced)


def live(order: WorkOrder, view: str) -> Sheet:
    """What a view of an order shows now, with who decided and what was said."""
    standing = subjects.standing(order, view)
    said: dict[str, list[Comment]] = {}
    for comment in Comment.objects.filter(order=order).order_by("at"):
        said.setdefault(str(comment.item_id or ""), []).append(comment)
    make = progress.present if view == View.PROGRESS else partial(subjects.present, view=view)
    return Sheet(make(order, stand=standing), standing, said)


def history(order: WorkOrder, limit: int | None = None) -> list[Line]:
    """The customer's timeline of an order, newest first."""
    return timeline(
        order.organisation.log,
        order.topic,
        audience=CUSTOMER,
        language=get_language() or "en",
        newest_first=True,
        limit=limit,
    )


def show(
    request: HttpRequest, found: Visit, template: str = "portal/order.html", *, status: int = 200, **more: Any
) -> HttpResponse:
    """Render the order page, or a part of it, for a visit."""
    return render(request, template, {**context(found), **more}, status=status)


def context(found: Visit) -> dict[str, Any]:
    """What the order page and its parts read."""
    return {
        "visit": found,
        "sheet": found.sheet,
        "invitation": found.invitation,
        "shop": found.order.organisation,
        "contact": found.invitation.party.contact,
        "steps": found.steps[:RECENT],
        "more_steps": len(found.steps) > RECENT,
        "comments": found.sheet.said.get("", ()),
    }


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx asked for a part of the page; a boosted form wants a whole one."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
