"""The legal steps of one party's act: decide, review, consent, sign.

The secret: no step can be skipped, and none happens twice. Each verb locks the order first, checks that what the
customer saw is still true, writes its row and records its one fact. A repeated call finds what the first one did.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from paraph.evidence import ledger
from paraph.evidence.models import Entry
from paraph.lib import canonical, clock, crash, home
from paraph.lib.actor import Actor
from paraph.lib.compiled import Compiled
from paraph.signoff import confirmed, methods, reporting, requests, subjects, superseding, ways
from paraph.signoff import consent as consents
from paraph.signoff.errors import (
    AlreadySigned,
    Closed,
    Declined,
    Disputed,
    Locked,
    NotConfirmed,
    NothingApproved,
    NotReviewed,
    NotThere,
    NotYourTurn,
    OnlyToRead,
    Outdated,
    SignedByAnother,
    Stale,
    Unusable,
)
from paraph.signoff.facts import (
    CeremonyConsented,
    CeremonyReviewed,
    ItemApproved,
    ItemCleared,
    ItemRejected,
    PartyDeclined,
    SignatureGiven,
    SignoffDeclined,
)
from paraph.signoff.methods.wet_ink import PAPER
from paraph.signoff.models import (
    AWAITED,
    Ask,
    Ceremony,
    Choice,
    Decision,
    Decline,
    Invitation,
    Party,
    Return,
    Rule,
    Signature,
    SignOff,
    State,
    View,
)
from paraph.work import orders
from paraph.work.models import Item

MAX_REASON = 4000
FACTS = {Choice.APPROVED: ItemApproved, Choice.REJECTED: ItemRejected, Choice.PENDING: ItemCleared}


def decide(invitation: Invitation, item_id: UUID, choice: str, *, by: Actor) -> Decision | None:
    """Approve, reject or clear one line (S3-22 … S3-26). The same choice again changes nothing and returns None.

    Raises `NotThere` for a line of another order, `Locked` for one that was signed for, `Closed`, `OnlyToRead`.
    """
    return next(iter(decide_each(invitation, [(item_id, choice)], by=by)), None)


@transaction.atomic
def decide_each(invitation: Invitation, choices: Iterable[tuple[UUID, str]], *, by: Actor) -> list[Decision]:
    """Decide several lines one after the other, all or none; each is a decision and a fact of its own.

    What stands so already is left out. Raises as `decide`.
    """
    party = acting(invitation)
    order = orders.load(party.signoff.order_id)
    lines = {one.pk: one for one in orders.lines_of(order)}
    stand, settled = subjects.standing(order, invitation.view), _is_settled(party.signoff)
    made = []
    for item_id, choice in choices:
        if item_id not in lines:
            raise NotThere
        if choice not in Choice.values:
            raise Unusable("choice", _("Choose approve, reject or clear."))
        now = stand.get(str(item_id))
        if now is None:
            raise NotThere
        made.append(_decide(party, lines[item_id], choice, now, by, settled=settled))
        stand[str(item_id)] = replace(now, choice=choice)
    return [one for one in made if one]


@transaction.atomic
def approve_all(invitation: Invitation, *, by: Actor) -> list[Decision]:
    """Approve every line that is still undecided; each is a decision and a fact of its own."""
    party = acting(invitation)
    order = orders.load(party.signoff.order_id)
    stand, settled = subjects.standing(order, invitation.view), _is_settled(party.signoff)
    shown = [(one, stand[str(one.pk)]) for one in orders.lines_of(order) if str(one.pk) in stand]
    undecided = [(one, now) for one, now in shown if now.choice == Choice.PENDING]
    made = [_decide(party, one, Choice.APPROVED, now, by, settled=settled) for one, now in undecided]
    return [one for one in made if one]


@transaction.atomic
def decline(invitation: Invitation, *, reason: str, by: Actor) -> Decline:
    """Refuse the whole request, and say why (X-08). Twice is once.

    It is over then, and the shop can ask again; of any one, it goes on while somebody else is left who can sign.
    Raises `Unusable` without a reason, `Closed`, `AlreadySigned`, `NotYourTurn`, `OnlyToRead`.
    """
    subjects.hold(invitation.party.signoff.order_id)
    earlier = Decline.objects.filter(party=invitation.party_id).first()
    if earlier:
        return earlier
    reason = reason.strip()
    if not reason:
        raise Unusable("reason", _("Say why, in a few words: it helps the shop to make a better offer."))
    if len(reason) > MAX_REASON:
        raise Unusable("reason", _("This is too long: at most 4,000 characters."))
    party = acting(invitation)
    found = Decline.objects.create(signoff=party.signoff, party=party, reason=reason, at=clock.now())
    if requests.others_can_sign(party):
        Return.objects.filter(party=party).overtake()
        out = PartyDeclined(signoff=str(party.signoff_id), party=str(party.pk), reason=reason)
        _record(party, out, by)
        return found
    SignOff.objects.filter(pk=party.signoff_id).update(state=State.DECLINED)
    Return.objects.filter(party__signoff=party.signoff_id).overtake()
    _record(party, SignoffDeclined(signoff=str(party.signoff_id), reason=reason), by)
    return found


@transaction.atomic
def review(invitation: Invitation, *, by: Actor) -> Ceremony:
    """Freeze what the customer is about to read and sign, and begin (or find again) their ceremony.

    Raises `NotConfirmed` while details must be confirmed first (S0-27), `NothingApproved`, `AlreadySigned`,
    `Closed`, `NotYourTurn`, `OnlyToRead`, `Outdated` when the shop changed what somebody else signed for already, and
    for a service report `HoursMissing` and `Undecided`.
    """
    party = acting(invitation)
    if confirmed.missing(party.signoff, party.signoff.order_id):
        raise NotConfirmed
    if Signature.objects.filter(signoff=party.signoff).exists() and superseding.broken(
        orders.load(party.signoff.order_id)
    ):
        raise Outdated
    if invitation.view == View.REPORT:
        reporting.require_hours(orders.load(party.signoff.order_id))
    snapshot = subjects.freeze(party.signoff, invitation.view, by=by)
    if not authorised_by(snapshot.facts):
        raise NothingApproved
    if invitation.view == View.REPORT:
        reporting.require_decided(snapshot.facts)
    found = Ceremony.objects.filter(
        party=party, invitation=invitation, snapshot=snapshot, acted_at=None
    ).first()
    if found:
        return found
    now = clock.now()
    ceremony = Ceremony.objects.create(
        party=party,
        invitation=invitation,
        snapshot=snapshot,
        mark=subjects.mark(party.signoff.order_id),
        begun_at=now,
        reviewed_at=now,
    )
    _record(
        party,
        CeremonyReviewed(ceremony=str(ceremony.pk), revision=snapshot.revision, digest=snapshot.digest),
        by,
    )
    return ceremony


@transaction.atomic
def consent(ceremony: Ceremony, *, digest: str, language: str, by: Actor) -> Ceremony:
    """Record that the customer agreed to the sentence shown, of which `digest` is the proof.

    Raises `NoElectronicWay`, `Stale` when the order changed since the review, `NotReviewed` when the sentence is not
    the one shown.
    """
    ceremony = current(ceremony)
    ways.require_e_sign(ceremony.party_id)
    if consents.sentence(ceremony.snapshot, language).digest != digest:
        raise NotReviewed
    if ceremony.consent_digest == digest and ceremony.consent_entry:
        return ceremony
    ceremony.consented_at = clock.now()
    ceremony.consent_digest = digest
    ceremony.consent_entry = _record(
        ceremony.party,
        CeremonyConsented(
            ceremony=str(ceremony.pk), snapshot=ceremony.snapshot.digest, consent=digest, language=language
        ),
        by,
    )
    ceremony.save(update_fields=["consented_at", "consent_digest", "consent_entry"])
    transaction.on_commit(lambda: crash.point("consent.committed"))
    return ceremony


@dataclass(frozen=True)
class Act:
    """Everything a signature will say, fixed before the transaction that records it."""

    signature_id: UUID
    method: str
    items: tuple[str, ...]
    record: dict[str, Any]
    signed_at: datetime

    @property
    def record_bytes(self) -> bytes:
        """The canonical bytes of the record."""
        return canonical.dumps(self.record)


def authorised_by(content: dict[str, Any]) -> tuple[str, ...]:
    """The ids a signature under this content would authorise (S3-30)."""
    return tuple(
        one["id"] for one in content["items"] if one["decision"] == Choice.APPROVED and not one["authorised"]
    )


def sign(ceremony: Ceremony, act: Act, *, by: Actor, cause: Entry | None = None) -> Signature:
    """Record a signature, inside the caller's transaction (`completion.conclude`), and return it.

    `ceremony` is what `consent` returned; on paper, the signature itself is the consent. Whatever else this party had
    on its way is not needed any more. Raises `Stale`, `AlreadySigned`, `Closed`, `NotReviewed`, `NoElectronicWay`:
    then nothing is written.
    """
    subjects.hold(ceremony.party.signoff.order_id)
    _may_act(_PARTY.objects(ceremony.party_id)[0])
    if act.method in methods.METHODS:
        ways.require_e_sign(ceremony.party_id)
    _check_true(ceremony)
    agreed = ceremony.consent_entry_id is not None
    if act.method != PAPER and not (agreed and ceremony.consent_digest == act.record["consent"]["digest"]):
        raise NotReviewed
    party = ceremony.party
    numbers = [one["number"] for one in ceremony.snapshot.facts["items"] if one["id"] in act.items]
    record_digest = canonical.digest(act.record_bytes)
    entry = _record(
        party,
        SignatureGiven(
            signoff=str(party.signoff_id),
            signature=str(act.signature_id),
            snapshot=ceremony.snapshot.digest,
            record=record_digest,
            method=act.method,
            items=list(act.items),
            numbers=numbers,
            signed_at=clock.iso(act.signed_at),
            name=act.record["signer"]["name"] or "",
        ),
        by,
        cause,
    )
    signature = Signature.objects.create(
        id=act.signature_id,
        signoff=party.signoff,
        party=party,
        ceremony=ceremony,
        snapshot=ceremony.snapshot,
        method=act.method,
        items=list(act.items),
        record_digest=record_digest,
        sealed_record=home.vault().seal(act.record_bytes, purpose="signature record"),
        signed_at=act.signed_at,
        entry=entry,
    )
    Party.objects.filter(pk=party.pk).update(acted_at=act.signed_at)
    Ceremony.objects.filter(pk=ceremony.pk).update(acted_at=act.signed_at)
    Invitation.objects.filter(party=party, used_at=None).update(used_at=act.signed_at)
    Return.objects.filter(party=party).overtake()
    return signature


def acting(invitation: Invitation) -> Party:
    """The party behind an invitation, with its order held: what every verb of a party begins with.

    Raises `OnlyToRead`, `AlreadySigned`, `Closed` (of any one, `Declined`), `NotYourTurn` when it cannot act. Call it
    inside a transaction.
    """
    subjects.hold(invitation.party.signoff.order_id)
    party: Party = _PARTY.objects(invitation.party_id)[0]
    _may_act(party)
    return party


def _may_act(party: Party) -> None:
    """Raise unless the party can still act. Give it a party read under the order's lock."""
    if party.ask == Ask.VIEW:
        raise OnlyToRead
    signatures = _OWN.objects(party.pk)
    if signatures:
        raise AlreadySigned(signatures[0])
    if party.signoff.state != State.OPEN:
        raise _closed(party.signoff)
    if party.signoff.rule == Rule.ANY_ONE and party.has_declined:
        raise Declined
    first = requests.waits_for(party)
    if first is not None:
        raise NotYourTurn(first.contact.name)


