"""What the order page shows, read in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from paraph.evidence import timeline
from paraph.evidence.facts import STAFF
from paraph.evidence.models import Entry
from paraph.lib import clock
from paraph.people import access
from paraph.people.models import Member
from paraph.signoff import receipts, subjects
from paraph.signoff.facts import METHODS, SEAL_FAULTS
from paraph.signoff.models import Ask, Invitation, Party, SealedCopy, Signature, SignOff, State
from paraph.signoff.subjects import Standing
from paraph.work import orders
from paraph.work.models import Comment, WorkOrder

MOST_ENTRIES = 300
# evidence.md, "Honesty about the level".
LEVELS = {"SES": _("simple electronic signature (SES)")}


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
        if self.standing.changed:
            return "changed"
        return "authorised" if self.standing.authorised else str(self.standing.choice)


@dataclass(frozen=True)
class Invited:
    """An invitation and what can be done with it."""

    invitation: Invitation
    state: str
    may_renew: bool
    may_revoke: bool


@dataclass(frozen=True)
class Asked:
    """A party with their invitations, newest first."""

    party: Party
    invited: list[Invited]

    @property
    def waits(self) -> bool:
        """Whether something is still expected of them."""
        return self.party.ask == Ask.AUTHORISE and self.party.acted_at is None


@dataclass(frozen=True)
class Signed:
    """One signature with what proves it."""

    signature: Signature
    name: str
    role: str
    how: Any
    code: str
    numbers: str
    level: Any


@dataclass(frozen=True)
class Request:
    """One sign-off: who was asked, who signed, and the sealed copy or why there is none yet."""

    signoff: SignOff
    asked: list[Asked]
    signed: list[Signed]
    sealed: SealedCopy | None
    fault: Any = ""

    @property
    def waiting(self) -> list[Asked]:
        """Those who have not acted, while the request is open."""
        return [one for one in self.asked if one.waits] if self.signoff.state == State.OPEN else []


@dataclass(frozen=True)
class Overview:
    """All of the page."""

    order: WorkOrder
    content: dict[str, Any]
    lines: list[Line]
    remarks: list[Comment]
    requests: list[Request]
    entries: list[timeline.Line]
    digests: list[tuple[str, str]] = field(default_factory=list)

    @property
    def current(self) -> Request | None:
        """The newest request that was not withdrawn."""
        return next((one for one in self.requests if one.signoff.state != State.WITHDRAWN), None)

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
    lines = [
        Line(told, stand[told["id"]], item.actual_hours, by_line.get(item.pk, []))
        for told, item in zip(content["items"], orders.lines_of(order), strict=True)
    ]
    log = order.organisation_id
    entries = timeline.timeline(
        log, order.topic, audience=STAFF, language=language, newest_first=True, limit=MOST_ENTRIES
    )
    return Overview(
        order, content, lines, by_line.get(None, []), _requests(order, member), entries, _digests(order)
    )


def _comments(order: WorkOrder, member: Member) -> list[Comment]:
    found = list(order.comments.all())
    if access.can(member, "comment.delete"):
        for one in found:
            if one.deleted_at is None:
                # The shared component shows a button where a comment carries this.
                one.delete_url = reverse("office:comment_delete", args=[order.pk, one.pk])  # type: ignore[attr-defined]
    return found


def _requests(order: WorkOrder, member: Member) -> list[Request]:
    invitations = Invitation.objects.select_related("sent_by__user")
    parties = Party.objects.select_related("contact").prefetch_related(Prefetch("invitations", invitations))
    signatures = Signature.objects.select_related("entry", "checkpoint", "party").order_by("signed_at")
    found = order.signoffs.select_related("sealed_copy__entry").prefetch_related(
        Prefetch("parties", parties.order_by("contact__name")), Prefetch("signatures", signatures)
    )
    now, may = clock.now(), access.can(member, "order.email")
    return [_request(one, now, may) for one in found]


def _request(signoff: SignOff, now: datetime, may: bool) -> Request:
    asked = [
        Asked(party, [_invited(one, party, signoff, now, may) for one in party.invitations.all()])
        for party in signoff.parties.all()
    ]
    sealed = signoff.sealed_copy if signoff.state == State.SEALED else None
    fault = SEAL_FAULTS.get(signoff.seal_fault, signoff.seal_fault)
    return Request(signoff, asked, list(_signed(signoff.signatures.all())), sealed, fault)


def _invited(invitation: Invitation, party: Party, signoff: SignOff, now: datetime, may: bool) -> Invited:
    """A link can be renewed unless a newer one took its place, and revoked while it lets somebody in."""
    newest = party.invitations.all()[0] == invitation
    alive = signoff.state != State.WITHDRAWN
    return Invited(
        invitation,
        invitation.state(now),
        may_renew=may and newest and alive and bool(party.contact.email),
        may_revoke=may and invitation.is_open(now),
    )


def _signed(signatures: Iterable[Signature]) -> Iterable[Signed]:
    for one in signatures:
        record = one.record
        yield Signed(
            one,
            name=record["signer"]["name"],
            role=record["signer"]["role"] or "",
            how=METHODS.get(one.method, one.method),
            code=receipts.code(one),
            numbers=", ".join(str(line["number"]) for line in record["decisions"] if line["signed_for"]),
            level=LEVELS.get(record["level"], record["level"]),
        )


def _digests(order: WorkOrder) -> list[tuple[str, str]]:
    """Index and leaf hash of every entry, newest first: what a verifier compares."""
    entries = Entry.objects.filter(log_id=order.organisation_id, topic=order.topic).order_by("-index")
    hashes = entries.values_list("index", "leaf_hash")[:MOST_ENTRIES]
    return [(str(index), bytes(found).hex()) for index, found in hashes]
