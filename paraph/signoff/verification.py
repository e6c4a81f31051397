"""A member looks at a paper that the machine would not file, and accepts it or sends it back (decision 4, S0-33).

The secret: whatever a person decides, what the machine found stays beside it, and nobody can file a signature under
words that are no longer those of the order. While the request is disputed nobody decides at all (S0-34).
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from paraph.evidence import ledger
from paraph.intake.errors import Refused
from paraph.lib import clock
from paraph.lib.actor import Actor
from paraph.people import access
from paraph.people.models import Member
from paraph.signoff import filing, keys, posting, reading, refusals, requests, returns, subjects
from paraph.signoff.errors import Disputed, NotWaiting, Unusable
from paraph.signoff.models import Invitation, Return, ReturnState, Signature, SignOff, State
from paraph.signoff.paper_facts import InvitationProlonged
from paraph.signoff.return_facts import CopyAccepted, CopySentBack

RIGHT = "return.review"
MAX_SENTENCE = 2000
# Long enough to print, sign and photograph once more.
LEAST_LIFE = timedelta(days=7)


def to_review(organisation_id: UUID) -> QuerySet[Return]:
    """What waits for somebody to look at it, the oldest first, with all a list shows."""
    related = ("party__contact__customer", "party__signoff__order__customer", "paper__party__signoff__order")
    # Asked in this order: of all that was ever sent, a handful waits (SQLite has no statistics to see that by).
    ours = SignOff.objects.filter(parties=OuterRef("party"), organisation=organisation_id)
    waiting = Return.objects.filter(Exists(ours), state=ReturnState.REVIEW)
    return waiting.select_related(*related).order_by("sent_at")


def accept(
    returned: Return, *, by: Member, actor: Actor, sentence: str = "", name: str = "", role: str = ""
) -> Signature:
    """File a paper as signed, on the word of a member; return the signature.

    `name` and `role` are those on the paper, where the member could read them. Raises `access.Forbidden`, `NotWaiting`,
    `Disputed`, `Stale` when the order says something else by now, `WrongPaper`, `NothingPrinted`, `AlreadySigned`,
    `Closed`.
    """
    access.require(by, RIGHT)
    returned = _waiting(returned)
    sentence = _clean(sentence)
    paper = filing.paper_of(returned)
    if name or role:
        _name(returned, name, role)
    if not returned.scan.exists():
        _scan(returned)
    fact = CopyAccepted(
        returned=str(returned.pk),
        outcome=returned.outcome,
        paper=str(paper.pk),
        scan=f"sha256:{returned.blob}",
        remark=sentence,
    )
    return filing.file(returned, paper, fact, by=actor, member=by, sentence=sentence)


@transaction.atomic
def send_back(returned: Return, sentence: str, *, by: Member, actor: Actor) -> Return:
    """Give a paper back to the customer, with what is wrong with it; they get a mail with a fresh key (decision 2).

    What they sent is kept, and their next draft begins with it. Raises `access.Forbidden`, `Unusable` without a
    sentence, `NotWaiting`, `Disputed`: then nobody is asked for anything.
    """
    access.require(by, RIGHT)
    subjects.hold(returned.party.signoff.order_id)
    returned = _waiting(returned)
    sentence = _clean(sentence)
    if not sentence:
        raise Unusable("sentence", _("Say in a sentence what is wrong: the customer reads it."))
    if not Return.objects.filter(pk=returned.pk, state=ReturnState.REVIEW).update(
        state=ReturnState.SENT_BACK, sentence=sentence, decided_by=by, decided_at=clock.now()
    ):
        raise NotWaiting
    returned.refresh_from_db()
    invitation = _way_in(returned)
    if invitation:
        _mail_again(invitation, sentence, actor)
    fact = CopySentBack(
        returned=str(returned.pk),
        invitation=str(invitation.pk) if invitation else None,
        outcome=returned.outcome,
        remark=sentence,
    )
    filing.append(returned, fact, actor)
    return returned


def _waiting(returned: Return) -> Return:
    related = ("party__contact", "party__signoff__order__organisation", "sent_entry", "paper")
    found = Return.objects.select_related(*related).get(pk=returned.pk)
    if found.state != ReturnState.REVIEW:
        raise NotWaiting
    if found.party.signoff.state == State.DISPUTED:
        raise Disputed
    return found


def _name(returned: Return, name: str, role: str) -> None:
    """What the member read on the paper. The customer's own word goes before."""
    returned.signer_name = returned.signer_name or returns.clean_words(name)
    returned.signer_role = returned.signer_role or returns.clean_words(role)
    returned.save(update_fields=["signer_name", "signer_role"])


def _scan(returned: Return) -> None:
    """The machine never came to make a scan: make it now, of all pages as they were sent."""
    try:
        bound, pages = reading.scan(returned)
    except Refused as refusal:
        raise refusals.of(refusal) from refusal
    with transaction.atomic():
        reading.keep_scan(returned, bound, pages)


def _way_in(returned: Return) -> Invitation | None:
    """The newest key of the party that nobody switched off."""
    related = ("party__contact", "party__signoff__order__organisation", "sent_by__user")
    alive = Invitation.objects.filter(party=returned.party, revoked_at=None)
    return alive.select_related(*related).order_by("-created_at").first()


def _mail_again(invitation: Invitation, sentence: str, by: Actor) -> None:
    """Mail a fresh key to the same invitation; it lives long enough, and a request that had expired is open again.

    A contact without an address is told by whoever sent the paper back.
    """
    now, before = clock.now(), invitation.expires_at
    if before is not None and before < now + LEAST_LIFE:
        invitation.expires_at = now + LEAST_LIFE
        fact = InvitationProlonged(
            invitation=str(invitation.pk), before=keys.iso(before), expires_at=keys.iso(invitation.expires_at)
        )
        signoff = invitation.party.signoff
        ledger.append(fact, log=str(signoff.organisation_id), topic=signoff.order.topic, by=by)
    requests.reopen(invitation.party.signoff, by=by)
    invitation.save(update_fields=["expires_at"])
    if invitation.party.contact.email:
        posting.mail_sent_back(invitation, keys.another_link(invitation), sentence)


def _clean(sentence: str) -> str:
    sentence = sentence.strip()
    if len(sentence) > MAX_SENTENCE:
        raise Unusable("sentence", _("This is too long: at most 2,000 characters."))
    return sentence
