"""What each fact does to the rows that figures are asked of.

The secret: how a fact counts. A request that was signed stays so, one that expired stays expired when the shop clears
it away, and a report that was taken back never was: docs/figures.md says the same in words for people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from paraph.evidence.models import Entry
from paraph.insights.models import ROWS, Answer, Asking, Closing, Settling
from paraph.people.models import Organisation
from paraph.work.models import Status, WorkOrder

Row = TypeVar("Row", Closing, Asking, Settling)
ORDER_TOPIC = "order:"
SORTED = ("organisation_id", "customer_id", "technician_id", "kind_id")


class Batch:
    """Entries of one log, and the rows they are about, in memory until all of them are written together."""

    def __init__(self, log: UUID, entries: list[Entry]) -> None:
        self.entries = entries
        topics = {one.topic for one in entries if one.topic.startswith(ORDER_TOPIC)}
        named = {key: UUID(key.removeprefix(ORDER_TOPIC)) for key in topics}
        # By their keys alone: SQLite would look through all of an organisation's orders for these few.
        found = WorkOrder.objects.order_by().filter(pk__in=named.values()).only("pk", *SORTED)
        orders = {one.pk: one for one in found if one.organisation_id == log}
        # What was deleted since has no figures; its facts stay.
        self.orders = {key: orders[pk] for key, pk in named.items() if pk in orders}
        self.zone = ZoneInfo(
            Organisation.objects.filter(pk=log).values_list("time_zone", flat=True).first() or "UTC"
        )
        self.rows: dict[type[Any], dict[UUID, Any]] = {
            model: model.objects.in_bulk(keys)
            for model, keys in (
                (Closing, list(orders)),
                (Asking, self._named("signoff")),
                (Settling, self._named("dispute")),
            )
        }
        self.changed: dict[type[Any], dict[UUID, Any]] = {model: {} for model in ROWS}
        self.moved: set[UUID] = set()

    def fold(self) -> None:
        """Write what the entries say."""
        for entry in self.entries:
            order = self.orders.get(entry.topic)
            if order is not None:
                FOLDS[entry.kind](self, order, entry, entry.content["fact"])
        for model, rows in self.changed.items():
            columns = [one.attname for one in model._meta.concrete_fields if not one.primary_key]
            names = [model._meta.get_field(one).name for one in columns]
            model.objects.bulk_create(
                list(rows.values()),
                update_conflicts=True,
                unique_fields=[model._meta.pk.name],
                update_fields=names,
            )
        for order in (one for one in self.orders.values() if one.pk in self.moved):
            for model in ROWS:
                model.objects.filter(order=order.pk).update(**_sorting(order))

    def closing(self, order: WorkOrder) -> Closing:
        """The order's row, made when it is first heard of."""
        return self._row(Closing, order.pk, lambda: Closing(order_id=order.pk, **_sorting(order)))

    def asking(self, signoff: str, order: WorkOrder, at: datetime) -> Asking:
        """The request's row."""
        made = {"signoff": UUID(signoff), "order_id": order.pk, "asked_on": self.day(at)}
        return self._row(Asking, UUID(signoff), lambda: Asking(**made, **_sorting(order)))

    def is_known(self, signoff: str) -> bool:
        """Whether this request was ever asked."""
        return UUID(signoff) in self.rows[Asking]

    def settling(self, dispute: str, order: WorkOrder, at: datetime) -> Settling:
        """The dispute's row."""
        made = {"dispute": UUID(dispute), "order_id": order.pk, "raised_at": at}
        return self._row(Settling, UUID(dispute), lambda: Settling(**made, **_sorting(order)))

    def day(self, at: datetime) -> date:
        """The day of the organisation."""
        return at.astimezone(self.zone).date()

    def _row(self, model: type[Row], key: UUID, make: Callable[[], Row]) -> Row:
        row: Row = self.rows[model].get(key) or make()
        self.rows[model][key] = self.changed[model][key] = row
        return row

    def _named(self, word: str) -> list[UUID]:
        told: Iterable[Any] = (one.content["fact"].get(word) for one in self.entries)
        return [UUID(one) for one in told if one]


def _sorting(order: WorkOrder) -> dict[str, Any]:
    return {name: getattr(order, name) for name in SORTED}


def _apart(begin: datetime | None, end: datetime | None) -> int | None:
    """Whole seconds; None when an end is not recorded, or they do not follow one another."""
    if begin is None or end is None or end < begin:
        return None
    return int((end - begin).total_seconds())


