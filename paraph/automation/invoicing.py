"""What rules do about money: a draft for every verified approval of work that is done (S1-20, S1-28)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from paraph.automation.occasions import Occasion
from paraph.billing import invoices
from paraph.billing.errors import WorkDisputed
from paraph.billing.models import Invoice, State
from paraph.lib.actor import SYSTEM
from paraph.people.models import Member, Role
from paraph.signoff.methods.wet_ink import PAPER
from paraph.work.models import Status


@dataclass(frozen=True)
class DraftInvoices:
    """Draft one invoice an approval; what has one already stays as it is (faults.md I3)."""

    def apply(self, occasion: Occasion) -> None:
        """Write them, unless the report was taken back meanwhile."""
        if occasion.order.status == Status.COMPLETED:
            with suppress(WorkDisputed):  # raised since: a biller drafts when it is resolved
                invoices.draft_all(occasion.order, by=SYSTEM, cause=occasion.entry)


def is_draft(occasion: Occasion) -> bool:
    """Whether the draft still waits: who comes late needs not be told."""
    return Invoice.objects.filter(pk=occasion.named("invoice"), state=State.DRAFT).exists()


def billers(occasion: Occasion) -> Iterable[Member | None]:
    """The organisation's billers."""
    return Member.objects.filter(
        organisation_id=occasion.log, role=Role.BILLER, active=True, user__is_active=True
    ).select_related("user")


def billers_of_paper(occasion: Occasion) -> Iterable[Member | None]:
    """The billers, for a signature on paper: nobody else at their desk saw it come (S0-18, S0-19)."""
    return billers(occasion) if occasion.named("method") == PAPER else []
