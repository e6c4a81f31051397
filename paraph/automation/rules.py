"""The shipped rules: when this is recorded, do that. Read top to bottom; their names for people are in `words.py`.

Rules on one fact run in the order they stand here. A rule is never told about its own effects' effects beyond
`runner.MAX_DEPTH`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from paraph.automation.effects import (
    Effect,
    MailReceipt,
    MailSealedCopy,
    SetStatus,
    Tell,
    managers,
    sender,
    technician,
)
from paraph.automation.occasions import Occasion
from paraph.signoff.models import State
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
    approved, undecided = occasion.named("approved"), occasion.named("undecided")
    return Status.APPROVED if approved and not undecided else Status.PARTLY_APPROVED


def waiting(occasion: Occasion) -> Status:
    """Needs signature (S0-22)."""
    return Status.NEEDS_SIGNATURE


def as_before(occasion: Occasion) -> Status:
    """Open again, or partly approved where an earlier request was signed: that consent still stands."""
    earlier = occasion.order.signoffs.filter(state__in=[State.COMPLETE, State.SEALED])
    return Status.PARTLY_APPROVED if earlier.exists() else Status.OPEN


def by_customer(occasion: Occasion) -> bool:
    """Somebody on the customer's side acted."""
    return occasion.by_customer


def about_an_order(occasion: Occasion) -> bool:
    """There is an order to show."""
    return occasion.is_about_an_order


RULES: tuple[Rule, ...] = (
    Rule("order.asked", "signoff.requested", (SetStatus(waiting),), proves=("S0-22",), at_once=True),
    Rule(
        "order.completed", "signoff.completed", (SetStatus(decided),), proves=("S1-14", "S3-29"), at_once=True
    ),
    Rule("order.withdrawn", "signoff.withdrawn", (SetStatus(as_before),), at_once=True),
    Rule(
        "staff.signed",
        "signature.given",
        (Tell("signed", (managers, technician), mail=True),),
        proves=("S0-18",),
    ),
    Rule("signer.receipt", "signature.given", (MailReceipt(),), proves=("S1-16",)),
    Rule("signer.copy", "copy.sealed", (MailSealedCopy(),)),
    Rule("staff.seal_pending", "copy.deferred", (Tell("seal_pending", (managers,), mail=True),)),
    Rule(
        "staff.commented",
        "comment.added",
        (Tell("commented", (managers, technician), mail=True),),
        when=by_customer,
        proves=("S3-31",),
    ),
    Rule("staff.rejected", "item.rejected", (Tell("rejected", (managers, technician)),), proves=("S3-25",)),
    Rule("staff.renewal", "renewal.requested", (Tell("renewal", (managers, sender), mail=True),)),
    # In the app only: a mail about a mail that failed could fail as well.
    Rule("staff.undelivered", "message.refused", (Tell("undelivered", (managers,)),), when=about_an_order),
)
