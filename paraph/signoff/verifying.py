"""A signature in doubt waits for a manager, who verifies it or does not accept it (decision 4, S1-30).

The secret: the signature is there and stays, whatever is decided. While it waits nothing is invoiced and the order is
not done; one that is not accepted authorises nothing, and the shop asks again.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from paraph.evidence import ledger
from paraph.evidence.facts import Fact
from paraph.lib import clock
from paraph.lib.actor import SYSTEM, Actor
from paraph.people import access
from paraph.people.models import Member
from paraph.signoff import subjects
from paraph.signoff.errors import Decided, Disputed, Unusable
from paraph.signoff.field_facts import SignatureDoubted, SignatureRejected, SignatureVerified
from paraph.signoff.models import (
    CONSENTED,
    UNFINISHED,
    Dispute,
    Signature,
    SignOff,
    State,
    Verdict,
    Verification,
)
from paraph.work.models import WorkOrder

RIGHT = "signature.verify"
MAX_SENTENCE = 2000
TOO_LONG = gettext_lazy("This is too long: at most 2,000 characters.")


def doubt(signature: Signature, doubts: Sequence[str]) -> Verification | None:
    """Let a signature wait for a manager because of its doubts; without any, nothing. Inside the act's transaction."""
    if not doubts:
        return None
    signoff = signature.signoff
    found = Verification.objects.create(
        signature=signature,
        order_id=signoff.order_id,
        organisation_id=signoff.organisation_id,
        doubts=list(doubts),
        raised_at=signature.signed_at,
    )
    _record(
        found,
        SignatureDoubted(signature=str(signature.pk), verification=str(found.pk), doubts=list(doubts)),
        SYSTEM,
    )
    return found


@transaction.atomic
def verify(verification: Verification, *, sentence: str = "", by: Member, actor: Actor) -> Verification:
    """Stand for a signature in doubt. Twice is once. Raises `access.Forbidden`, `Unusable`, `Decided`."""
    found = _held(verification, by)
    if found.verdict == Verdict.VERIFIED:
        return found
    sentence = _clean(sentence)
    _decide(found, Verdict.VERIFIED, sentence, by)
    fact = SignatureVerified(signature=str(found.signature_id), verification=str(found.pk), remark=sentence)
    _record(found, fact, actor)
    return found


@transaction.atomic
def reject(verification: Verification, *, sentence: str, by: Member, actor: Actor) -> Verification:
    """Do not accept a signature, and say why: its request is over, and the shop can ask again. Twice is once.

    Raises `access.Forbidden`, `Unusable` without a reason, `Decided`, and `Disputed` while a dispute of the request is
    open: its resolution says what is asked next.
    """
    found = _held(verification, by)
    if found.verdict == Verdict.REJECTED:
        return found
    if Dispute.objects.filter(signoff=found.signature.signoff_id, resolved_at=None).exists():
        raise Disputed
    sentence = _clean(sentence)
    if not sentence:
        raise Unusable("sentence", _("Say in a sentence why: both sides read it."))
    _decide(found, Verdict.REJECTED, sentence, by)
    held = SignOff.objects.filter(pk=found.signature.signoff_id, state__in=(*UNFINISHED, *CONSENTED))
    held.update(state=State.REJECTED)
    fact = SignatureRejected(signature=str(found.signature_id), verification=str(found.pk), reason=sentence)
    _record(found, fact, actor)
    return found


def waiting(organisation_id: UUID) -> QuerySet[Verification]:
    """The queue, the oldest first, with all a list shows."""
    related = ("signature__party__contact", "order__customer", "order__site", "order__technician__user")
    return Verification.objects.filter(organisation=organisation_id, verdict=Verdict.WAITING).select_related(
        *related
    )


def rejection(signoff: SignOff) -> Verification | None:
    """The word of the manager who did not accept what was signed in a request; None where nobody said it."""
    found = Verification.objects.filter(signature__signoff=signoff, verdict=Verdict.REJECTED)
    return found.select_related("signature__party__contact").first()


def is_waiting(order: WorkOrder) -> bool:
    """Whether any signature of an order waits for a manager."""
    return Verification.objects.filter(order=order, verdict=Verdict.WAITING).exists()


def obstacle(order: WorkOrder) -> str:
    """Why the order cannot be called done (S1-04): "" when no signature of it waits for a manager."""
    return _("A signature on this order must be verified by a manager first.") if is_waiting(order) else ""


def _held(verification: Verification, by: Member) -> Verification:
    """It as it stands now, with its order held; raises `access.Forbidden` for whom it is none of their business."""
    access.require(by, RIGHT)
    if verification.organisation_id != by.organisation_id:
        raise access.Forbidden(RIGHT)
    subjects.hold(verification.order_id)
    return Verification.objects.select_related("signature__signoff__order", "order").get(pk=verification.pk)


def _decide(found: Verification, verdict: Verdict, sentence: str, by: Member) -> None:
    if found.verdict != Verdict.WAITING:
        raise Decided
    found.verdict, found.sentence, found.decided_by, found.decided_at = verdict, sentence, by, clock.now()
    found.save(update_fields=["verdict", "sentence", "decided_by", "decided_at"])


def _record(found: Verification, fact: Fact, by: Actor) -> None:
    ledger.append(fact, log=str(found.organisation_id), topic=found.order.topic, by=by)


def _clean(sentence: str) -> str:
    sentence = sentence.strip()
    if len(sentence) > MAX_SENTENCE:
        raise Unusable("sentence", str(TOO_LONG))
    return sentence
