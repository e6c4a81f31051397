"""Orders of which facts are recorded at chosen moments, by the ledger alone: what figures are made of."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import time_machine
from django.db import transaction

from paraph.evidence import ledger
from paraph.evidence.facts import FACTS
from paraph.insights import folding, measures
from paraph.insights.measures import Figures, Scope
from paraph.insights.periods import Period
from paraph.lib.actor import SYSTEM
from paraph.work.models import WorkOrder
from tests.cast import Shop

# What a fact must say, and figures do not ask.
REST: dict[str, dict[str, Any]] = {
    "order.opened": {"number": "WO-1"},
    "order.reported": {"before": "approved", "hours": {}},
    "order.reopened": {"after": "open"},
    "signature.given": {
        "signature": "", "snapshot": "", "record": "", "method": "typed", "items": [], "numbers": [],
        "signed_at": "", "name": "Jan",
    },
    "invoice.drafted": {"invoice": "", "items": [], "gross": 1, "currency": "EUR"},
    "signoff.requested": {"parties": [], "rule": "together"},
    "signoff.completed": {"approved": 1, "rejected": 0, "undecided": 0},
    "signoff.declined": {"reason": "no"},
    "dispute.raised": {"items": [], "numbers": [], "snapshot": "", "signed": False, "reason": "no"},
    "dispute.resolved": {"resolution": "explained", "message": "", "text": ""},
}  # fmt: skip


class Job:
    """An order whose facts are ours to write; it opens with the first one."""

    def __init__(self, shop: Shop, **changes: Any) -> None:
        told = {"customer": shop.customer, "technician": shop.tess, **changes}
        moment = datetime(2000, 1, 1, tzinfo=UTC)
        self.order = WorkOrder.objects.create(
            organisation=shop.organisation,
            number=f"N-{WorkOrder.objects.count()}",
            title="Job",
            created_at=moment,
            revised_at=moment,
            **told,
        )
        self.signoff, self.dispute = str(uuid4()), str(uuid4())

    def tell(self, kind: str, at: datetime | None = None, **said: Any) -> None:
        """Record a fact, at a moment of the server's clock."""
        fact = FACTS[kind]
        names = fact.__dataclass_fields__
        told = {"signoff": self.signoff, "dispute": self.dispute} | REST.get(kind, {}) | said
        made = fact(**{name: value for name, value in told.items() if name in names})
        with transaction.atomic():
            if at is None:
                self._append(made)
            else:
                with time_machine.travel(at, tick=False):
                    self._append(made)

    def _append(self, fact: Any) -> None:
        ledger.append(fact, log=str(self.order.organisation_id), topic=self.order.topic, by=SYSTEM)


def figures(shop: Shop, first: date, last: date, **scope: Any) -> Figures:
    """Fold what there is, and ask."""
    folding.fold_all()
    return measures.figures(Scope(UUID(str(shop.organisation.pk)), **scope), Period(first, last))
