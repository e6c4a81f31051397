"""An occasion: one rule meets one entry. Everything a condition or an effect may want to know, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from paraph.evidence.facts import Fact
from paraph.evidence.models import Entry
from paraph.lib.compiled import Compiled
from paraph.signoff.models import Signature
from paraph.work.facts import OrderStatusChanged
from paraph.work.models import WorkOrder

ORDER_TOPIC = "order:"


def _order(pk: UUID) -> QuerySet[WorkOrder]:
    return WorkOrder.objects.select_related("organisation", "customer", "technician__user").filter(pk=pk)


_ORDER = Compiled(_order, UUID(int=1))


@dataclass(frozen=True)
class Scene:
    """What all occasions of one topic share within a transaction."""

    topic: str

    @cached_property
    def order(self) -> WorkOrder:
        """The order the topic is about; raises DoesNotExist when there is none."""
        found: list[WorkOrder] = _ORDER.objects(UUID(self.topic.removeprefix(ORDER_TOPIC)))
        if not found:
            raise WorkOrder.DoesNotExist
        return found[0]

    def forget(self) -> None:
        """Read afresh next time: what was written since has been rolled back."""
        self.__dict__.pop("order", None)


@dataclass(frozen=True)
class Occasion:
    """The entry that triggers, seen by the rule `rule` (its key)."""

    rule: str
    entry: Entry
    scene: Scene

    @cached_property
    def fact(self) -> Fact:
        """The typed fact; erased values read "(erased)"."""
        return self.entry.fact

    @property
    def log(self) -> str:
        """The ledger it stands in: the organisation's id."""
        return str(self.entry.log_id)

    @property
    def order(self) -> WorkOrder:
        """The order the entry is about; raises DoesNotExist when there is none."""
        return self.scene.order

    @cached_property
    def signature(self) -> Signature:
        """The signature the fact names, with all a letter needs."""
        related = ("entry", "checkpoint", "party__contact", "signoff__order__organisation")
        return Signature.objects.select_related(*related).get(pk=self.named("signature"))

    @property
    def is_about_an_order(self) -> bool:
        """Whether there is an order to act on."""
        return self.entry.topic.startswith(ORDER_TOPIC)

    @property
    def by_customer(self) -> bool:
        """Whether somebody on the customer's side acted."""
        return bool(self.entry.content["by"]["kind"] == "contact")

    def named(self, field: str) -> Any:
        """One public value of the fact."""
        return self.entry.content["fact"][field]

    def is_outdated(self, kinds: frozenset[str]) -> bool:
        """Whether the order's status was decided anew since: by a later entry of these kinds, or by a person.

        A run that is repeated late must not undo what happened after its entry.
        """
        later = Q(kind__in=kinds, index__gt=self.entry.index)
        # Statuses set by rules for earlier entries do not count: they were written late.
        by_hand = Q(kind=OrderStatusChanged.kind, index__gt=self.entry.index, cause=None)
        same = Entry.objects.filter(log=self.entry.log_id, topic=self.entry.topic)
        return same.filter(later | by_hand).exists()