def _closed(signoff: SignOff) -> Closed:
    """Why nobody can act, or not now."""
    if signoff.state == State.DISPUTED:
        return Disputed()
    if signoff.rule == Rule.ANY_ONE and signoff.is_signed:
        signature = signoff.signatures.select_related("party__contact").first()
        if signature is not None:
            return SignedByAnother(signature.party.contact.name)
    return Closed()


def current(ceremony: Ceremony) -> Ceremony:
    """The ceremony read again under the order's lock, still open and still true; raises otherwise."""
    subjects.hold(ceremony.party.signoff.order_id)
    found: Ceremony = _AGAIN.objects(ceremony.pk)[0]
    # What does not change under the lock, or does not matter here, is not read again.
    found.invitation = ceremony.invitation
    found.party.contact = ceremony.party.contact
    found.party.signoff.order = ceremony.party.signoff.order
    _may_act(found.party)
    _check_true(found)
    return found


def _again(pk: UUID) -> QuerySet[Ceremony]:
    return Ceremony.objects.select_related("party__signoff", "snapshot", "consent_entry").filter(pk=pk)


def _party(pk: UUID) -> QuerySet[Party]:
    return Party.objects.select_related("signoff__order", "contact").filter(pk=pk)


def _own(party: UUID) -> QuerySet[Signature]:
    return Signature.objects.filter(party=party).order_by()


