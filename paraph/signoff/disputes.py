"""A customer says that something is wrong: raised, talked over, resolved (S0-10, S0-34).

The secret: a dispute is a row of its own, and while it is open nothing moves. An open request is *disputed*: nobody
decides or signs. What was signed stays signed, but the work is not called done and not invoiced. How long it took is
told by the facts (S1-23).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from paraph.evidence import ledger
from paraph.evidence.facts import Fact
from paraph.lib import canonical, clock
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Member
from paraph.signoff import requests, standing, subjects
from paraph.signoff.dispute_facts import DisputeAnswered, DisputeContinued, DisputeRaised, DisputeResolved
from paraph.signoff.errors import (
    Closed,
    Declined,
    DisputedAlready,
    NotThere,
    OnlyToRead,
    Resolved,
    SignedMeanwhile,
    Unusable,
)
from paraph.signoff.facts import ItemCleared
from paraph.signoff.models import (
    CONSENTED,
    SIGNED_VIEWS,
    Ask,
    Choice,
    Decision,
    Dispute,
    DisputeMessage,
    DisputeState,
    Invitation,
    Party,
    Resolution,
    SignOff,
    Snapshot,
    State,
)
from paraph.work import orders
from paraph.work.models import TEXT_CHARS, WorkOrder

# How the shop can resolve one; the fourth way is the customer's (`take_back`).
BY_SHOP = (Resolution.CORRECTED, Resolution.EXPLAINED, Resolution.WITHDRAWN)
SAY_WHAT = gettext_lazy("Say what is wrong, in a few words: the shop reads it and answers.")
SAY_SOMETHING = gettext_lazy("Write something first.")
SAY_HOW = gettext_lazy("Say in a sentence how it was resolved: the customer reads it.")
TOO_LONG = gettext_lazy("This is too long: at most 4,000 characters.")


@transaction.atomic
def dispute(
    invitation: Invitation, *, reason: str, items: Iterable[UUID] = (), signed: bool = False, by: Actor
) -> Dispute:
    """Say that something is wrong with these lines (none: with the whole). The same again is once.

    `signed` is what the page said: with what was asked, or with what was signed. Raises `Unusable` without a reason,
    `NotThere` for a line of another order, `DisputedAlready`, `SignedMeanwhile`, `OnlyToRead`, `Closed`.
    """
    subjects.hold(invitation.party.signoff.order_id)
    party = Party.objects.select_related("signoff__order", "contact").get(pk=invitation.party_id)
    reason, signoff = _said(reason, "reason", SAY_WHAT), party.signoff
    earlier = signoff.disputes.filter(resolved_at=None).first()
    if earlier is not None:
        if (earlier.party_id, earlier.reason) == (party.pk, reason):
            return earlier
        raise DisputedAlready
    _may_dispute(invitation, party, signed=signed)
    order = orders.load(signoff.order_id)
    found = Dispute.objects.create(
        signoff=signoff,
        party=party,
        snapshot=_before_them(invitation, party, by),
        reason=reason,
        items=_chosen(order, items),
        revision=order.revision,
        lines=_digests(order, signoff),
        signed=signed,
        raised_at=clock.now(),
    )
    if signoff.state == State.OPEN:
        signoff.state = State.DISPUTED
        signoff.save(update_fields=["state"])
    fact = DisputeRaised(
        dispute=str(found.pk),
        signoff=str(signoff.pk),
        items=found.items,
        numbers=found.numbers,
        snapshot=found.snapshot.digest,
        signed=signed,
        reason=reason,
    )
    record(found, fact, by)
    return found


@transaction.atomic
def answer(dispute: Dispute, *, text: str, by: Member, actor: Actor) -> DisputeMessage:
    """The shop answers; the customer is told. Raises `access.Forbidden`, `Unusable`, `Resolved`."""
    access.require(by, "dispute.answer")
    found = held(dispute)
    message = _say(found, _said(text, "text", SAY_SOMETHING), actor)
    found.state, found.answered_at = DisputeState.ANSWERED, found.answered_at or message.at
    found.save(update_fields=["state", "answered_at"])
    record(found, DisputeAnswered(dispute=str(found.pk), message=str(message.pk), text=message.text), actor)
    return message


@transaction.atomic
def add(dispute: Dispute, invitation: Invitation, *, text: str, by: Actor) -> DisputeMessage:
    """The customer's side says more: whoever was asked with them. It waits for an answer again.

    Raises `NotThere` for a dispute of another request, `OnlyToRead`, `Unusable`, `Resolved`.
    """
    found = of_request(dispute, invitation)
    if invitation.party.ask == Ask.VIEW:
        raise OnlyToRead
    message = _say(found, _said(text, "text", SAY_SOMETHING), by)
    found.state = DisputeState.OPEN
    found.save(update_fields=["state"])
    record(found, DisputeContinued(dispute=str(found.pk), message=str(message.pk), text=message.text), by)
    return message


@transaction.atomic
def resolve(dispute: Dispute, *, resolution: str, text: str, by: Member, actor: Actor) -> Dispute:
    """Resolve it as one of `BY_SHOP`, with a sentence for the customer. A request that was disputed is open again.

    *corrected* wants the order to be revised since: decisions on lines that changed are cleared, the others stay.
    *withdrawn* takes the request back, which a signed one cannot be. Raises `access.Forbidden`, `Unusable`, `Resolved`.
    """
    access.require(by, "dispute.resolve")
    found = held(dispute)
    text = _said(text, "text", SAY_HOW)
    _may_resolve(found, resolution)
    if resolution == Resolution.CORRECTED:
        _clear_changed(found, actor)
    message = _say(found, text, actor)
    _over(found, DisputeState.RESOLVED, resolution, by)
    if resolution == Resolution.WITHDRAWN:
        requests.withdraw(found.signoff, by=actor)
    record(found, _resolved(found, str(message.pk), text), actor)
    return found


@transaction.atomic
def take_back(dispute: Dispute, invitation: Invitation, *, by: Actor) -> Dispute:
    """The customer takes their own dispute back; twice is once. Raises `NotThere`, `Resolved` if the shop was first."""
    found = of_request(dispute, invitation, over=True)
    if found.party_id != invitation.party_id:
        raise NotThere
    if found.state == DisputeState.TAKEN_BACK:
        return found
    if not found.is_open:
        raise Resolved
    _over(found, DisputeState.TAKEN_BACK, Resolution.TAKEN_BACK, None)
    record(found, _resolved(found, "", ""), by)
    return found


def is_open(order_id: Any) -> bool:
    """Whether anything about an order is disputed now."""
    return Dispute.objects.filter(signoff__order=order_id, resolved_at=None).exists()


def obstacle(order: WorkOrder) -> str:
    """A sentence when an order may not be called done, else ""; see `work.guards`."""
    return _("The customer disputes it: resolve the dispute first.") if is_open(order.pk) else ""


def _may_dispute(invitation: Invitation, party: Party, *, signed: bool) -> None:
    signoff = party.signoff
    if party.ask == Ask.VIEW or invitation.view not in SIGNED_VIEWS:
        raise OnlyToRead
    if signoff.state not in {State.OPEN, *CONSENTED}:
        raise Closed
    if signoff.state == State.OPEN and party.has_declined:
        raise Declined
    if not signed and (party.acted_at or signoff.is_signed):
        raise SignedMeanwhile


def _before_them(invitation: Invitation, party: Party, by: Actor) -> Snapshot:
    """What they dispute: what they signed, or what their view shows now."""
    signed = party.signoff.signatures.order_by("signed_at")
    own = signed.filter(party=party).last() or (signed.last() if party.signoff.is_signed else None)
    return own.snapshot if own else subjects.freeze(party.signoff, invitation.view, by=by)


def _chosen(order: WorkOrder, items: Iterable[UUID]) -> list[str]:
    """The ids of the lines as the order has them; raises `NotThere` for any other."""
    known = [str(one.pk) for one in orders.lines_of(order)]
    wanted = {str(one) for one in items}
    if not wanted <= set(known):
        raise NotThere
    return [one for one in known if one in wanted]


def _digests(order: WorkOrder, signoff: SignOff) -> dict[str, str]:
    """What each line says, by its id; two digests differ when anything that is agreed does."""
    told = orders.describe(order)["items"]
    lines = [standing.describe_line(one, priced=True, worked=signoff.of_report) for one in told]
    return {one["id"]: canonical.digest(one) for one in lines}


def _may_resolve(found: Dispute, resolution: str) -> None:
    if resolution not in BY_SHOP:
        raise Unusable("resolution", _("Choose how it was resolved."))
    revised = found.signoff.order.revision > found.revision
    if resolution == Resolution.CORRECTED and not revised:
        raise Unusable(
            "resolution", _("Nothing was corrected yet: edit the order first, then offer it again.")
        )
    if resolution == Resolution.WITHDRAWN and found.signoff.state != State.DISPUTED:
        raise Unusable("resolution", _("It is signed, and a signature cannot be withdrawn."))


def _clear_changed(found: Dispute, by: Actor) -> None:
    """Clear what was decided on lines that say something else now; what was signed for is for `standing` to judge."""
    signoff = found.signoff
    if signoff.state != State.DISPUTED or signoff.signatures.exists():
        return
    order = orders.load(signoff.order_id)
    stand, now = standing.standing_of(signoff, order), _digests(order, signoff)
    for item in (one for one in orders.lines_of(order) if str(one.pk) in stand):
        key = str(item.pk)
        if stand[key].authorised or stand[key].choice == Choice.PENDING or found.lines.get(key) == now[key]:
            continue
        Decision.objects.create(
            signoff=signoff, item=item, party=found.party, choice=Choice.PENDING, at=clock.now()
        )
        record(found, ItemCleared(item=key, number=item.number), by)


def _over(found: Dispute, state: DisputeState, resolution: str, by: Member | None) -> None:
    found.state, found.resolution = state, resolution
    found.resolved_at, found.resolved_by = clock.now(), by
    found.save(update_fields=["state", "resolution", "resolved_at", "resolved_by"])
    if found.signoff.state == State.DISPUTED:
        found.signoff.state = State.OPEN
        found.signoff.save(update_fields=["state"])


def _resolved(found: Dispute, message: str, text: str) -> DisputeResolved:
    return DisputeResolved(
        dispute=str(found.pk),
        signoff=str(found.signoff_id),
        resolution=str(found.resolution),
        message=message,
        text=text,
    )


def of_request(dispute: Dispute, invitation: Invitation, *, over: bool = False) -> Dispute:
    """The dispute, held, if the invitation's request is the one disputed."""
    if dispute.signoff_id != invitation.party.signoff_id:
        raise NotThere
    return held(dispute, over=over)


def held(dispute: Dispute, *, over: bool = False) -> Dispute:
    """The dispute read again under the order's lock; raises `Resolved`, unless it may be `over`."""
    subjects.hold(dispute.signoff.order_id)
    found = Dispute.objects.select_related("signoff__order", "party__contact", "snapshot").get(pk=dispute.pk)
    if not found.is_open and not over:
        raise Resolved
    return found


def _said(text: str, field: str, missing: Any) -> str:
    text = text.strip()
    if not text:
        raise Unusable(field, missing)
    if len(text) > TEXT_CHARS:
        raise Unusable(field, TOO_LONG)
    return text


def _say(found: Dispute, text: str, by: Actor) -> DisputeMessage:
    return DisputeMessage.objects.create(
        dispute=found, author_kind=by.kind, author_ref=by.ref, author_name=by.name, text=text, at=clock.now()
    )


def record(found: Dispute, fact: Fact, by: Actor) -> None:
    """Append a fact to the timeline of the disputed order."""
    signoff = found.signoff
    ledger.append(fact, log=str(signoff.organisation_id), topic=signoff.order.topic, by=by)
