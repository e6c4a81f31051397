"""The shipped rules: when this is recorded, do that. Read top to bottom; their names for people are in `words.py`.

Rules on one fact run in the order they stand here. A rule is never told about its own effects' effects beyond
`runner.MAX_DEPTH`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from paraph.automation.disputing import MailAnswer, MailDisputed, MailResolution
from paraph.automation.effects import (
    Call,
    Effect,
    MailReceipt,
    MailSealedCopy,
    SetStatus,
    Supersede,
    Tell,
    author,
    managers,
    reviewers,
    sender,
    technician,
    verifiers,
)
from paraph.automation.invoicing import DraftInvoices, billers, billers_of_paper, is_draft
from paraph.automation.occasions import Occasion
from paraph.automation.verifying import MailAccepted, MailNotAccepted
from paraph.automation.writing_back import WriteBack
from paraph.signoff import approvals, reporting, returns, subjects, verifying
from paraph.signoff.facts import NOT_LAST
from paraph.signoff.models import Return, ReturnState, State
from paraph.work import orders
from paraph.work.models import Status


def always(occasion: Occasion) -> bool:
    """No condition."""
    return True


@dataclass(frozen=True)
class Rule:
    """When a fact of kind `on` is recorded and `when` holds, do `then`. `proves` are requirement ids.

    `at_once`: in the request that recorded the fact, because the next page shows it; the others follow by the worker
    within a second, so that nobody waits for letters being written.
    """

    key: str
    on: str
    then: tuple[Effect, ...]
    when: Callable[[Occasion], bool] = always
    proves: tuple[str, ...] = field(default=())
    at_once: bool = False

    def apply(self, occasion: Occasion) -> None:
        """Do what the rule says, inside the caller's transaction."""
        if self.when(occasion):
            for effect in self.then:
                effect.apply(occasion)


def decided(occasion: Occasion) -> Status:
    """Approved when every line asked for was decided and at least one approved, else partly approved (S1-14)."""
    if verifying.is_waiting(occasion.order):
        return Status.NEEDS_VERIFICATION
    if occasion.order.reported_at is not None:
        return as_it_stands(occasion)  # it waited for its service report to be signed
    approved, undecided = occasion.named("approved"), occasion.named("undecided")
    return Status.APPROVED if approved and not undecided else Status.PARTLY_APPROVED


def waiting(occasion: Occasion) -> Status:
    """Needs signature (S0-22)."""
    return Status.NEEDS_SIGNATURE


def as_it_stands(occasion: Occasion) -> Status:
    """What the approvals in force today make of the order, whoever changed what (decision 6).

    Where all who must sign have, and a paper of theirs is being checked, it needs verification (decision 4). Completed
    work stays completed while every approval is there (S1-04), and is again after a dispute (S0-34) or when its service
    report is signed. An order whose every signature is superseded needs one; where nothing was ever signed, it is in
    preparation.
    """
    order = orders.load(occasion.order.pk)
    stand = subjects.standing(order)
    missing = approvals.missing(order, stand)
    is_done = order.status == Status.COMPLETED or order.reported_at is not None
    if is_done and not missing and not reporting.is_awaited(order) and not verifying.is_waiting(order):
        return Status.COMPLETED
    request = order.signoffs.filter(state=State.OPEN).first()
    if request is not None:
        return Status.NEEDS_VERIFICATION if returns.only_paper_left(request) else Status.NEEDS_SIGNATURE
    if verifying.is_waiting(order):
        return Status.NEEDS_VERIFICATION
    if any(one.authorised for one in stand.values()):
        return Status.PARTLY_APPROVED if missing else Status.APPROVED
    return Status.NEEDS_SIGNATURE if any(one.changed for one in stand.values()) else Status.OPEN


def is_being_checked(occasion: Occasion) -> bool:
    """Whether the last signatures of an open request are on paper that is being checked."""
    request = occasion.order.signoffs.filter(state=State.OPEN).first()
    return request is not None and returns.only_paper_left(request)


def needs_eyes(occasion: Occasion) -> bool:
    """Whether the paper still waits for somebody to look at it."""
    return Return.objects.filter(pk=occasion.named("returned"), state=ReturnState.REVIEW).exists()


