"""A paper that came back becomes a signature: the same completion as by hand on a screen (S0-15, S0-33).

The secret: filing and its signature are one transaction, so a return is filed exactly when there is a signature by
it. The sealed copy is made before, as for every signature; what the record says is what was and was not checked.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from paraph.evidence import ledger
from paraph.evidence.facts import Fact
from paraph.evidence.models import Entry
from paraph.lib import clock, crash
from paraph.lib.actor import SYSTEM, Actor
from paraph.people.models import Member
from paraph.signoff import ceremonies, completion, record, subjects
from paraph.signoff import consent as consents
from paraph.signoff.errors import NothingPrinted, NotWaiting, SignOffError, Stale
from paraph.signoff.methods import Proof, wet_ink
from paraph.signoff.models import AWAITED, Match, Paper, Return, ReturnState, Signature

# The machine knows whose paper it is, and it is not this party's: nobody can make it theirs.
SOMEBODY_ELSES = {Match.WRONG_ORDER, Match.OTHER_PARTY}
RELATED = (
    "snapshot",
    "ceremony__snapshot",
    "ceremony__invitation",
    "ceremony__party__contact",
    "ceremony__party__signoff__order__organisation",
)


class WrongPaper(SignOffError):
    """It is known to be somebody else's paper."""

    reason = "wrong_paper"
    status = 409
    sentence = _(
        "This is the paper of another order or another person, so it cannot be filed here. Send it back."
    )


class OldPaper(Stale):
    """The order says something else by now than the paper that was signed."""

    sentence = _("The order has changed since this paper was printed. Return it, and say what changed.")


def is_somebody_elses(returned: Return) -> bool:
    """Whether the codes name a paper of another order or person, so that it can never be filed here."""
    return returned.outcome in SOMEBODY_ELSES


def sent_to(returned: Return) -> Paper | None:
    """What the party of a return was sent: the paper its codes name, else what they printed last, if anything."""
    own = None if is_somebody_elses(returned) else returned.paper
    return (
        own
        or Paper.objects.filter(party=returned.party).select_related(*RELATED).order_by("-created_at").first()
    )


def paper_of(returned: Return) -> Paper:
    """The paper a return is filed as: the one its codes name, else what its party printed last.

    Raises `WrongPaper` for somebody else's, `NothingPrinted`, and `Stale` when the order no longer says what it says.
    """
    if is_somebody_elses(returned):
        raise WrongPaper
    papers = Paper.objects.filter(party=returned.party).select_related(*RELATED).order_by("-created_at")
    found = (papers.filter(pk=returned.paper_id) if returned.paper_id else papers).first()
    if found is None and returned.outcome == Match.OLDER_REVISION:
        raise OldPaper([])  # of an earlier request
    if found is None:
        raise NothingPrinted
    if changes := subjects.differs(found.snapshot):
        raise OldPaper(changes)
    return found


def hindrance(returned: Return) -> str:
    """Why this return cannot be filed as things stand, as a sentence; "" when it can."""
    try:
        paper_of(returned)
    except SignOffError as refusal:
        return str(refusal)
    return ""


def file(
    returned: Return, paper: Paper, fact: Fact, *, by: Actor, member: Member | None = None, sentence: str = ""
) -> Signature:
    """File a return that has been read as the signature of its party, and return the signature.

    `fact` says by what it is filed: the match, or a member's word; `by` is who says so. Everything the machine found
    is in the row. Raises `NotWaiting` when somebody was faster, and as `ceremonies.sign`: then nothing is written.
    """
    at, signature_id, ceremony = clock.now(), uuid.uuid4(), paper.ceremony
    items = ceremonies.authorised_by(paper.snapshot.facts)
    told = record.on_paper(
        returned,
        paper=paper,
        signature_id=signature_id,
        proof=_proof(returned),
        consent=consents.on_paper(paper.snapshot, paper.language),
        items=items,
        checks=_checks(returned, member, sentence),
        at=at,
    )
    act = ceremonies.Act(signature_id, wet_ink.PAPER, items, told, at)
    sealing = completion.prepare(ceremony, told, paper.language)
    with transaction.atomic():
        subjects.hold(ceremony.party.signoff.order_id)
        waiting = Return.objects.filter(pk=returned.pk, state__in=AWAITED)
        if not waiting.update(
            state=ReturnState.FILED,
            outcome=returned.outcome,
            findings=returned.findings,
            paper=paper,
            sentence=sentence,
            decided_by=member,
            decided_at=at,
            due_at=None,
            leased_until=None,
        ):
            raise NotWaiting
        entry = append(returned, fact, by)
        signature = completion.conclude(ceremony, act, sealing, by=SYSTEM, cause=entry)
        crash.point("return.before_commit")
    crash.point("return.filed")
    returned.refresh_from_db()
    return signature


def append(returned: Return, fact: Fact, by: Actor) -> Entry:
    """Record a fact about a return."""
    signoff = returned.party.signoff
    return ledger.append(
        fact, log=str(signoff.organisation_id), topic=signoff.order.topic, by=by, cause=returned.sent_entry
    )


def _proof(returned: Return) -> Proof:
    files = returned.files.filter(removed_at=None)
    return wet_ink.proof(
        [one.digest for one in files],
        f"sha256:{returned.blob}",
        [f"sha256:{one.blob}" for one in returned.scan.all()],
    )


def _checks(returned: Return, member: Member | None, sentence: str) -> dict[str, Any]:
    """What was and was not checked, by whom (R13). A check that could not be made has not passed."""
    found = returned.findings
    return {
        "by": "member" if member else "machine",
        "member": {"id": str(member.pk), "name": member.user.name} if member else None,
        "sentence": sentence or None,
        "outcome": returned.outcome,
        "passed": found.get("passed", []),
        "failed": found.get("failed", []),
        "unmade": found.get("unmade", []),
        "read_at": clock.iso(returned.read_at) if returned.read_at else None,
    }