_AGAIN, _PARTY, _OWN = (Compiled(one, UUID(int=1)) for one in (_again, _party, _own))


def _check_true(ceremony: Ceremony) -> None:
    """Raise `Stale` when the order no longer says what the ceremony's snapshot says."""
    order_id = ceremony.party.signoff.order_id
    changes = subjects.since(ceremony.snapshot, ceremony.mark, order_id)
    if changes:
        raise Stale(changes)


def _decide(
    party: Party, item: Item, choice: str, now: subjects.Standing, by: Actor, *, settled: bool
) -> Decision | None:
    if now.authorised or settled:
        raise Locked
    if now.choice == choice:
        return None
    decision = Decision.objects.create(
        signoff=party.signoff, item=item, party=party, choice=choice, at=clock.now()
    )
    _record(party, FACTS[Choice(choice)](item=str(item.pk), number=item.number), by)
    return decision


def _is_settled(signoff: SignOff) -> bool:
    """Whether somebody signed for what was decided, or sent signed paper that is being checked."""
    awaited = Return.objects.filter(party__signoff=signoff, state__in=AWAITED)
    return Signature.objects.filter(signoff=signoff).exists() or awaited.exists()


def _record(party: Party, fact: Any, by: Actor, cause: Entry | None = None) -> Entry:
    signoff = party.signoff
    return ledger.append(
        fact, log=str(signoff.organisation_id), topic=signoff.order.topic, by=by, cause=cause
    )