def by_customer(occasion: Occasion) -> bool:
    """Somebody on the customer's side acted."""
    return occasion.by_customer


def alarming(occasion: Occasion) -> bool:
    """The seal waits for somebody to mend something, not for the worker alone."""
    return bool(occasion.named("reason") != NOT_LAST)


def about_an_order(occasion: Occasion) -> bool:
    """There is an order to show."""
    return occasion.is_about_an_order


RULES: tuple[Rule, ...] = (
    Rule("order.asked", "signoff.requested", (SetStatus(waiting),), proves=("S0-22",), at_once=True),
    Rule(
        "order.completed", "signoff.completed", (SetStatus(decided),), proves=("S1-14", "S3-29"), at_once=True
    ),
    Rule(
        "order.verified",
        "signature.verified",
        (SetStatus(as_it_stands),),
        proves=("S1-20", "S1-30"),
        at_once=True,
    ),
    Rule("order.not_accepted", "signature.rejected", (SetStatus(as_it_stands),), at_once=True),
    Rule("order.withdrawn", "signoff.withdrawn", (SetStatus(as_it_stands),), at_once=True),
    Rule("order.declined", "signoff.declined", (SetStatus(as_it_stands),), proves=("X-08",), at_once=True),
    Rule("order.expired", "signoff.expired", (SetStatus(as_it_stands),), proves=("X-08",)),
    Rule("order.asked_again", "signoff.reopened", (SetStatus(waiting),), at_once=True),
    Rule("order.reopened", "order.reopened", (SetStatus(as_it_stands),), at_once=True),
    Rule("order.paper_sent", "copy.uploaded", (SetStatus(as_it_stands),), proves=("S0-33",), at_once=True),
    Rule("order.paper_sent_back", "copy.sent_back", (SetStatus(as_it_stands),), at_once=True),
    Rule(
        "order.partly_on_paper",
        "signature.given",
        (SetStatus(as_it_stands),),
        when=is_being_checked,
        at_once=True,
    ),
    Rule("signature.superseded", "order.revised", (Supersede(),), proves=("X-11", "X-12"), at_once=True),
    Rule("order.changed", "order.revised", (SetStatus(as_it_stands),), proves=("X-11",), at_once=True),
    Rule("order.disputed", "dispute.raised", (SetStatus(as_it_stands),), proves=("S0-34",), at_once=True),
    # The shop may have changed what somebody signed while nobody could sign.
    Rule("dispute.superseded", "dispute.resolved", (Supersede(),), proves=("X-11",), at_once=True),
    Rule("order.settled", "dispute.resolved", (SetStatus(as_it_stands),), proves=("S0-34",), at_once=True),
    # At once: whoever opens the order next reads what the customer confirmed.
    Rule("property.written_back", "property.confirmed", (WriteBack(),), proves=("S0-03",), at_once=True),
    Rule(
        "signature.superseded_by_value",
        "property.changed",
        (Supersede(),),
        proves=("X-11", "X-12"),
        at_once=True,
    ),
    Rule(
        "order.changed_value", "property.changed", (SetStatus(as_it_stands),), proves=("X-11",), at_once=True
    ),
    Rule("party.called", "turn.passed", (Call(),), proves=("X-08",)),
    # In the app only: the manager who changed the order knows; the customer is told when they are asked again.
    Rule("staff.superseded", "signoff.superseded", (Tell("superseded", (managers,)),), proves=("X-11",)),
    Rule(
        "staff.declined",
        "signoff.declined",
        (Tell("declined", (managers, technician), mail=True),),
        proves=("X-08",),
    ),
    Rule(
        "staff.declined_one",
        "party.declined",
        (Tell("declined_one", (managers, technician), mail=True),),
        proves=("X-08",),
    ),
    Rule(
        "staff.opted_out",
        "party.opted_out",
        (Tell("opted_out", (managers,), mail=True),),
        proves=("S4-19",),
    ),
    Rule("staff.expired", "signoff.expired", (Tell("expired", (managers,)),), proves=("X-08",)),
    Rule(
        "staff.signed",
        "signature.given",
        (Tell("signed", (managers, technician, billers_of_paper), mail=True),),
        proves=("S0-18", "S0-19"),
    ),
    Rule(
        "staff.paper_to_review",
        "copy.matched",
        (Tell("paper_to_review", (reviewers,), mail=True),),
        when=needs_eyes,
        proves=("S0-33",),
    ),
    Rule(
        "staff.doubted",
        "signature.doubted",
        (Tell("doubted", (verifiers,), mail=True),),
        proves=("S1-26", "S1-30"),
    ),
    Rule(
        "staff.capture_held",
        "capture.held",
        (Tell("capture_held", (verifiers, technician), mail=True),),
        when=about_an_order,
        proves=("S1-30",),
    ),
    Rule(
        "staff.capture_refused",
        "capture.refused",
        (Tell("capture_refused", (verifiers,)),),
        when=about_an_order,
    ),
    Rule(
        "staff.capture_discarded",
        "capture.discarded",
        (Tell("capture_discarded", (technician,)),),
        when=about_an_order,
    ),
    Rule("staff.not_accepted", "signature.rejected", (Tell("not_accepted", (technician,)),)),
    Rule("signer.not_accepted", "signature.rejected", (MailNotAccepted(),), proves=("S1-30",)),
    Rule("signer.accepted", "signature.verified", (MailAccepted(),), proves=("S1-30",)),
    Rule(
        "staff.disputed",
        "dispute.raised",
        (Tell("disputed", (managers, technician), mail=True),),
        proves=("S0-34",),
    ),
    Rule("signer.disputed", "dispute.raised", (MailDisputed(),), proves=("S0-34",)),
    Rule("staff.dispute_answered", "dispute.answered", (Tell("dispute_answered", (managers, technician)),)),
    Rule("party.answered", "dispute.answered", (MailAnswer(),), proves=("S0-34",)),
    Rule(
        "staff.dispute_continued",
        "dispute.continued",
        (Tell("dispute_continued", (managers, technician), mail=True),),
    ),
    Rule(
        "staff.dispute_settled",
        "dispute.resolved",
        (Tell("dispute_settled", (managers, technician), mail=True),),
    ),
    Rule("party.settled", "dispute.resolved", (MailResolution(),), proves=("S0-34",)),
    Rule("staff.attempted", "attempt.recorded", (Tell("attempted", (managers,)),), proves=("X-13",)),
    Rule("signer.receipt", "signature.given", (MailReceipt(),), proves=("S1-16",)),
    Rule("signer.copy", "copy.sealed", (MailSealedCopy(),)),
    Rule(
        "staff.seal_pending", "copy.deferred", (Tell("seal_pending", (managers,), mail=True),), when=alarming
    ),
    Rule(
        "staff.commented",
        "comment.added",
        (Tell("commented", (managers, technician), mail=True),),
        when=by_customer,
        proves=("S3-31",),
    ),
    Rule("staff.rejected", "item.rejected", (Tell("rejected", (managers, technician)),), proves=("S3-25",)),
    Rule("staff.renewal", "renewal.requested", (Tell("renewal", (managers, sender), mail=True),)),
    # At once, because the order's page shows what is to be invoiced.
    Rule("invoice.draft", "order.reported", (DraftInvoices(),), proves=("S1-20", "S1-28"), at_once=True),
    Rule(
        "invoice.draft_accepted",
        "signoff.completed",
        (DraftInvoices(),),
        proves=("S1-20", "S1-28"),
        at_once=True,
    ),
    Rule("invoice.draft_verified", "signature.verified", (DraftInvoices(),), proves=("S1-20",), at_once=True),
    Rule(
        "staff.drafted",
        "invoice.drafted",
        (Tell("drafted", (managers, billers), mail=True),),
        when=is_draft,
        proves=("S1-19",),
    ),
    # In the app only: a mail about a mail that failed could fail as well.
    Rule(
        "staff.undelivered",
        "message.refused",
        (Tell("undelivered", (managers, author)),),
        when=about_an_order,
    ),
)