def _measure(row: Closing) -> None:
    row.to_close = _apart(row.opened_at, row.reported_at)
    signed = row.signed_at if row.reported_at and row.signed_at and row.signed_at <= row.reported_at else None
    row.to_sign = _apart(row.opened_at, signed)
    row.after_signing = _apart(signed, row.reported_at)
    row.to_invoice = _apart(row.reported_at, row.drafted_at)


def _opened(batch: Batch, order: WorkOrder, entry: Entry, fact: dict[str, Any]) -> None:
    batch.closing(order).opened_at = entry.at


def _revised(batch: Batch, order: WorkOrder, entry: Entry, fact: dict[str, Any]) -> None:
    batch.moved.add(order.pk)


def _status(batch: Batch, order: WorkOrder, entry: Entry, fact: dict[str, Any]) -> None:
    if fact["after"] == Status.NEEDS_VERIFICATION:
        batch.closing(order).verified = True


def _signed(batch: Batch, order: WorkOrder, entry: Entry, fact: dict[str, Any]) -> None:
    row = batch.closing(order)
    row.signed_at = row.signed_at or entry.at


def _reported(batch: Batch, order: WorkOrder, entry: Entry, fact: dict[str, Any]) -> None:
    row = batch.closing(order)
    row.reported_at, row.closed_on, row.drafted_at = entry.at, batch.day(entry.at), None
    _measure(row)


def _reopened(batch: Batch, order: WorkOrder, entry: Entry, fact: dict[str, Any]) -> None:
    row = batch.closing(order)
    row.reported_at = row.closed_on = row.drafted_at = None
    _measure(row)


def _drafted(batch: Batch, order: WorkOrder, entry: Entry, fact: dict[str, Any]) -> None:
    row = batch.closing(order)
    if row.reported_at is not None:
        row.drafted_at = row.drafted_at or entry.at
        _measure(row)


def _asked(batch: Batch, order: WorkOrder, entry: Entry, fact: dict[str, Any]) -> None:
    batch.asking(fact["signoff"], order, entry.at)


def _completed(batch: Batch, order: WorkOrder, entry: Entry, fact: dict[str, Any]) -> None:
    row = batch.asking(fact["signoff"], order, entry.at)
    row.approved, row.rejected, row.undecided = fact["approved"], fact["rejected"], fact["undecided"]
    row.answer = Answer.APPROVED if row.approved else Answer.REJECTED


def _ended(batch: Batch, order: WorkOrder, entry: Entry, fact: dict[str, Any]) -> None:
    """Declined, expired, withdrawn or open again. What expired stays expired, also when the shop clears it away."""
    row = batch.asking(fact["signoff"], order, entry.at)
    before, after = ENDS[entry.kind]
    row.answer = after if row.answer in before else row.answer


def _raised(batch: Batch, order: WorkOrder, entry: Entry, fact: dict[str, Any]) -> None:
    batch.settling(fact["dispute"], order, entry.at)
    if batch.is_known(fact["signoff"]):  # what was only shared to read was never asked
        batch.asking(fact["signoff"], order, entry.at).disputed = True


def _resolved(batch: Batch, order: WorkOrder, entry: Entry, fact: dict[str, Any]) -> None:
    row = batch.settling(fact["dispute"], order, entry.at)
    row.resolved_on, row.to_resolve = batch.day(entry.at), _apart(row.raised_at, entry.at)


WAITING = frozenset({Answer.WAITING})
ENDS = {
    "signoff.declined": (WAITING, Answer.DECLINED),
    "signoff.expired": (WAITING, Answer.EXPIRED),
    "signoff.withdrawn": (WAITING, Answer.WITHDRAWN),
    "signoff.reopened": (frozenset({Answer.EXPIRED}), Answer.WAITING),
}
FOLDS: dict[str, Callable[[Batch, WorkOrder, Entry, dict[str, Any]], None]] = {
    "order.opened": _opened,
    "order.revised": _revised,
    "order.status_changed": _status,
    "order.reported": _reported,
    "order.reopened": _reopened,
    "signature.given": _signed,
    "invoice.drafted": _drafted,
    "signoff.requested": _asked,
    "signoff.completed": _completed,
    **dict.fromkeys(ENDS, _ended),
    "dispute.raised": _raised,
    "dispute.resolved": _resolved,
}
