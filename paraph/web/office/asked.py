"""The requests of an order as its page shows them: whom was asked, with which links, who signed, what changed since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from paraph.lib import clock
from paraph.people import access
from paraph.people.models import Member
from paraph.signoff import receipts
from paraph.signoff.facts import METHODS, NOT_LAST, SEAL_FAULTS
from paraph.signoff.invitations import ENDED
from paraph.signoff.models import (
    AWAITED,
    SIGNED_VIEWS,
    UNFINISHED,
    Ask,
    Decline,
    Invitation,
    OptOut,
    Paper,
    Party,
    Postponed,
    Return,
    ReturnState,
    Rule,
    SealedCopy,
    Signature,
    SignOff,
    State,
    Verdict,
    Verification,
)
from paraph.web.shared.changes import SinceSigned, since_signed
from paraph.work.models import WorkOrder

# evidence.md, "Honesty about the level".
LEVELS = {"SES": _("simple electronic signature (SES)"), "PAPER": _("by hand on paper")}


@dataclass(frozen=True)
class Invited:
    """An invitation and what can be done with it."""

    invitation: Invitation
    state: str
    may_renew: bool
    may_revoke: bool
    may_remind: bool = False
    may_extend: bool = False


@dataclass(frozen=True)
class Asked:
    """A party with their invitations, newest first."""

    party: Party
    invited: list[Invited]
    # The place of a party that signs in turn, from 1; None for everybody else.
    turn: int | None = None
    # Whether it is their turn; True where there are no turns.
    is_next: bool = True
    postponed: Postponed | None = None
    # The paper they took last, until its signed pages are sent (S0-30).
    paper: Paper | None = None
    opted_out: bool = False

    @property
    def awaits_paper(self) -> bool:
        """Whether they printed it and have not signed yet."""
        return self.waits and self.paper is not None

    @property
    def waits(self) -> bool:
        """Whether something is still expected of them."""
        done = self.party.acted_at is not None or self.party.has_declined
        return self.party.ask == Ask.AUTHORISE and not done


@dataclass(frozen=True)
class Signed:
    """One signature with what proves it."""

    signature: Signature
    name: Any
    role: str
    how: Any
    code: str
    numbers: str
    level: Any
    # The paper that came back, where it was signed by hand (S0-15).
    returned: Return | None = None
    scanned: int = 1
    # A manager's word about it, asked for or given (decision 4).
    verification: Verification | None = None

    @property
    def page(self) -> int:
        """The page of the scan that holds the block; the last one where fewer came back."""
        paper = self.returned.paper if self.returned else None
        return min(paper.block["page"], self.scanned) if paper else 1


@dataclass(frozen=True)
class Request:
    """One sign-off: who was asked, who signed, and the sealed copy or why there is none yet."""

    signoff: SignOff
    asked: list[Asked]
    signed: list[Signed]
    sealed: SealedCopy | None
    fault: Any = ""
    is_alarm: bool = False
    since: SinceSigned | None = None
    # Who refused, in the order they did; of any one, the request goes on without them.
    declines: Sequence[Decline] = ()

    @property
    def decline(self) -> Decline | None:
        """The last refusal: the one that ended it, where it is declined."""
        return self.declines[-1] if self.declines else None

    @property
    def to_verify(self) -> list[Signed]:
        """The signatures that wait for a manager."""
        found = [one for one in self.signed if one.verification]
        return [one for one in found if one.verification and one.verification.verdict == Verdict.WAITING]

    @property
    def waiting(self) -> list[Asked]:
        """Those who can act and have not, while the request is open."""
        waits = [one for one in self.asked if one.waits and one.is_next]
        return waits if self.signoff.state == State.OPEN else []

    @property
    def ruled(self) -> bool:
        """Whether the rule of signing is worth telling: several have to sign."""
        return sum(1 for one in self.asked if one.party.ask == Ask.AUTHORISE) > 1


def requests_of(order: WorkOrder, member: Member, language: str) -> list[Request]:
    """Every request of an order that `orders.load` returned, newest first, in a constant number of queries."""
    invitations = Invitation.objects.select_related("sent_by__user")
    parties = Party.objects.select_related("contact", "postponed", "decline")
    parties = parties.prefetch_related(
        Prefetch("invitations", invitations),
        "papers",
        Prefetch("returns", Return.objects.filter(state__in=AWAITED), to_attr="sent"),
        Prefetch("opt_outs", OptOut.objects.filter(ended_at=None), to_attr="in_force"),
    ).order_by("position", "contact__name")
    signatures = Signature.objects.select_related(
        "entry", "checkpoint", "party", "verification__decided_by__user"
    ).order_by("signed_at")
    found = order.signoffs.select_related("sealed_copy__entry").prefetch_related(
        Prefetch("parties", parties), Prefetch("signatures", signatures)
    )
    filed = Return.objects.filter(party__signoff__order=order, state=ReturnState.FILED)
    papers = {one.party_id: one for one in filed.select_related("decided_by__user", "paper")}
    since = {one.signoff.pk: one for one in since_signed(order, language)}
    may = {right: access.can(member, right) for right in ("order.email", "signature.ask")}
    return [_request(one, clock.now(), may, since.get(one.pk), papers) for one in found]


def _request(
    signoff: SignOff,
    now: datetime,
    may: dict[str, bool],
    since: SinceSigned | None,
    papers: dict[UUID, Return],
) -> Request:
    signers = [one for one in signoff.parties.all() if one.ask == Ask.AUTHORISE]
    return Request(
        signoff,
        [_asked(party, signers, signoff, now, may) for party in signoff.parties.all()],
        list(_signed(signoff.signatures.all(), papers)),
        sealed=getattr(signoff, "sealed_copy", None),
        fault=SEAL_FAULTS.get(signoff.seal_fault, signoff.seal_fault),
        is_alarm=signoff.seal_fault not in {"", NOT_LAST},
        since=since,
        declines=_declines(signoff),
    )


def _declines(signoff: SignOff) -> list[Decline]:
    """Read with the parties, so that no refusal costs a query."""
    found = []
    for party in signoff.parties.all():
        if party.has_declined:
            party.decline.party = party
            found.append(party.decline)
    return sorted(found, key=lambda one: one.at)


def _asked(
    party: Party, signers: list[Party], signoff: SignOff, now: datetime, may: dict[str, bool]
) -> Asked:
    in_turn = signoff.rule == Rule.IN_TURN and party in signers
    first = next((one for one in signers if one.acted_at is None), None)
    is_next = not in_turn or first is None or party == first
    return Asked(
        party,
        [_invited(one, party, signoff, now, may, is_next=is_next) for one in party.invitations.all()],
        turn=signers.index(party) + 1 if in_turn and len(signers) > 1 else None,
        is_next=is_next,
        postponed=getattr(party, "postponed", None),
        paper=None if party.sent else next(iter(party.papers.all()), None),  # type: ignore[attr-defined]
        opted_out=bool(party.in_force),  # type: ignore[attr-defined]
    )


def _invited(
    invitation: Invitation,
    party: Party,
    signoff: SignOff,
    now: datetime,
    may: dict[str, bool],
    *,
    is_next: bool,
) -> Invited:
    """A link can be renewed unless a newer one took its place, and revoked while it lets somebody in.

    Whoever still has to sign can be reminded; a link with an end can be extended.
    """
    newest = party.invitations.all()[0] == invitation
    may_ask = may["signature.ask" if invitation.view in SIGNED_VIEWS else "order.email"]
    open_to_them = may_ask and newest and signoff.state not in ENDED and not party.has_declined
    goes_on = open_to_them and invitation.revoked_at is None
    asked = party.ask == Ask.AUTHORISE and not party.has_declined
    waits = asked and party.acted_at is None and signoff.state in UNFINISHED
    mailable = bool(party.contact.email)
    return Invited(
        invitation,
        invitation.state(now),
        may_renew=open_to_them and mailable,
        may_revoke=may["order.email"] and invitation.is_open(now),
        may_remind=goes_on and waits and is_next and mailable and invitation.is_open(now),
        may_extend=goes_on and invitation.expires_at is not None and invitation.used_at is None,
    )


def _signed(signatures: Iterable[Signature], papers: dict[UUID, Return]) -> Iterable[Signed]:
    for one in signatures:
        record = one.record
        yield Signed(
            one,
            name=record["signer"]["name"] or "",
            role=record["signer"]["role"] or "",
            how=METHODS.get(one.method, one.method),
            code=receipts.code(one),
            numbers=", ".join(str(line["number"]) for line in record["decisions"] if line["signed_for"]),
            level=LEVELS.get(record["level"], record["level"]),
            returned=papers.get(one.party_id),
            scanned=len(record["mark"].get("pages", ())),
            verification=getattr(one, "verification", None),
        )
